import { andList, countOf, number } from '../web/format-count.js';
import { numericDay } from '../web/format-time.js';
import { quoted, SKIPPED, type None, type Told, type Words } from './problem-words.js';

/** What is not taken if a row names something that does not exist. */
export type Lost = 'row' | 'enrollment' | 'teacher' | 'parent' | 'role' | 'term';
/** What kind of thing an id names. */
export type IdOf = 'school' | 'teacher' | 'section' | 'class' | 'student' | 'parent' | 'user' | 'term';

interface Cell {
  /** The text in the file. */
  cell: string;
}
/** The first row with the same id. */
interface Before {
  before: number;
}

const LOST: Record<Lost, string> = {
  row: SKIPPED,
  enrollment: 'This enrollment was skipped.',
  teacher: 'The class was read without this teacher.',
  parent: 'The parent wasn’t linked to the child.',
  role: 'This role was skipped.',
  term: 'The class was read without this term.',
};
const ROLES = 'Use student, teacher, parent, guardian, or administrator, and upload again.';
const ONE_IS_WRONG = 'Delete the row that’s wrong and upload again.';

/** What is wrong with one row, by code. */
export const SAY_ROW = {
  empty: (_: None, { field }: Told): Words => [
    `${field} is empty. ${SKIPPED}`,
    `Fill in ${field} and upload again.`,
  ],
  'cut off': ({ cells, columns }: { cells: number; columns: number }, { field }: Told): Words => [
    `${field} is empty, because this row ends after column ${number(cells)} of ${number(columns)}. ${SKIPPED}`,
    `Complete the row and upload again.`,
  ],
  'unknown action': ({ cell }: Cell, { field }: Told): Words => [
    `${field} is ${quoted(cell)}, which Slotbell doesn’t know. ${SKIPPED}`,
    `To remove this person or class, write “delete”. Otherwise, leave ${field} empty. Then upload again.`,
  ],
  'unknown status': ({ cell }: Cell, { field }: Told): Words => [
    `${field} is ${quoted(cell)}, which Slotbell doesn’t know. ${SKIPPED}`,
    'Write “active” or “tobedeleted” and upload again.',
  ],
  'id changed by Excel': ({ cell }: Cell, { field }: Told): Words => [
    `Excel changed ${field} to ${quoted(cell)}. ${SKIPPED}`,
    'Export the file again and upload it without opening it in Excel.',
  ],
  'several ids in a row': ({ cell }: Cell, { field }: Told): Words => [
    `${field} is ${quoted(cell)}, which may be several IDs. ${SKIPPED}`,
    'Put one ID in each row, without a comma, and upload again.',
  ],
  'too long': ({ most, lost }: { most: number; lost: 'row' | 'value' }, { field }: Told): Words => [
    `${field} is longer than ${number(most)} characters. ${lost === 'row' ? SKIPPED : withoutIt(field)}`,
    `Shorten ${field} and upload again.`,
  ],
  'not a name': ({ cell }: Cell, { field }: Told): Words => [
    `${field} is ${quoted(cell)}, which isn’t a name. ${SKIPPED}`,
    'Check that each value is in its own column, and upload again.',
  ],
  total: ({ cell }: Cell): Words => [
    `This row looks like a total: ${quoted(cell)}. ${SKIPPED}`,
    'Delete this row. If it’s a person or a class, correct it. Then upload again.',
  ],
  'too many values': ({ values, columns }: { values: number; columns: number }): Words => [
    `This row has ${number(values)} values, but the file has ${countOf(columns, 'column', 'columns')}. ${SKIPPED}`,
    'A comma, semicolon, or tab inside a value splits it in two. Put quotation marks around that value and upload again.',
  ],
  'header again': (_: None): Words => [
    'This line repeats the column names, so it wasn’t read as a row.',
    'There’s nothing to do.',
  ],
  'header moved': (_: None): Words => [
    'This line names the columns again, in a different order. The rows below it were read in that order.',
    'Check that the rows below this line belong in this file.',
  ],
  'above header': ({ cell, from, to }: Cell & { from: number; to: number }): Words => [
    from === to
      ? `Line ${number(from)} is above the column names, so it wasn’t read: ${quoted(cell)}.`
      : `Lines ${number(from)} to ${number(to)} are above the column names, so they weren’t read: ${quoted(cell)}.`,
    'If that’s a title, there’s nothing to do. Otherwise, move the column names to the first line and upload again.',
  ],
  'not a date': ({ cell }: Cell, { field, style }: Told): Words => [
    `${field} is ${quoted(cell)}, which isn’t a date. ${withoutIt(field)}`,
    `Write it like ${numericDay('2014-09-30', style)} or 2014-09-30, and upload again.`,
  ],
  'not a count': ({ cell, most }: Cell & { most: number }, { field }: Told): Words => [
    `${field} is ${quoted(cell)}, which isn’t a number from 0 to ${number(most)}. ${withoutIt(field)}`,
    `Write a number from 0 to ${number(most)} and upload again.`,
  ],
  'unknown id': ({ cell, of, lost }: Cell & { of: IdOf; lost: Lost }, { field }: Told): Words => [
    `${field} is ${quoted(cell)}, but there’s no ${of} with this ID. ${LOST[lost]}`,
    `Add the ${of} or correct the ID, and upload again.`,
  ],
  repeated: ({ cell, before, differing }: Cell & Before & Differing, { field, style }: Told): Words => [
    `${field} ${quoted(cell)} is also on line ${number(before)}, with a different ${andList(differing.map(inWords), style)}. The values on line ${number(before)} were used.`,
    ONE_IS_WRONG,
  ],
  'repeated with another name': ({ cell, before }: Cell & Before, { field }: Told): Words => [
    `${field} ${quoted(cell)} is also on line ${number(before)}, with a different name. Line ${number(before)} was used. ${SKIPPED}`,
    'Correct the ID in one of the two rows, or delete the row that’s wrong. Then upload again.',
  ],
  'added and deleted': ({ cell, before }: Cell & Before, { field }: Told): Words => [
    `${field} ${quoted(cell)} is added on line ${number(before)} and deleted here. Line ${number(before)} was used.`,
    ONE_IS_WRONG,
  ],
  'contact differs': ({ cell, differing }: Cell & Differing, { style }: Told): Words => [
    `${quoted(cell)} is also in another row, with a different ${andList(differing.map(inWords), style)}. The first row’s values were used.`,
    'Correct the row that’s wrong and upload again.',
  ],
  'unknown role': ({ cell, lost }: Cell & { lost: Lost }, { field }: Told): Words => [
    `${field} is ${quoted(cell)}, which Slotbell doesn’t know. ${LOST[lost]}`,
    ROLES,
  ],
  'empty role': ({ lost }: { lost: Lost }, { field }: Told): Words => [
    `${field} is empty. ${LOST[lost]}`,
    ROLES,
  ],
  'unknown class role': ({ cell }: Cell, { field }: Told): Words => [
    `${field} is ${quoted(cell)}, which isn’t a role in a class. ${LOST.enrollment}`,
    'Use student or teacher, and upload again.',
  ],
  'no role': ({ cell }: Cell, { field }: Told): Words => [
    `${field} ${quoted(cell)} has no role in roles.csv. ${SKIPPED}`,
    'Give this user a role in roles.csv and upload again.',
  ],
  'neither true nor false': ({ cell }: Cell, { field }: Told): Words => [
    `${field} is ${quoted(cell)}, which is neither true nor false. The teacher was read as an additional teacher of the class.`,
    'Write true or false and upload again.',
  ],
  'unknown mode': ({ cell, property }: Cell & { property: string }, { field }: Told): Words => [
    `For ${quoted(property)}, ${field} is ${quoted(cell)}, which isn’t bulk, delta, or absent. The file was read as a list of changes, so nobody is removed for not being in it.`,
    'Correct it and upload again.',
  ],
  'ends before it starts': ({ start }: { start: string }, { field }: Told): Words => [
    `${field} is before ${start}. The term was read as it is.`,
    'Correct the dates and upload again.',
  ],
  'looks like others': ({ cell, like }: Cell & { like: string[] }, { field, style }: Told): Words => [
    `${field} is ${quoted(cell)}. Slotbell doesn’t have this ID, but it looks like ${andList(like.map(quoted), style)}. ${SKIPPED}`,
    'Correct the ID and upload again.',
  ],
  'stray quotation mark': (_: None): Words => [
    'A quotation mark on this line has no closing one, so it was left out.',
    'Check this row. Remove the quotation mark and upload again.',
  ],
  'swallowed lines': ({ lines }: { lines: number }): Words => [
    `A quotation mark on this line makes ${countOf(lines, 'line', 'lines')} into one value, though each looks like a row. Nobody is removed because of it.`,
    'Remove the quotation mark and upload again.',
  ],
};

interface Differing {
  /** The fields that differ, as the code names them. */
  differing: string[];
}

const FIELDS: Readonly<Record<string, string>> = {
  first: 'first name',
  middle: 'middle name',
  last: 'last name',
  dob: 'birth date',
  zip: 'ZIP code',
  sis_id: 'ID',
  term_id: 'term',
  district_username: 'username',
  allowed: 'PTAN',
};

/** `securityValue` is "security value". */
function inWords(field: string): string {
  return (
    FIELDS[field] ??
    field.replace(/_/g, ' ').replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  );
}

function withoutIt(field: string): string {
  return `The row was read without ${field}.`;
}
