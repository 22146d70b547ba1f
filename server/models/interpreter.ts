import mongoose, { Schema, type Types } from 'mongoose';
import { scopedSchema, type Scoped } from './scoped.js';

/** When somebody is there, in local times of the event. */
export interface Presence {
  /** YYYY-MM-DD */
  day: string;
  /** HH:mm */
  from: string;
  to: string;
}

/** A meeting as its interpreter was mailed of it. */
export interface ToldMeeting {
  /** The first appointment of the chain of changes. */
  first: Types.ObjectId;
  resource: Types.ObjectId;
  from: Date;
  to: Date;
}

/** The most that an event can have. */
export const MOST_INTERPRETERS = 200;

/** Somebody who interprets at an event's meetings. Like a teacher, they are at one meeting at a time. */
export interface Interpreter extends Scoped {
  event: Types.ObjectId;
  name: string;
  email: string;
  /** Codes of the languages. */
  languages: string[];
  /** Empty: all the time. */
  times: Presence[];
  /** Whose diary is filled: the teacher or staff member with this email address, or whoever interprets with it at another event. */
  contact?: Types.ObjectId;
  /** `gone`: takes no meetings anymore; its name stays in what is over. */
  status: 'active' | 'gone';
  /** It was changed, and its meetings have not been gone through yet. */
  unsettled?: boolean;
  /** The last mail with their meetings, those of that day that were over included. Absent: this address has had none. */
  told?: { at: Date; meetings: ToldMeeting[] };
  /** What differs from that, by a fingerprint: since when anything does, and since when exactly this. */
  news?: { print: string; since: Date; at: Date };
  sortKey: string;
}

const schema = scopedSchema<Interpreter>('interpreter', {
  event: { type: Schema.Types.ObjectId, required: true },
  name: { type: String, required: true },
  email: { type: String, default: '' },
  languages: { type: [String], required: true },
  times: {
    type: [
      new Schema<Presence>(
        {
          day: { type: String, required: true },
          from: { type: String, required: true },
          to: { type: String, required: true },
        },
        { _id: false },
      ),
    ],
    default: [],
  },
  contact: Schema.Types.ObjectId,
  status: { type: String, enum: ['active', 'gone'], required: true },
  unsettled: Boolean,
  told: {
    type: new Schema(
      {
        at: { type: Date, required: true },
        meetings: [
          new Schema<ToldMeeting>(
            {
              first: { type: Schema.Types.ObjectId, required: true },
              resource: { type: Schema.Types.ObjectId, required: true },
              from: { type: Date, required: true },
              to: { type: Date, required: true },
            },
            { _id: false },
          ),
        ],
      },
      { _id: false },
    ),
  },
  news: { type: new Schema({ print: String, since: Date, at: Date }, { _id: false }) },
  sortKey: { type: String, default: '' },
});
schema.index({ event: 1, status: 1, sortKey: 1 });
schema.index({ account: 1, email: 1 }, { partialFilterExpression: { email: { $gt: '' } } });
schema.index({ contact: 1 }, { partialFilterExpression: { contact: { $exists: true } } });
schema.index({ unsettled: 1 }, { partialFilterExpression: { unsettled: true } });

export const Interpreter = mongoose.model<Interpreter>('interpreter', schema);
