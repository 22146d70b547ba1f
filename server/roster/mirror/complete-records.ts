import type { Types } from 'mongoose';
import { Contact, type Relation, type RosterPerson } from '../../models/contact.js';
import { Section, type RosterSection } from '../../models/section.js';
import type { FileExtras } from '../../roster-files/records/roster-files.js';
import { sortTies, tieKey } from '../../sources/records/map-clever-person.js';
import { rosterRecord, type RosterRecord } from '../../sources/records/roster-record.js';

/** A record with what else its file says. */
interface Told<F> {
  record: RosterRecord<F>;
  extras: FileExtras | undefined;
}

type Mapped<F> = { ok: false } | { ok: true; record: RosterRecord<F> };

/**
 * Maps objects of files, with the facts that Clever has no field for. Objects of a file that holds only changes are completed from what is
 * stored.
 * @param complete completes the records of a batch, and leaves out those of which nothing is stored
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
 * Completes sections of files that hold only changes: the students they name are added to the stored ones, or taken away. If only a
 * section's people are given, all else stays as it is stored; a section that is not stored cannot be completed.
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

/** Completes guardians in the same way, with their children. */
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

/** A stored section in the shape that a source delivers. */
export function sectionFields(section: Section): RosterSection {
  const { school, name, subject, period, grade, number, course, term, teacherIds, studentIds } = section;
  const fields = { school, name, subject, period, grade, number, course, term, teacherIds, studentIds };
  const { termTold } = section;
  return { ...fields, ...sectionExtras(section), ...(termTold === undefined ? {} : { termTold }) };
}

/** A stored person in the shape that a source delivers. */
function personFields(before: Contact, told: RosterPerson): RosterPerson {
  const stored = before as unknown as Record<string, unknown>;
  return Object.fromEntries(Object.keys(told).map((key) => [key, stored[key]])) as unknown as RosterPerson;
}
