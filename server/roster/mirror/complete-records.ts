import type { Types } from 'mongoose';
import { Contact, type Relation, type RosterPerson } from '../../models/contact.js';
import { Section, type RosterSection } from '../../models/section.js';
import type { FileExtras } from '../../roster-files/records/roster-files.js';
import { sortTies, tieKey } from '../../sources/records/map-clever-person.js';
import { rosterRecord, type RosterRecord } from '../../sources/records/roster-record.js';

/** A record with what its file said besides. */
interface Told<F> {
  record: RosterRecord<F>;
  extras: FileExtras | undefined;
}

type Mapped<F> = { ok: false } | { ok: true; record: RosterRecord<F> };

/**
 * Objects of files, as mapped, with what Clever has no field for; of those that tell only what changed, with what is known besides.
 * @param complete makes whole records of a batch, and leaves out those of which nothing is known
 * @param unknown says so of one that is left out
 */
export async function completeMapped<F, M extends Mapped<F>>(
  batch: readonly { slotbell?: FileExtras }[],
  mapped: readonly M[],
  complete: (told: Told<F>[]) => Promise<RosterRecord<F>[]>,
  unknown: (one: Extract<M, { ok: true }>) => M,
): Promise<readonly M[]> {
  if (!batch.some(({ slotbell }) => slotbell)) return mapped;
  const told = mapped.flatMap((one, index) =>
    one.ok ? [{ record: one.record, extras: batch[index]?.slotbell }] : [],
  );
  const whole = new Map((await complete(told)).map((record) => [record.id, record]));
  return mapped.map((one) => {
    if (!one.ok) return one;
    const record = whole.get(one.record.id);
    return record ? { ...one, record } : unknown(one as Extract<M, { ok: true }>);
  });
}

/**
 * Sections of files that tell only what changed: the students they name are added to those known, and those taken away are. Where
 * nothing but its people is told of a section, all else stays; of one that is not known there is nothing to keep.
 */
export async function completeSections(
  account: Types.ObjectId,
  told: readonly Told<RosterSection>[],
): Promise<RosterRecord<RosterSection>[]> {
  const known = await storedBy<Section>(Section, account, told);
  return told.flatMap(({ record, extras }) => {
    const whole = rosterRecord(record.id, { ...record.fields, ...sectionExtras(extras) });
    if (!isPartial(extras)) return [whole];
    const before = known.get(record.id);
    if (!before) return extras?.onlyTies ? [] : [whole];
    const fields = extras?.onlyTies ? sectionFields(before) : whole.fields;
    const told = extras?.onlyTies && !extras.tiesChange ? record.fields.studentIds : undefined;
    const studentIds = told ?? joined(before.studentIds, record.fields.studentIds, extras);
    const teacherIds = extras?.tiesChange?.teachers
      ? joined(before.teacherIds, record.fields.teacherIds, extras)
      : fields.teacherIds;
    return [rosterRecord(record.id, { ...fields, teacherIds, studentIds: [...studentIds].sort() })];
  });
}

/** The same of guardians and their children. */
export async function completePeople(
  account: Types.ObjectId,
  told: readonly Told<RosterPerson>[],
): Promise<RosterRecord<RosterPerson>[]> {
  const known = await storedBy<Contact>(Contact, account, told);
  return told.flatMap(({ record, extras }) => {
    const whole = rosterRecord(record.id, { ...record.fields, ...personExtras(extras) });
    if (!isPartial(extras)) return [whole];
    const before = known.get(record.id);
    if (!before) return extras?.onlyTies ? [] : [whole];
    const fields = extras?.onlyTies ? personFields(before, record.fields) : whole.fields;
    const without = new Set(extras?.tiesChange?.without);
    const kept = extras?.tiesChange ? before.relations.filter(({ student }) => !without.has(student)) : [];
    const ties = [...kept, ...record.fields.relations].map(({ student, relationship, type }): Relation => ({
      student,
      relationship,
      type,
    }));
    const relations = sortTies([...new Map(ties.map((tie) => [tieKey(tie), tie])).values()]);
    return [rosterRecord(record.id, { ...fields, relations })];
  });
}

function sectionExtras(
  extras: Pick<FileExtras, 'allowed' | 'otherTerms'> | undefined,
): Pick<RosterSection, 'allowed' | 'otherTerms'> {
  return {
    ...(extras?.allowed === undefined ? {} : { allowed: extras.allowed }),
    ...(extras?.otherTerms === undefined ? {} : { otherTerms: extras.otherTerms }),
  };
}

function personExtras(extras: FileExtras | undefined): Pick<RosterPerson, 'securityValue' | 'room'> {
  return {
    ...(extras?.securityValue ? { securityValue: extras.securityValue } : {}),
    ...(extras?.room ? { room: extras.room } : {}),
  };
}

function isPartial(extras: FileExtras | undefined): boolean {
  return extras?.onlyTies === true || extras?.tiesChange !== undefined;
}

function joined(
  before: readonly string[],
  added: readonly string[],
  extras: FileExtras | undefined,
): string[] {
  const without = new Set(extras?.tiesChange?.without);
  return [...new Set([...before.filter((id) => !without.has(id)), ...added])];
}

async function storedBy<T>(
  model: typeof Section | typeof Contact,
  account: Types.ObjectId,
  told: readonly Told<unknown>[],
): Promise<Map<string, T>> {
  const ids = told.filter(({ extras }) => isPartial(extras)).map(({ record }) => record.id);
  if (ids.length === 0) return new Map();
  const found = await (model as typeof Section).find({ account, 'record.id': { $in: ids } }).lean();
  return new Map(found.map((document) => [document.record.id, document as unknown as T]));
}

/** What is stored of a section, in the order of what a source says. */
export function sectionFields(section: Section): RosterSection {
  const { school, name, subject, period, grade, number, course, term, teacherIds, studentIds } = section;
  const fields = { school, name, subject, period, grade, number, course, term, teacherIds, studentIds };
  const { termTold } = section;
  return { ...fields, ...sectionExtras(section), ...(termTold === undefined ? {} : { termTold }) };
}

/** What is stored of a person, in the order of what a source says. */
function personFields(before: Contact, told: RosterPerson): RosterPerson {
  const stored = before as unknown as Record<string, unknown>;
  return Object.fromEntries(Object.keys(told).map((key) => [key, stored[key]])) as unknown as RosterPerson;
}
