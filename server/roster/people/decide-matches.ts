import type { Types } from 'mongoose';
import { IDENTIFIERS, type FieldMapping } from '../../models/field-mapping.js';
import type { AlikeReason } from '../../models/duplicate.js';
import type { RosterPerson } from '../../models/contact.js';
import type { RosterRecord } from '../../sources/records/roster-record.js';
import { nameKeys, plain, sameName } from './compare-people.js';
import { contradict, isClose, RULES, type Candidate, type Rule } from './match-rules.js';

export type PersonRecord = Pick<RosterRecord<RosterPerson>, 'id' | 'fields'>;

export interface Doubt {
  id: string;
  candidates: Types.ObjectId[];
  reason: AlikeReason;
  /** Whether the number seems to belong to somebody else now. */
  recycled?: true;
}

export interface Matches {
  /** By record id. No contact appears twice. */
  matched: Map<string, Types.ObjectId>;
  doubtful: Doubt[];
}

/** What the rules look at besides the records. */
export interface MatchInput {
  candidates: readonly Candidate[];
  mapping: FieldMapping;
  /** Whether a person decided that the record is not this contact. */
  areSeparate: (recordId: string, contact: Types.ObjectId) => boolean;
}

/**
 * Decides which of the candidates the new records are; a pure function. Mapped numbers come first, then email with the last name, then, for
 * guardians, a student in common (some districts make guardian ids from name and email, so that an edited address is a new id). A match
 * needs a single candidate, or the one of the family's guardians with that name. Several candidates, or one that two records want, are
 * doubts for a person. A stronger rule goes before a weaker one. The same name alone is a doubt. Blank fields match nothing.
 */
export function decideMatches(records: readonly PersonRecord[], input: MatchInput): Matches {
  const matched = new Map<string, Types.ObjectId>();
  const taken = new Set<string>();
  const doubts = new Map<string, Doubt>();
  const others = new Map<string, Doubt>();
  const near = findNear(input);
  for (const rule of RULES) {
    const wishes = records.flatMap((record) => {
      if (matched.has(record.id) || doubts.has(record.id)) return [];
      const wish = wishOf(rule, record, near(record), input);
      // A weaker rule may find out who they are.
      if (wish?.recycled && !others.has(record.id)) {
        const { candidates, reason } = wish;
        others.set(record.id, { id: record.id, candidates, reason, recycled: true });
      }
      return wish && !wish.recycled ? [wish] : [];
    });
    const wanted = countWanted(wishes.filter(({ sure }) => sure));
    const granted: string[] = [];
    for (const { record, candidates, sure, reason } of wishes) {
      const [only] = candidates;
      const key = only?.toHexString() ?? '';
      if (only && sure && wanted.get(key) === 1 && !taken.has(key)) {
        matched.set(record.id, only);
        granted.push(key);
      } else doubts.set(record.id, { id: record.id, candidates, reason });
    }
    for (const key of granted) taken.add(key);
  }
  for (const record of records) {
    if (matched.has(record.id) || doubts.has(record.id)) continue;
    const doubt = others.get(record.id) ?? findAlike(record, near(record), taken, input);
    if (doubt) doubts.set(record.id, doubt);
  }
  return { matched, doubtful: [...doubts.values()] };
}

interface Wish {
  record: PersonRecord;
  candidates: Types.ObjectId[];
  /** Whether there is one candidate, and nothing against it. */
  sure: boolean;
  reason: AlikeReason;
  /** Whether the holder of the number is somebody else. */
  recycled: boolean;
}

function wishOf(
  rule: Rule,
  record: PersonRecord,
  candidates: readonly Candidate[],
  { mapping }: MatchInput,
): Wish | undefined {
  const found = candidates.flatMap((candidate) => {
    const verdict = rule.compare(record.fields, candidate, mapping);
    return verdict ? [{ _id: candidate._id, verdict, close: isClose(record.fields, candidate) }] : [];
  });
  if (found.length === 0) return undefined;
  const close = found.filter((one) => one.close);
  const verdicts = close.length === 1 ? close : found;
  return {
    record,
    candidates: verdicts.map(({ _id }) => _id),
    sure: verdicts.length === 1 && verdicts[0]?.verdict === 'same',
    reason: rule.reason(record.fields, mapping),
    recycled: verdicts.every(({ verdict }) => verdict === 'other'),
  };
}

function countWanted(wishes: readonly Wish[]): Map<string, number> {
  const wanted = new Map<string, number>();
  for (const { candidates } of wishes)
    for (const id of candidates) wanted.set(id.toHexString(), (wanted.get(id.toHexString()) ?? 0) + 1);
  return wanted;
}

/** People of the same name whom nothing tells apart, for a person to look at. */
export function findAlike(
  { id, fields }: PersonRecord,
  candidates: readonly Candidate[],
  taken: ReadonlySet<string>,
  { mapping }: Pick<MatchInput, 'mapping'>,
): Doubt | undefined {
  const alike = candidates.filter(
    (candidate) =>
      !taken.has(candidate._id.toHexString()) &&
      sameName(fields, candidate) &&
      !contradict(fields, candidate, mapping),
  );
  if (alike.length === 0) return undefined;
  const born = alike.filter(({ birthDate }) => birthDate !== '' && birthDate === fields.birthDate);
  const found = born.length > 0 ? born : alike;
  const code = born.length > 0 ? 'birth' : 'name';
  return { id, candidates: found.map(({ _id }) => _id), reason: { code } };
}

/** Looks up the few candidates that a record could match, so that a thousand records are not compared with all contacts. */
function findNear({ candidates, areSeparate }: MatchInput): (record: PersonRecord) => Candidate[] {
  const byKey = new Map<string, Candidate[]>();
  for (const candidate of candidates)
    for (const key of keysOf(candidate)) {
      const known = byKey.get(key);
      if (known) known.push(candidate);
      else byKey.set(key, [candidate]);
    }
  return ({ id, fields }) => {
    const near = new Set(keysOf(fields).flatMap((key) => byKey.get(key) ?? []));
    return [...near].filter((candidate) => !areSeparate(id, candidate._id));
  };
}

type Person = Pick<
  Candidate,
  'type' | 'firstName' | 'lastName' | 'email' | 'phone' | 'relations' | 'identifiers'
>;

/** The keys of which two people of one type must share one to be the same by any rule. */
function keysOf(person: Person): string[] {
  const { type, identifiers, email, relations } = person;
  const keys = [
    ...IDENTIFIERS.map((identifier) => ['#', identifier, plain(identifiers?.[identifier])]),
    ['@', '', plain(email)],
    ...nameKeys(person).map((name) => ['name', '', name]),
    ...(type === 'guardian' ? relations.map(({ student }) => ['of', '', student]) : []),
  ];
  return keys.filter(([, , value]) => value !== '').map((key) => [type, ...key].join(' '));
}
