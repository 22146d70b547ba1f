import { RosterUpload } from '../models/roster-upload.js';

/** An upload holds up to 1,000 problems. */
const BATCH = 100;

/** Turns an upload problem's sentence and advice into a code that holds both as texts; new problems have a code with values. */
export async function convertFileProblems(): Promise<void> {
  const { collection } = RosterUpload;
  const old = { 'problems.problem': { $type: 'string' as const } };
  let last: RosterUpload['_id'] | undefined;
  for (;;) {
    const batch = await collection
      .find(last ? { $and: [{ _id: { $gt: last } }, old] } : old, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .limit(BATCH)
      .toArray();
    if (batch.length > 0)
      await collection.updateMany({ _id: { $in: batch.map(({ _id }) => _id) }, ...old }, [
        { $set: { problems: { $map: { input: '$problems', as: 'each', in: CONVERTED } } } },
      ]);
    last = batch.at(-1)?._id;
    if (batch.length < BATCH) return;
  }
}

const CONVERTED = {
  $cond: [
    { $eq: [{ $type: '$$each.problem' }, 'string'] },
    {
      file: '$$each.file',
      line: '$$each.line',
      field: '$$each.field',
      fault: { code: 'text', text: '$$each.problem', advice: '$$each.advice' },
    },
    '$$each',
  ],
};
