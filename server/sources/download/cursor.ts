import type { Types } from 'mongoose';
import { Account, type CleverKinds, type EventCursor } from '../../models/account.js';
import type { FieldMapping } from '../../models/field-mapping.js';
import { Duplicate } from '../../models/duplicate.js';
import { withheldOf, RosterChange } from '../../models/roster-change.js';
import type { FullWhy } from '../../models/roster-run.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import type { MatchedSchools } from '../records/map-clever-person.js';
import { contentHash } from '../../models/content-hash.js';

const DAY_MS = 24 * 3600_000;
/** Half a day less than a week, so that the seventh night is never a few minutes too early. */
const FULL_AFTER_MS = 6.5 * DAY_MS;
/** Clever keeps events for 30 days; the cursor is given up earlier. */
const EVENTS_KEPT_MS = 27 * DAY_MS;
/** Raised with any change to the code that maps records, or sections to classes: then everything must be read again. */
const RULES_VERSION = 4;

/** The settings that decide how records are taken and who belongs here. */
export interface Rules {
  kinds: CleverKinds;
  schools: MatchedSchools;
  mapping: FieldMapping;
}

/** A fingerprint of everything that decides what a sync makes of the same district. */
export function fingerprintSetup(districtId: string, { kinds, schools, mapping }: Rules): string {
  const matched = [...schools].map(([id, school]) => `${id} ${school.toHexString()}`).sort();
  const { students, teachers, staff, contacts } = kinds;
  return contentHash([RULES_VERSION, districtId, [students, teachers, staff, contacts], matched, mapping]);
}

export type Start = { ok: true; cursor: EventCursor } | { ok: false; why: FullWhy };

/** Where a sync by events would begin, or why everything has to be read. */
export async function findStart(account: Types.ObjectId, setup: string, now: Date): Promise<Start> {
  // Read again here, as another run may have ended since this run read its account.
  const found = await Account.findById(account, { 'clever.cursor': 1, 'clever.refreshing': 1 }).lean();
  const { cursor, refreshing } = found?.clever ?? {};
  if (!cursor && refreshing) return { ok: false, why: { code: 'ended badly' } };
  if (!cursor) return { ok: false, why: { code: 'no event' } };
  if (cursor.setup !== setup) return { ok: false, why: { code: 'setup changed' } };
  if (now.getTime() - cursor.at.getTime() > EVENTS_KEPT_MS)
    return { ok: false, why: { code: 'too long ago' } };
  if (now.getTime() - cursor.fullAt.getTime() > FULL_AFTER_MS) return { ok: false, why: { code: 'weekly' } };
  // A decision may have been cut off after the cursor was saved: what the source said of the person in doubt was not taken.
  const decided = { account, recycled: 'id' as const, state: 'open' as const, deciding: { $exists: true } };
  if (await Duplicate.exists(decided)) return { ok: false, why: { code: 'ended badly' } };
  const withheld = await RosterChange.exists(withheldOf({ account }));
  return withheld ? { ok: false, why: { code: 'removals wait' } } : { ok: true, cursor };
}

/** Notes that this run is about to change the roster: until the run saves a new cursor, the next sync reads everything. */
export async function dropCursor(run: ActiveRun): Promise<void> {
  await run.step();
  await Account.updateOne(
    { _id: run.account, clever: { $exists: true } },
    { $unset: { 'clever.cursor': 1 }, $set: { 'clever.refreshing': run.name } },
  );
}

/**
 * Saves where the events continue, unless another run has begun to change the roster since.
 * @param cursor undefined if there are no events, or not all was read
 */
export async function saveCursor(run: ActiveRun, cursor: EventCursor | undefined): Promise<void> {
  await run.step();
  await Account.updateOne(
    { _id: run.account, 'clever.refreshing': run.name },
    {
      ...(cursor ? { $set: { 'clever.cursor': marked(run, cursor) } } : {}),
      $unset: { 'clever.refreshing': 1 },
    },
  );
}

/** A try that reads by events began with a cursor, so no earlier try has written anything. */
function marked({ id, touched }: ActiveRun, cursor: EventCursor): EventCursor {
  return touched || !cursor.mirror ? { ...cursor, mirror: id } : cursor;
}

/** The mark of the roster that classes are made of; undefined while a run changes it. */
export async function readMirrorMark(account: Types.ObjectId): Promise<Types.ObjectId | undefined> {
  const found = await Account.findById(account, { 'clever.cursor.mirror': 1 }).lean();
  return found?.clever?.cursor?.mirror;
}

/** Notes that a person is about to change what classes are made of: each event's next sync looks at all of its classes. */
export async function dropMirrorMark(account: Types.ObjectId): Promise<void> {
  await Account.updateOne({ _id: account }, { $unset: { 'clever.cursor.mirror': 1 } });
}
