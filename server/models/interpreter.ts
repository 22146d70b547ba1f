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
  sortKey: { type: String, default: '' },
});
schema.index({ event: 1, status: 1, sortKey: 1 });
schema.index({ account: 1, email: 1 }, { partialFilterExpression: { email: { $gt: '' } } });
schema.index({ contact: 1 }, { partialFilterExpression: { contact: { $exists: true } } });
schema.index({ unsettled: 1 }, { partialFilterExpression: { unsettled: true } });

export const Interpreter = mongoose.model<Interpreter>('interpreter', schema);
