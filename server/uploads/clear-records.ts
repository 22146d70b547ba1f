import type { Model, Types } from 'mongoose';
import { Contact } from '../models/contact.js';
import { Course } from '../models/course.js';
import { CHANGE_STATES, RosterChange } from '../models/roster-change.js';
import { RosterRun } from '../models/roster-run.js';
import { Section } from '../models/section.js';
import { SyncRun } from '../models/sync-run.js';
import { Term } from '../models/term.js';

/** The prefix of a former source's record ids in the mirror, which no source's ids have. */
const FORMER = 'former:';

export interface ClearedRecords {
  people: number;
  mirror: number;
}

/**
 * Clears the record ids of the former source. People lose theirs and keep everything else. Terms, courses and sections are archived under
 * prefixed ids; the classes made from them stay. Undo notes, previews and withheld removals are deleted, as they name those records. A
 * repetition changes nothing more.
 * @param at when the change of source began; a part of the prefixed ids, so that those of two changes never collide
 */
export async function clearRecords(
  account: Types.ObjectId,
  at: Date,
  beforeStep: (step: string) => void,
): Promise<ClearedRecords> {
  beforeStep('forget changes');
  await RosterChange.deleteMany({
    account,
    state: { $in: [...CHANGE_STATES] },
    event: { $exists: false },
  });
  await RosterRun.updateMany({ account, changed: true }, { $unset: { changed: 1 } });
  await endPreviews(account);
  beforeStep('people');
  const people = await Contact.updateMany(
    { account, 'record.id': { $exists: true } },
    { $unset: { record: 1 } },
  );
  let mirror = 0;
  for (const [name, model] of Object.entries({ terms: Term, courses: Course, sections: Section })) {
    beforeStep(name);
    mirror += await moveAway(model as unknown as Model<Mirrored>, account, at);
  }
  return { people: people.modifiedCount, mirror };
}

/** A preview of an event is based on planned people and a planned mirror of the former source. */
async function endPreviews(account: Types.ObjectId): Promise<void> {
  const ended = { $set: { state: 'stopped' as const, result: { code: 'source changed' as const } } };
  await SyncRun.updateMany({ account, purpose: 'preview', state: 'done' }, ended);
  await RosterRun.updateMany({ account, purpose: 'preview', state: 'done' }, ended);
  await RosterChange.deleteMany({ account, state: 'planned' });
}

interface Mirrored {
  account: Types.ObjectId;
  status: 'active' | 'archived';
  record: { id: string };
}

async function moveAway(model: Model<Mirrored>, account: Types.ObjectId, at: Date): Promise<number> {
  const prefix = `${FORMER}${at.getTime().toString(36)}:`;
  const moved = await model.collection.updateMany(
    { account, 'record.id': { $not: new RegExp(`^${FORMER}`) } },
    [{ $set: { status: 'archived', 'record.id': { $concat: [prefix, '$record.id'] } } }],
  );
  return moved.modifiedCount;
}
