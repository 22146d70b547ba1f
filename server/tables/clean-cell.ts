import { isPlaceholder, securityValueOf } from '../models/security-value.js';
import { isPlain } from '../models/search-key.js';
import { cleanText } from '../sources/records/clean-text.js';
import type { Column } from './table-format.js';

/** What was done to a cell, or is wrong with it; reported once for each column. */
export type CellNote =
  | 'formula text'
  | 'apostrophe'
  | 'quotation marks'
  | 'decimals'
  | 'hidden letters'
  | 'placeholder'
  | 'address repaired'
  | 'several addresses'
  | 'no address'
  | 'garbled'
  | 'rounded'
  | 'several ids'
  | 'whole name'
  | 'spoilt';

export interface CleanCell {
  value: string;
  notes: CellNote[];
  /** Why the id cannot be known: a spreadsheet changed it, or the cell has two. */
  spoilt?: 'id changed by Excel' | 'several ids in a row';
}

/** Invisible characters: zero-width ones, soft hyphens, byte order marks, direction marks. */
const HIDDEN = /(?:\p{Cf}|\u034f|\u115f|\u1160|\u3164|\uffa0)/gu;
/** Joiners are a part of the spelling in words of some scripts and in emoji. */
const JOINER = /\u200c|\u200d/;
const ALL_HIDDEN = new RegExp(`${HIDDEN.source}|\\p{Cc}`, 'gu');

/** How spreadsheets write large numbers, in any locale: 1.23E+11, 1,23e11, 1.23×10^11. */
const SCIENTIFIC =
  /^[-+]?\d+(?:[.,\u066b]\d+)?\s?e\s?[-+\u2212]\s?\d{1,3}$|^[-+]?\d+[.,\u066b]\d+\s?e\s?\d{1,3}$|^\d+(?:[.,]\d+)?\s?[x×*·]\s?10\s?\^?\s?[-+]?\d{1,3}$/i;
/** A day, which spreadsheets make of 3-4 or 12/5. */
const A_DAY =
  /^\d{1,2}\/\d{1,2}\/(?:19|20)\d{2}$|^\d{1,2}[-. ](?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)\w*\.?$|^(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)\w*[-. ]\d{2,4}$/i;
const ADDRESS =
  /^[^\s@<>()[\]\\,;:"'.][^\s@<>()[\]\\,;:"]{0,63}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})\.)+\p{L}[\p{L}\p{N}-]{1,62}$/u;
/** Placeholder addresses that schools write for parents without one. */
const NOBODY =
  /^(?:no[-_.]?e?[-_.]?mail|no[-_.]?address|no[-_.]?reply|do[-_.]?not[-_.]?reply|none|nobody|null|n\.?a|unknown|noone)@/i;
const QUOTE = '["“”„‟«»″＂]';
const QUOTES = new RegExp(QUOTE, 'gu');
/** What follows a comma in a name without being a first name: Moss, Jr. */
const SUFFIX =
  /,\s*(?:jr|sr|i{1,3}|iv|vi?|esq|md|dds|dvm|rn|ph\.?d|ed\.?d|m\.?d|m\.?a|m\.?ed|b\.?a)\.?(?:\s|,|$)/i;
/** Spreadsheets keep fifteen digits of a number and write zeros for the rest. */
const ROUNDED = /^\d{15,40}0$/;
/** Several ids in a cell: 1001, 1002 or 1001 & 1002, or one below the other. */
const SEVERAL =
  /^[^\s,;]*\d[^\s,;]*(?:(?:\s*[,;]\s*|\s+(?:[&+/]|and|or|und|y|et)\s+|\s*[\n\t]\s*)[^\s,;]*\d[^\s,;]*)+$/i;
