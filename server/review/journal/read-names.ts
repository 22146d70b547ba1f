import { Types, type Model } from 'mongoose';
import { Contact, contactName } from '../../models/contact.js';
import { Course } from '../../models/course.js';
import { RosterChange, type FieldChange } from '../../models/roster-change.js';
import { School } from '../../models/school.js';
import { Term } from '../../models/term.js';
import type { TargetScope } from './name-targets.js';

/** Names of whatever changed fields refer to, by our ids and by the source's. */
export interface Names {
  people: Map<string, string>;
  schools: Map<string, string>;
  terms: Map<string, string>;
  courses: Map<string, string>;
}

/** Longer lists are shown as numbers, so that names are not looked up in vain. */
export const MOST_NAMED = 3;

/** Looks up the people and things that changes mention, one query for each collection. */
export async function readNames(
  { account, runs = [] }: TargetScope,
  rows: readonly RosterChange[],
): Promise<Names> {
  const fields = rows.flatMap((row) => row.fields);
  const [people, schools, terms, courses] = await Promise.all([
    namePeople(account, runs, fields.filter(isPeople).flatMap(namedOf)),
    nameSchools(account, fields.filter(({ path }) => /(^|\.)schools?$/.test(path)).flatMap(allOf)),
    nameMirrored(Term, account, fields.filter(({ path }) => path === 'term').flatMap(allOf)),
    nameMirrored(Course, account, fields.filter(({ path }) => path === 'course').flatMap(allOf)),
  ]);
  return { people, schools, terms, courses };
}

export function isPeople({ path }: Pick<FieldChange, 'path'>): boolean {
  return /(^|\.)(students|teachers|studentIds|teacherIds|relations)$/.test(path);
}

/** What was added to a list and what was removed. */
export function listChange({ before, after }: FieldChange): { added: string[]; removed: string[] } {
  const [old, fresh] = [textsOf(before), textsOf(after)];
  const [inOld, inFresh] = [new Set(old), new Set(fresh)];
  return { added: fresh.filter((id) => !inOld.has(id)), removed: old.filter((id) => !inFresh.has(id)) };
}

function namedOf(field: FieldChange): string[] {
  const { added, removed } = listChange(field);
  return added.length + removed.length > MOST_NAMED ? [] : [...added, ...removed];
}

function allOf({ before, after }: FieldChange): string[] {
  return [...textsOf(before), ...textsOf(after)];
}

function textsOf(value: unknown): string[] {
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) return value.map(idOf);
  return value instanceof Types.ObjectId || typeof value === 'string' ? [String(value)] : [];
}

/** A guardian's tie to a student stands for the student. */
function idOf(item: unknown): string {
  return typeof item === 'object' && item !== null && 'student' in item ? String(item.student) : String(item);
}

async function namePeople(
  account: Types.ObjectId,
  runs: Types.ObjectId[],
  ids: string[],
): Promise<Map<string, string>> {
  const own = objectIds(ids);
  if (ids.length === 0) return new Map();
  const fields = { firstName: 1, lastName: 1, email: 1, record: 1 } as const;
  const found = [
    ...(await Contact.find({ account, _id: { $in: own } }, fields).lean()),
    ...(await Contact.find({ account, 'record.id': { $in: ids } }, fields).lean()),
  ];
  const names = new Map<string, string>();
  for (const person of found) {
    names.set(person._id.toHexString(), contactName(person));
    if (person.record) names.set(person.record.id, contactName(person));
  }
  const missing = ids.filter((id) => !names.has(id));
  for (const row of await plannedPeople(runs, missing)) {
    names.set(row.target.toHexString(), contactName(row.document ?? {}));
    names.set(row.sourceId, contactName(row.document ?? {}));
  }
  return names;
}

/** People whom a preview would add: they have no document yet. */
async function plannedPeople(runs: Types.ObjectId[], ids: string[]): Promise<RosterChange[]> {
  if (runs.length === 0 || ids.length === 0) return [];
  const planned = { run: { $in: runs }, action: 'added' as const };
  return [
    ...(await RosterChange.find({ ...planned, target: { $in: objectIds(ids) } }).lean()),
    ...(await RosterChange.find({
      ...planned,
      kind: { $in: ['student', 'teacher', 'staff'] },
      sourceId: { $in: ids },
    }).lean()),
  ];
}

async function nameSchools(account: Types.ObjectId, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const found = await School.find({ account, _id: { $in: objectIds(ids) } }, { name: 1 }).lean();
  return new Map(found.map(({ _id, name }) => [_id.toHexString(), name]));
}

async function nameMirrored(
  model: typeof Term | typeof Course,
  account: Types.ObjectId,
  ids: string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const found = await (model as Model<Term>)
    .find({ account, 'record.id': { $in: ids } }, { record: 1, name: 1 })
    .lean();
  return new Map(found.map(({ record, name }) => [record.id, name]));
}

function objectIds(ids: string[]): Types.ObjectId[] {
  return [...new Set(ids)].filter((id) => /^[0-9a-f]{24}$/.test(id)).map((id) => new Types.ObjectId(id));
}
