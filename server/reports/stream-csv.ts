import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Response } from 'express';

/**
 * Answers with a CSV file, row by row as they come, so that its size does not matter. Texts that a spreadsheet would take
 * for a formula are escaped; the file begins with the mark by which spreadsheets know UTF-8. Whoever stops the download
 * ends the reading.
 */
export async function streamCsv(
  res: Response,
  name: string,
  columns: string[],
  parts: AsyncIterable<string[][]>,
): Promise<void> {
  res.attachment(`${name}.csv`).set('Cache-Control', 'no-store');
  const csv = stringify({ header: true, bom: true, escape_formulas: true, columns });
  try {
    await pipeline(Readable.from(rowsOf(parts)), csv, res);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

async function* rowsOf(parts: AsyncIterable<string[][]>): AsyncGenerator<string[]> {
  for await (const rows of parts) yield* rows;
}
