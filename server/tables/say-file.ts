import { andList, countOf, fileSize, number, orList } from '../web/format-count.js';
import { linesInWords, quoted, type None, type Told, type Words } from './problem-words.js';

interface Most {
  most: number;
}
interface Names {
  names: string[];
}

const ZIP_AGAIN = 'Make the zip file again from the exported files and upload it.';
const ZIP_LESS = 'Put only the files of this roster in the zip file and upload it again.';
const SAVE_AS_CSV = 'Open it in Excel, save it as “CSV UTF-8”, and upload that file.';
const LESS = 'Export only the current term and upload again.';

const ENCODINGS = {
  'windows-1252': 'Windows-1252, which older versions of Excel use',
  macintosh: 'Mac Roman, which Excel on older Macs uses',
};
/** Encodings that a problem names. */
export type OldEncoding = keyof typeof ENCODINGS;

/** What is wrong with a whole file or zip, by code. */
export const SAY_FILE = {
  'zip unreadable': (_: None): Words => ['This zip file can’t be opened.', ZIP_AGAIN],
  'zip of many files': ({ most }: Most): Words => [
    `This zip file has more than ${number(most)} files.`,
    ZIP_LESS,
  ],
  'zip with a password': (_: None): Words => [
    'This zip file is protected by a password.',
    'Make the zip file again without a password and upload it.',
  ],
  'zip too large': ({ most }: Most): Words => [
    `Unzipped, the files are larger than ${fileSize(most)}.`,
    ZIP_LESS,
  ],
  'zip damaged': (_: None): Words => [
    'This file in the zip file is damaged and can’t be unzipped.',
    ZIP_AGAIN,
  ],
  'zip beside files': (_: None): Words => [
    'A zip file was uploaded together with other files.',
    'Upload either one zip file or the other files.',
  ],
  'no known name': ({ names }: Names, { style }: Told): Words => [
    'None of the files has a name that Slotbell looks for.',
    `Name them ${andList(names, style)}. If they’re a different kind of files, select that kind first.`,
  ],
  'file twice': ({ table }: { table: string }): Words => [
    `There are two files for ${table}.`,
    'Upload only one of them, together with the other files.',
  ],
  'unknown file': ({ names }: Names, { style }: Told): Words => [
    'Slotbell doesn’t know what this file is for, so it wasn’t read.',
    `If it’s part of the roster, name it ${orList(names, style)} and upload again.`,
  ],
  'not a text file': (_: None): Words => [
    'Slotbell can’t read this kind of file, so it wasn’t read.',
    'If it’s part of the roster, save it as CSV or tab-delimited text and upload that file.',
  ],
  'missing file': ({ listed, stranger }: { listed: boolean; stranger: string }, { file }: Told): Words => [
    `${file} is missing${listed ? ', though manifest.csv lists it' : ''}.`,
    `${stranger ? `If it’s ${quoted(stranger)}, rename that file to ${file}. ` : ''}Upload all files of one export together, or the zip file that holds them.`,
  ],
  'missing columns': ({ names }: Names, { style }: Told): Words => [
    names.length === 1
      ? `The column ${names.join()} is missing.`
      : `The columns ${andList(names, style)} are missing.`,
    'Check that this is the right file and that its first line names the columns. Then upload again.',
  ],
  'unknown header': ({ names }: Names, { style }: Told): Words => [
    'This line seems to name the columns, but Slotbell doesn’t know these names.',
    `Name the columns ${andList(names, style)}. If this line is a person or a class, add a line with these names above it. Then upload again.`,
  ],
  'utf-32': (_: None): Words => ['This file is in UTF-32, which Slotbell can’t read.', SAVE_AS_CSV],
  workbook: (_: None): Words => [
    'This file is an Excel workbook, though its name says that it’s text.',
    SAVE_AS_CSV,
  ],
  'not a table': (_: None): Words => [
    'This file isn’t a table, though its name says that it is one.',
    SAVE_AS_CSV,
  ],
  'quotation mark never closed': (_: None): Words => [
    'A quotation mark opens on this line and never closes, so the rest of the file can’t be read.',
    'Close or remove the quotation mark and upload again.',
  ],
  'endless line': (_: None): Words => [
    'A line of this file is far longer than any row of a roster.',
    'Check that this is the right file. If it is, export it again.',
  ],
  'too large': ({ most }: Most): Words => [
    `All files together, unzipped, are larger than ${fileSize(most)}.`,
    LESS,
  ],
  'too many rows in a file': ({ most }: Most): Words => [
    `This file has more than ${number(most)} rows.`,
    LESS,
  ],
  'too many rows': ({ most }: Most): Words => [
    `All files together have more than ${number(most)} rows.`,
    LESS,
  ],
  'too many records': ({ most }: Most): Words => [
    `All files together have more than ${number(most)} people and classes.`,
    'Check the IDs: each person and class needs its own, and the same one in every row. Leave out former students and past terms, and upload again.',
  ],
  'lists too long': (_: None): Words => [
    'The lists in the cells of this file are far longer than in any roster.',
    LESS,
  ],
  'too much text': (_: None): Words => [
    'The people and classes in these files have far more text than in any roster.',
    'Check that each column has what its name says. Leave out former students and past terms, and upload again.',
  ],
  'too many blank lines': ({ most }: Most): Words => [
    `This file has too many blank lines: more than ${number(most)}, together with the files before it.`,
    'Delete the blank lines, which are often below the last row, and upload again.',
  ],
  'id in too many rows': ({ cell }: { cell: string }): Words => [
    `The ID ${quoted(cell)} is in far more rows than any class or parent.`,
    'Check whether the columns of the enrollments or parents are mixed up, and upload again.',
  ],
  'no rows': (_: None): Words => [
    'This file has no rows below its column names. Nobody is removed because of it.',
    'If it should have rows, export it again and upload it.',
  ],
  'more quotation marks': ({ count }: { count: number }): Words => [
    `${countOf(count, 'more line has', 'more lines have')} a quotation mark that doesn’t close.`,
    'Remove these quotation marks, or double them, and upload again.',
  ],
  'old encoding': ({ encoding }: { encoding: OldEncoding }): Words => [
    `This file isn’t in UTF-8. It was read as ${ENCODINGS[encoding]}.`,
    'Check a few names with accents. If they’re wrong, save the file as UTF-8 and upload it again.',
  ],
  'letters of another encoding': (
    { count, lines }: { count: number; lines: number[] },
    { style }: Told,
  ): Words => [
    count === 1
      ? 'A letter on this line isn’t in UTF-8 like the rest of the file. It was read as Windows-1252.'
      : `${number(count)} letters aren’t in UTF-8 like the rest of the file, the first ones on ${linesInWords(lines, lines.length, style)}. They were read as Windows-1252.`,
    'Check the names there. If they’re wrong, correct them and upload again.',
  ],
};
