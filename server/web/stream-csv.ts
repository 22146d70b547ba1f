import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Response } from 'express';

/** Characters with which formulas begin, also in wide form, after spaces, quotation marks or invisible characters. */
const FORMULA = /^(?=([\s\p{C}\p{Z}"]*))\1[=+\-@＝＋－＠]|^[\t\r]/u;
/** The same after characters that other spreadsheets take for the end of a cell: a semicolon, a tab, a bar, a line break. */
const FORMULA_INSIDE = /([;\t|\r\n\v\f\u0085\u2028\u2029])(?=([\s\p{C}\p{Z}"]*))\2(?=[=+\-@＝＋－＠])/gu;

/**
 * Answers with a CSV file, row by row, so that its size does not matter. No spreadsheet runs anything in it, and it begins with the mark by
 * which spreadsheets recognize UTF-8. Reading stops when the download is canceled.
 * @param name of the file, without its extension
 * @param parts the rows below the column names, in parts of any size
 */
export async function streamCsv(
  res: Response,
  name: string,
  columns: string[],
  parts: AsyncIterable<string[][]> | Iterable<string[][]>,
): Promise<void> {
  res.attachment(`${name}.csv`).set('Cache-Control', 'no-store');
  const csv = stringify({ header: true, bom: true, columns });
  try {
    await pipeline(Readable.from(rowsOf(parts)), csv, res);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

async function* rowsOf(
  parts: AsyncIterable<string[][]> | Iterable<string[][]>,
): AsyncGenerator<string[], void, undefined> {
  for await (const rows of parts) for (const row of rows) yield row.map(harmlessCell);
}

/**
 * Marks a text as text for spreadsheets: an apostrophe precedes what looks like a formula, also within the cell, where a program with
 * another separator (a semicolon in most of Europe) would begin a cell.
 */
export function harmlessCell(text: string): string {
  const inside = text.replace(FORMULA_INSIDE, "$1$2'");
  return FORMULA.test(inside) ? `'${inside}` : inside;
}
