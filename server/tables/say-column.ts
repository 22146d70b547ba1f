import { number } from '../web/format-count.js';
import { AS_IS, linesInWords, quoted, WITHOUT_EXCEL, type Told, type Words } from './problem-words.js';

/** The cells of a column of which the same is true, in so many rows. */
export interface CellSeen {
  /** The first of the cells. */
  cell: string;
  /** The value that it was read as. */
  became: string;
  count: number;
  /** The first few of the lines. */
  lines: number[];
}

type Seen = CellSeen;
const PAGE = 'as the Roster files page lists them';
const ONE_FORM = 'Write all dates like 2014-09-30 and upload again.';

/** What was done to the cells of one column, or is wrong with them, by code. */
export const SAY_COLUMN = {
  'formula text': ({ cell, became, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} has a formula, ${quoted(cell)}. It was read as ${quoted(became)}.${inRows(rows, style)}`,
    `${AS_IS} Otherwise, ${lower(WITHOUT_EXCEL)}`,
  ],
  apostrophe: ({ cell, became, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} begins with an apostrophe, ${quoted(cell)}. It was read as ${quoted(became)}.${inRows(rows, style)}`,
    `${AS_IS} Otherwise, correct the value and upload again.`,
  ],
  'quotation marks': ({ cell, became, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} has a quotation mark that isn’t part of the value, ${quoted(cell)}. It was read as ${quoted(became)}.${inRows(rows, style)}`,
    `${AS_IS} Otherwise, correct the value and upload again.`,
  ],
  rounded: ({ cell, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} has a long number that ends in zero, ${quoted(cell)}. Spreadsheets round long numbers like that.${inRows(rows, style)}`,
    `If the number is right, there’s nothing to do. Otherwise, ${lower(WITHOUT_EXCEL)}`,
  ],
  'several ids': ({ cell, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} is ${quoted(cell)}, which may be several numbers. It was left empty.${inRows(rows, style)}`,
    'Put one number in each cell, or one person in each row, and upload again.',
  ],
  'whole name': ({ cell, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} has a comma, ${quoted(cell)}. The first and the last name may be in one cell.${inRows(rows, style)}`,
    `${AS_IS} Otherwise, put first and last names in separate columns and upload again.`,
  ],
  decimals: ({ cell, became, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} has decimals, ${quoted(cell)}. It was read as ${quoted(became)}.${inRows(rows, style)}`,
    `${AS_IS} Otherwise, format the column as text and upload again.`,
  ],
  'hidden letters': ({ became, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} has characters that can’t be seen. They were removed: ${quoted(became)}.${inRows(rows, style)}`,
    `${AS_IS} Otherwise, correct the value and upload again.`,
  ],
  placeholder: ({ cell, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} is ${quoted(cell)}, which was read as empty.${inRows(rows, style)}`,
    `${AS_IS} Otherwise, fill in ${field} and upload again.`,
  ],
  'address repaired': ({ cell, became, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} has more than the email address, ${quoted(cell)}. It was read as ${quoted(became)}.${inRows(rows, style)}`,
    `${AS_IS} Otherwise, leave only the email address in the cell and upload again.`,
  ],
  'several addresses': ({ cell, became, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} has more than one email address, ${quoted(cell)}. Only ${quoted(became)} was used.${inRows(rows, style)}`,
    `${AS_IS} Otherwise, put one email address in each cell and upload again.`,
  ],
  'no address': ({ cell, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} is ${quoted(cell)}, which isn’t an email address. An address that Slotbell already has stays.${inRows(rows, style)}`,
    'Correct the email address and upload again.',
  ],
  garbled: ({ cell, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} has garbled letters, ${quoted(cell)}. They were read as they are.${inRows(rows, style)}`,
    'The file was saved in the wrong encoding. Export it again, as UTF-8 if you can, and upload it.',
  ],
  spoilt: ({ cell, ...rows }: Seen, { field, style }: Told): Words => [
    `Excel changed ${field} to ${quoted(cell)}. It was left empty.${inRows(rows, style)}`,
    WITHOUT_EXCEL,
  ],
  heading: ({ cell, became }: Seen): Words => [
    `The column ${quoted(cell)} was read as ${became}.`,
    `${AS_IS} Otherwise, name the columns ${PAGE} and upload again.`,
  ],
  'no heading': ({ cell, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} has no heading, so ${quoted(cell)} wasn’t read.${inRows(rows, style)}`,
    'If Slotbell doesn’t need it, there’s nothing to do. Otherwise, give the column its heading and upload again.',
  ],
  'not read': ({ cell }: Seen, { field }: Told): Words => [
    `${field}, ${quoted(cell)}, wasn’t read: Slotbell doesn’t know this heading, or it’s there twice.`,
    `If Slotbell doesn’t need it, there’s nothing to do. Otherwise, name the columns ${PAGE} and upload again.`,
  ],
  'no name': ({ became, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} is empty, so the class is called ${quoted(became)}.${inRows(rows, style)}`,
    `If that’s what parents should see, there’s nothing to do. Otherwise, fill in ${field} and upload again.`,
  ],
  'day first': ({ cell, became }: Seen, { field }: Told): Words => [
    `In ${quoted(cell)}, the day comes first. So dates like ${quoted(became)} in ${field} were read with the day first, too.`,
    `${AS_IS} Otherwise, ${lower(ONE_FORM)}`,
  ],
  'mixed days': ({ cell, became }: Seen, { field }: Told): Words => [
    `${field} has dates with the day first, ${quoted(cell)}, and dates with the month first, ${quoted(became)}. Dates that could be either were read with the day first.`,
    ONE_FORM,
  ],
  'either day': ({ cell }: Seen, { field }: Told): Words => [
    `${field} has dates like ${quoted(cell)}, and nothing shows whether the day or the month comes first. They were read with the month first.`,
    `${AS_IS} Otherwise, ${lower(ONE_FORM)}`,
  ],
  'day numbers': ({ cell }: Seen, { field }: Told): Words => [
    `${field} has numbers like ${quoted(cell)}. Spreadsheets turn dates into such numbers.`,
    'If the numbers are right, there’s nothing to do. Otherwise, format the column as dates and export it again.',
  ],
  'was otherwise': ({ cell, became, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} is ${quoted(cell)}, but Slotbell has ${quoted(became)}. Slotbell kept ${quoted(became)}.${inRows(rows, style)}`,
    `${AS_IS} Otherwise, change the number in Slotbell, or ${lower(WITHOUT_EXCEL)}`,
  ],
  nobody: ({ cell, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} is ${quoted(cell)} in a row that deletes, but nothing in Slotbell has this ID.${inRows(rows, style)}`,
    'If it was deleted before, there’s nothing to do. Otherwise, correct the ID and upload again.',
  ],
  alike: ({ cell, became, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} has two IDs that look alike, ${quoted(cell)} and ${quoted(became)}. Each was read as a person or class of its own.${inRows(rows, style)}`,
    `${AS_IS} Otherwise, delete the row that’s wrong and upload again.`,
  ],
  'lost zeros': ({ cell, became, ...rows }: Seen, { field, style }: Told): Words => [
    `${field} is ${quoted(cell)}, but the same ID is ${quoted(became)} elsewhere. It was read as ${quoted(became)}.${inRows(rows, style)}`,
    `${AS_IS} Otherwise, ${lower(WITHOUT_EXCEL)}`,
  ],
};

/** A fault of a column; all of these sentences need the same values. */
export type ColumnFault = { code: keyof typeof SAY_COLUMN } & Pick<CellSeen, keyof CellSeen>;

/** In how many rows the same is true; nothing if it is only the line that is named. */
function inRows({ count, lines }: Pick<Seen, 'count' | 'lines'>, style: Told['style']): string {
  return count === 1 ? '' : ` ${number(count)} rows are like that: ${linesInWords(lines, count, style)}.`;
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
