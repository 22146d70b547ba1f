import mongoose, { Schema, type Types } from 'mongoose';

/**
 * The secret address at which an adult's calendar reads their meetings, of all their households and schools. The address is made from this
 * and APP_SECRET, so that nobody who reads the database alone can open it.
 */
export interface CalendarFeed {
  _id: Types.ObjectId;
  user: Types.ObjectId;
  /** Another one makes another address. */
  nonce: string;
  createdAt: Date;
  /** One that no calendar has read for a year ends. */
  expiresAt: Date;
}

const schema = new Schema<CalendarFeed>(
  {
    user: { type: Schema.Types.ObjectId, required: true },
    nonce: { type: String, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'calendarFeed', strict: 'throw', versionKey: false },
);
schema.index({ user: 1 }, { unique: true });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const CalendarFeed = mongoose.model<CalendarFeed>('calendarFeed', schema);
