import mongoose, { Schema, type Types } from 'mongoose';

/** A stretch of somebody's day that an appointment takes: one for each of its slots. In a teacher's diary those of one slot overlap, as they share its seats. */
export interface Busy {
  from: Date;
  to: Date;
  slot: Types.ObjectId;
  appointment: Types.ObjectId;
  /** In a household's diary: the one adult who goes. Of two who are not the same each may be at a meeting at once. Absent: all. */
  who?: Types.ObjectId;
}

/** One UTC day of somebody who cannot be in two places: an adult's household, or a teacher's contact. */
export interface Diary {
  /** `<person's id>:<YYYY-MM-DD>`, the day in UTC: no setting moves it. A stretch over UTC's midnight is in the diaries of both days. */
  _id: string;
  account: Types.ObjectId;
  busy: Busy[];
}

const schema = new Schema<Diary>(
  {
    _id: { type: String, required: true },
    account: { type: Schema.Types.ObjectId, required: true },
    busy: [
      new Schema<Busy>(
        {
          from: { type: Date, required: true },
          to: { type: Date, required: true },
          slot: { type: Schema.Types.ObjectId, required: true },
          appointment: { type: Schema.Types.ObjectId, required: true },
          who: Schema.Types.ObjectId,
        },
        { _id: false },
      ),
    ],
  },
  { collection: 'diary', strict: 'throw', versionKey: false },
);
schema.index({ 'busy.appointment': 1 });

export const Diary = mongoose.model<Diary>('diary', schema);

/** Removes appointments from all diaries, and diaries that are then empty. */
export async function clearDiaries(appointments: Types.ObjectId[]): Promise<void> {
  const theirs = { 'busy.appointment': { $in: appointments } };
  const diaries = (await Diary.find(theirs, { _id: 1 }).lean()).map(({ _id }) => _id);
  if (diaries.length === 0) return;
  await Diary.updateMany(
    { _id: { $in: diaries } },
    { $pull: { busy: { appointment: { $in: appointments } } } },
  );
  await Diary.deleteMany({ _id: { $in: diaries }, busy: { $size: 0 } });
}
