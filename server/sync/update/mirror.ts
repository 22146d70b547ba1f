import type { Types } from 'mongoose';
import { Contact, recordIds, byRecordIds } from '../../models/contact.js';
import { Course } from '../../models/course.js';
import { RosterChange } from '../../models/roster-change.js';
import type { SourceRecord } from '../../models/scoped.js';
import { Section } from '../../models/section.js';
import { Term } from '../../models/term.js';
import { TIE_KINDS } from '../../runs/changes/tie-kinds.js';
import { listDoubts, type Doubts } from '../../roster/mirror/list-doubts.js';
import { queryOf, type MirrorTerm, type Selection } from './select-sections.js';

export type NamedPerson = Pick<Contact, '_id' | 'firstName' | 'lastName' | 'email' | 'room'>;

/** What an event's update reads of the account's roster. */
export interface Mirror {
  terms(): Promise<MirrorTerm[]>;
  count(selection: Selection): Promise<number>;
  /** In batches. */
  sections(selection: Selection): AsyncGenerator<Section[], void, undefined>;
  /** Contacts by the record ids that sections name; unknown people and people who are gone are left out. */
  people(ids: readonly string[]): Promise<Map<string, Types.ObjectId>>;
  /** Names of courses by id. */
  courses(ids: readonly string[]): Promise<Map<string, string>>;
  named(contacts: readonly Types.ObjectId[]): Promise<NamedPerson[]>;
  /** Those of these contacts who stay though the source lacks them (hex ids): their removal is undecided or was rejected. */
  staying(contacts: readonly Types.ObjectId[]): Promise<Set<string>>;
  /** Of these sections, those that stay although the source no longer has them (hex ids), for the same reasons. */
  waiting(sections: readonly Types.ObjectId[]): Promise<Set<string>>;
  /** Contacts (hex ids) of whom it is in doubt whether an id is still theirs: they stay in their classes, and join no other. */
  doubted(): Promise<ReadonlySet<string>>;
  /** Of these contacts, those who are here (hex ids). */
  here(contacts: readonly Types.ObjectId[]): Promise<Set<string>>;
}

const BATCH = 400;

/** The mirror as it is stored. */
export function storedMirror(account: Types.ObjectId): Mirror {
  let doubts: Promise<Doubts> | undefined;
  return {
    async terms() {
      const terms = await Term.find({ account }).lean();
      return terms.map(({ record, name, start, end, status }) => ({
        id: record.id,
        name,
        start,
        end,
        status,
      }));
    },
    count: (selection) => Section.countDocuments(queryOf(account, selection)),
    async *sections(selection) {
      const cursor = Section.find(queryOf(account, selection)).lean().cursor({ batchSize: BATCH });
      let batch: Section[] = [];
      for await (const section of cursor) {
        batch.push(section);
        if (batch.length < BATCH) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    },
    people: (ids) => findPeople(account, ids),
    async courses(ids) {
      const courses = await Course.find(
        { account, 'record.id': { $in: [...ids] } },
        { record: 1, name: 1 },
      ).lean();
      return new Map(courses.map(({ record, name }) => [record.id, name]));
    },
    named: (contacts) =>
      Contact.find(
        { account, _id: { $in: [...contacts] } },
        { firstName: 1, lastName: 1, email: 1, room: 1 },
      ).lean(),
    staying: (contacts) => findStaying(Contact, account, contacts),
    waiting: (sections) => findStaying(Section, account, sections),
    doubted: async () => (await (doubts ??= listDoubts(account))).contacts,
    async here(contacts) {
      const active = await Contact.find(
        { account, _id: { $in: [...contacts] }, status: 'active' },
        { _id: 1 },
      ).lean();
      return new Set(active.map(({ _id }) => _id.toHexString()));
    },
  };
}

/** Of documents that are here, those whose removal waits for a decision or was rejected (hex ids). */
async function findStaying(
  model: typeof Contact | typeof Section,
  account: Types.ObjectId,
  ids: readonly Types.ObjectId[],
): Promise<Set<string>> {
  const active = await (model as typeof Section)
    .find({ account, _id: { $in: [...ids] }, status: 'active' }, { 'record.kept': 1 })
    .lean<{ _id: Types.ObjectId; record?: SourceRecord }[]>();
  const kept = active.filter(({ record }) => record?.kept).map(({ _id }) => _id);
  const others = active.filter(({ record }) => !record?.kept).map(({ _id }) => _id);
  const withheld = others.length > 0 ? await findWithheld(account, others) : [];
  return new Set([...kept, ...withheld.map(({ target }) => target)].map((id) => id.toHexString()));
}

/** Documents whose removal waits for a decision. */
export function findWithheld(
  account: Types.ObjectId,
  targets: readonly Types.ObjectId[],
): Promise<Pick<RosterChange, 'target' | 'kind'>[]> {
  return RosterChange.find(
    { account, state: 'withheld', target: { $in: [...targets] }, kind: { $nin: TIE_KINDS } },
    { target: 1, kind: 1 },
  ).lean();
}

/** Active contacts by record ids, including further ids of merged contacts. */
async function findPeople(
  account: Types.ObjectId,
  ids: readonly string[],
): Promise<Map<string, Types.ObjectId>> {
  const found = await Contact.find(
    { account, 'record.id': { $in: [...ids] }, status: 'active' },
    { 'record.id': 1 },
  ).lean<Pick<Contact, '_id' | 'record'>[]>();
  const people = new Map(found.map(({ _id, record }) => [record?.id ?? '', _id]));
  const missing = ids.filter((id) => !people.has(id));
  if (missing.length === 0) return people;
  // Few ids: of people who are not shared, and of merged ones.
  const merged = await Contact.find(byRecordIds(account, missing, { status: 'active' }), {
    record: 1,
  }).lean();
  for (const contact of merged) for (const id of recordIds(contact)) people.set(id, contact._id);
  return people;
}
