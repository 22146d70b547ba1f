import type { Types } from 'mongoose';
import type { CleverTerm } from '../../clever/schema.js';
import { Section, type RosterSection } from '../../models/section.js';
import { Term } from '../../models/term.js';
import { spoiltDates, type RosterTerm, type SpoiltFact } from '../../sources/records/map-clever-class.js';
import { rosterRecord, type RosterRecord } from '../../sources/records/roster-record.js';
import type { RefreshContext } from '../run/context.js';
import type { Ids } from '../../runs/changes/id-set.js';
import { tellsAll } from '../../sources/download/download-district.js';
import { sectionFields } from './complete-records.js';

/** A section as its source has it, with the facts that cannot be read. */
export interface ToldSection {
  record: RosterRecord<RosterSection>;
  spoilt: readonly SpoiltFact[];
}

/** Ids of the terms that exist once this delivery is applied. @param seen the terms that it lists */
export async function knownTerms(
  { account, download, gone }: RefreshContext,
  seen: Pick<Ids, 'has'>,
): Promise<Pick<Ids, 'has'> & { any: boolean }> {
  const stored = await Term.find({ account: account._id, status: 'active' }, { record: 1 }).lean();
  const ids = new Set(stored.map(({ record }) => record.id));
  const lists = tellsAll(download.terms);
  const has = (id: string) => seen.has(id) || (!lists && ids.has(id) && gone?.terms?.has(id) !== true);
  return { has, any: [...ids].some(has) };
}

/**
 * Sections that keep stored facts where the source's cannot be read or name a term that does not exist: an unreadable fact never replaces a
 * good one. The source's term name is stored beside it, as the term may still come.
 * @returns the sections, and the ids of those that keep a term
 */
export async function keepFacts(
  account: Types.ObjectId,
  told: readonly ToldSection[],
  terms: Awaited<ReturnType<typeof knownTerms>>,
): Promise<{ records: RosterRecord<RosterSection>[]; kept: string[] }> {
  const isLost = ({ record: { fields }, spoilt }: ToldSection) =>
    terms.any && (spoilt.includes('term') || (fields.term !== '' && !terms.has(fields.term)));
  const asked = told.filter((one) => one.spoilt.length > 0 || isLost(one));
  if (asked.length === 0) return { records: told.map(({ record }) => record), kept: [] };
  const found = await Section.find(
    { account, status: 'active', 'record.id': { $in: asked.map(({ record }) => record.id) } },
    { record: 1, term: 1, course: 1, grade: 1 },
  ).lean();
  const stored = new Map(found.map((section) => [section.record.id, section]));
  const kept: string[] = [];
  const records = told.map((one) => {
    const { record, spoilt } = one;
    const before = stored.get(record.id);
    const keepsTerm = before !== undefined && isLost(one) && terms.has(before.term);
    if (keepsTerm) kept.push(record.id);
    if (!before || (!keepsTerm && spoilt.length === 0)) return record;
    const { fields } = record;
    return rosterRecord(record.id, {
      ...fields,
      ...(spoilt.includes('course') ? { course: before.course } : {}),
      ...(spoilt.includes('grade') ? { grade: before.grade } : {}),
      ...(keepsTerm ? { term: before.term, termTold: fields.term } : {}),
    });
  });
  return { records, kept };
}

/**
 * Of the sections that a delivery of changes does not mention, those whose missing term has come, or which kept a term that is now gone:
 * they take the term that their source names.
 */
export async function findTermsCome(
  account: Types.ObjectId,
  seen: Pick<Ids, 'has'>,
  terms: Pick<Ids, 'has'>,
): Promise<RosterRecord<RosterSection>[]> {
  const waiting = await Section.find({ account, termTold: { $exists: true }, status: 'active' }).lean();
  return waiting.flatMap((section) => {
    const { termTold = '', record } = section;
    if (seen.has(record.id) || (terms.has(section.term) && !terms.has(termTold))) return [];
    const { termTold: _, ...fields } = sectionFields(section);
    return [rosterRecord(record.id, { ...fields, term: termTold })];
  });
}

/** Terms that keep stored dates where the source's cannot be read. */
export async function keepDates(
  account: Types.ObjectId,
  told: readonly { term: CleverTerm; record: RosterRecord<RosterTerm> | undefined }[],
): Promise<Map<string, RosterRecord<RosterTerm>>> {
  const spoilt = told.filter(({ term }) => spoiltDates(term).length > 0);
  if (spoilt.length === 0) return new Map();
  const ids = spoilt.flatMap(({ record }) => record?.id ?? []);
  const found = await Term.find(
    { account, 'record.id': { $in: ids } },
    { record: 1, start: 1, end: 1 },
  ).lean();
  const stored = new Map(found.map((term) => [term.record.id, term]));
  return new Map(
    spoilt.flatMap(({ term, record }) => {
      const before = record && stored.get(record.id);
      if (!before) return [];
      const dates = Object.fromEntries(spoiltDates(term).map((date) => [date, before[date]]));
      return [[record.id, rosterRecord(record.id, { ...record.fields, ...dates })] as const];
    }),
  );
}
