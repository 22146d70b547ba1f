import type { QueryFilter, Types } from 'mongoose';
import { IDENTIFIERS, type Identifier } from '../models/field-mapping.js';
import { Contact } from '../models/contact.js';
import { beginsInKey, searchWords } from '../models/search-key.js';

type Filter = QueryFilter<Contact>;
type Beginning = string | RegExp;

/** What a search finds: people by their search keys, and others by an identifier alone. */
export interface Search {
  keys: Filter;
  others: (Pick<Contact, '_id' | 'type' | 'status' | 'lacks'> & {
    foundBy: { name: Identifier; value: string }[];
  })[];
}

/** A search word: as it was typed, as identifiers are stored, and the expression that matches it in a search key. */
interface Word {
  typed: string;
  inKey: RegExp;
}

/** Fewer characters would match half the school's numbers. */
const LEAST = 3;

/**
 * How a search finds people. Each word must begin a name, wherever it stands ("cruz" finds Maria de la Cruz, "jones" Ann Smith-Jones), or
 * the email address or Student ID. Instead, one word, or all of them together, may begin an identifier.
 * An ordered index cannot look up words inside a key. So words are matched against the keys of the account's index {account, type, status,
 * sortKey, searchKey, lacks}, never against documents: some 15 ms for 5,000 people, about a second for 100,000 where few match. Identifiers
 * have indexes of their own.
 */
export async function readSearch(account: Types.ObjectId, q: string): Promise<Search> {
  const words = q.split(/\s+/).slice(0, 6).flatMap(wordOf);
  if (words.length === 0) return { keys: {}, others: [] };
  const keys = { $and: words.map(({ inKey }) => ({ searchKey: inKey })) };
  const begun = new Set([...words.map(({ typed }) => typed), q.trim()]);
  const beginnings = [...begun].flatMap(beginningsOf);
  // The index has only documents in which this is more than nothing.
  const candidates = await Contact.find(
    { $or: IDENTIFIERS.map((name) => ({ account, [`identifiers.${name}`]: { $in: beginnings, $gt: '' } })) },
    { type: 1, status: 1, lacks: 1, searchKey: 1, identifiers: 1 },
  ).lean();
  const others = candidates.flatMap(({ _id, type, status, lacks, searchKey: key, identifiers }) => {
    const missing = words.filter(({ inKey }) => !inKey.test(key));
    if (missing.length === 0) return [];
    const texts = [...(missing.length === 1 ? missing.map(({ typed }) => typed) : []), q.trim()];
    const foundBy = IDENTIFIERS.map((name) => ({ name, value: identifiers?.[name] ?? '' })).filter(
      ({ value }) => texts.flatMap(beginningsOf).some((beginning) => begins(value, beginning)),
    );
    return foundBy.length > 0 ? [{ _id, type, status, lacks, foundBy }] : [];
  });
  return { keys, others };
}

function wordOf(typed: string): Word[] {
  return searchWords(typed).map((word) => ({ typed, inKey: beginsInKey(word) }));
}

/** The word as typed, in capitals and in small letters. An expression that ignores case could not use an index. */
function beginningsOf(text: string): Beginning[] {
  const written = [...new Set([text, text.toUpperCase(), text.toLowerCase()])];
  return text.length < LEAST ? written : written.map((each) => new RegExp(`^${escaped(each)}`));
}

function begins(value: string, beginning: Beginning): boolean {
  return typeof beginning === 'string' ? value === beginning : beginning.test(value);
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