/** UTF-8 that was once read as Windows-1252 ("JosÃ©"), or the replacement for lost letters. */
const GARBLED =
  /\u00c3[\u0080-\u00bf\u0152\u0153\u0160\u0161\u017d\u017e\u0178\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|\u00e2\u20ac|\ufffd/;

/** Cleans a cell to one line of text, by what its column holds; says what was done to it. */
export function cleanCell(raw: string, { name, id, holds }: Column): CleanCell {
  const notes: CellNote[] = [];
  const note = (code: CellNote, before: string, after: string): string => {
    if (before !== after) notes.push(code);
    return after;
  };
  const isId = id === true || holds === 'number';
  let value = raw.trim();
  if (value === '') return { value, notes };
  if (value.startsWith('=')) value = note('formula text', value, formulaText(value));
  if (!isPlain(value)) {
    const seen = value.replace(/\p{Z}/gu, ' ');
    value = note(
      'hidden letters',
      seen,
      isId || holds === 'email' ? seen.replace(ALL_HIDDEN, '') : visible(seen),
    ).trim();
    if (GARBLED.test(value)) notes.push('garbled');
  }
  if (value.search(QUOTES) >= 0) value = note('quotation marks', value, quotesOff(value, isId));
  if (/^['’‘`´]/.test(value) && holds !== 'name')
    value = note('apostrophe', value, apostropheOff(value, isId));
  value = cleanText(value);
  if (isId) {
    if (SCIENTIFIC.test(value) || A_DAY.test(value))
      return id
        ? { value, notes, spoilt: 'id changed by Excel' }
        : { value: '', notes: [...notes, 'spoilt'] };
    if (SEVERAL.test(value) || (raw.includes('\n') && SEVERAL.test(raw.trim())))
      return id
        ? { value, notes, spoilt: 'several ids in a row' }
        : { value: '', notes: [...notes, 'several ids'] };
    if (ROUNDED.test(value)) notes.push('rounded');
    if (/^\d+[.,]0+$/.test(value)) value = note('decimals', value, value.replace(/[.,]0+$/, ''));
  }
  const isNothing =
    holds === 'fact' || holds === 'day'
      ? securityValueOf(value) === ''
      : isPlaceholder(value, holds === 'name');
  if (isNothing && name !== 'Action')
    return { value: '', notes: value === '' ? notes : [...notes, 'placeholder'] };
  if (holds === 'email') return withAddress(value, notes);
  // An encoding without the letter made it a question mark.
  if (holds === 'name' && /\p{L}\?/u.test(value)) notes.push('garbled');
  if (holds === 'name' && name !== 'Contact_name' && /\p{L},\s*\p{L}/u.test(value) && !SUFFIX.test(value))
    notes.push('whole name');
  return { value, notes };
}

/** Removes quotation marks around a value, and a single one; those around a part of it belong to it: Al "Bo" Cruz. */
function quotesOff(value: string, isId: boolean): string {
  if (isId) return value.replace(QUOTES, '').trim();
  const inner = new RegExp(`^${QUOTE}(.*)${QUOTE}$`, 'u').exec(value)?.[1];
  if (inner !== undefined && inner.search(QUOTES) < 0) return inner.trim();
  if ((value.match(QUOTES) ?? []).length % 2 === 0) return value;
  return value.replace(new RegExp(`^${QUOTE}+|${QUOTE}+$`, 'gu'), '').trim();
}

/** ="00101" and =00101 are texts that somebody kept from becoming numbers. */
function formulaText(value: string): string {
  const text = /^=\s*"((?:[^"]|"")*)"$/.exec(value)?.[1];
  return text?.replaceAll('""', '"') ?? /^=\s*(\d+)$/.exec(value)?.[1] ?? value;
}

/** '00101 is a text that somebody kept from becoming a number; no id begins that way. */
function apostropheOff(value: string, isId: boolean): string {
  const text = value.slice(1);
  if (!isId && !/^[\d=+@-]/.test(text)) return value;
  return text.replace(/(?<=.)['’‘`´]$/, '');
}

function visible(value: string): string {
  return value.replace(HIDDEN, (mark, at: number) => {
    const around = `${value[at - 1] ?? ''}${value[at + 1] ?? ''}`;
    return JOINER.test(mark) && /^[^ -~]{2}$/.test(around) ? mark : '';
  });
}

function withAddress(text: string, notes: CellNote[]): CleanCell {
  if (ADDRESS.test(text))
    return NOBODY.test(text) ? { value: '', notes: [...notes, 'placeholder'] } : { value: text, notes };
  const parts = text
    .split(/[\s,;|/]+/)
    .map((part) => part.replace(/^(?:mailto|smtp|e-?mail):/i, '').replace(/^[<("'[]+|[>)"'\].,:]+$/g, ''));
  const found = [
    ...new Map(parts.filter((part) => ADDRESS.test(part)).map((part) => [part.toLowerCase(), part])).values(),
  ];
  const others = parts.filter((part) => part.includes('@') && !ADDRESS.test(part));
  const [first, second] = found;
  if (first && second)
    return { value: NOBODY.test(first) ? second : first, notes: [...notes, 'several addresses'] };
  if (first && others.length === 0)
    return { value: NOBODY.test(first) ? '' : first, notes: [...notes, 'address repaired'] };
  const joined = text.replace(/\s+/g, '');
  if (!first && ADDRESS.test(joined)) return { value: joined, notes: [...notes, 'address repaired'] };
  return { value: first ?? '', notes: [...notes, first ? 'several addresses' : 'no address'] };
}
