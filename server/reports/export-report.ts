import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Response } from 'express';
import { ROOT } from '../root.js';
import { numericDay, timeOfDay } from '../web/format-time.js';
import type { Place } from '../web/place.js';
import { toLocal } from '../web/local-time.js';
import { harmlessCell } from '../web/stream-csv.js';
import type { Report, ReportEvent } from './make-report.js';
import type { ReportQuery } from './schema.js';
import { writeFileCell, type CellValue } from './write-cell.js';

/** The columns of a CSV file. The text of a question must not become a formula either. */
export function columnsOf(report: Report, event: ReportEvent): string[] {
  return report.labels(event, 'file').map(({ label }) => harmlessCell(label));
}

/** A report's rows as text, for a CSV file. */
export async function* linesOf(
  report: Report,
  event: ReportEvent,
  query: ReportQuery,
): AsyncGenerator<string[][]> {
  for await (const rows of report.lines(event, query))
    yield rows.map((row) => row.map((value) => writeFileCell(value, event)));
}

/** Excel reads at most this many characters in a cell. */
const LONGEST_CELL = 32_767;
/** Characters that XML forbids: control characters except tabs and line ends, half characters, and two that are not characters. */
const UNWRITABLE = /[^\P{Cc}\t\n\r]|\p{Cs}|[\ufffe\uffff]/gu;
/** The memory limit of the thread that makes a file, in MB: twice what 25,000 rows need. */
const MOST_MEMORY = 512;
const WORKER = path.join(ROOT, 'server/reports/xlsx-worker.mjs');

/** Only one file is made at a time, so that their memory does not add up. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Answers with the report as an Excel file. Texts stay texts, whatever they begin with; days, times and numbers can be sorted and added up.
 * @param name of the file, without its extension
 */
export async function sendXlsx(
  res: Response,
  name: string,
  report: Report,
  event: ReportEvent,
  query: ReportQuery,
): Promise<void> {
  const made = turn.then(() => (res.destroyed ? undefined : makeXlsx(report, event, query)));
  turn = made.catch(() => undefined);
  const file = await made;
  if (!file) return;
  res
    .attachment(`${name}.xlsx`)
    .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
    .set('Cache-Control', 'no-store')
    .send(file);
}

async function makeXlsx(report: Report, event: ReportEvent, query: ReportQuery): Promise<Buffer> {
  const worker = new Worker(WORKER, {
    workerData: {
      title: sheetName(report.title),
      labels: report.labels(event, 'file').map(({ label }) => label),
    },
    // The thread needs none of the process's start options, such as a compiler.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY },
  });
  const answer = once(worker, 'message') as Promise<[Uint8Array]>;
  try {
    const cellOf = cellsFor(event);
    const send = async () => {
      for await (const rows of report.lines(event, query))
        worker.postMessage({ rows: rows.map((row) => row.map(cellOf)) });
      worker.postMessage({ done: true });
    };
    const [[file]] = await Promise.all([answer, send()]);
    return Buffer.from(file);
  } finally {
    answer.catch(() => undefined);
    await worker.terminate();
  }
}

type FileCell = string | number | { serial: number; format: string };

/** Turns a value into a cell. Days and times have the locale's format. */
function cellsFor(place: Place): (value: CellValue) => FileCell {
  const dayFormat = numericDay('2000-11-22', place)
    .replace('2000', 'yyyy')
    .replace('11', 'mm')
    .replace('22', 'dd');
  const isTwelveHours = /[AP]M/i.test(timeOfDay(new Date(0), place));
  const timeFormat = isTwelveHours ? 'h:mm AM/PM' : 'hh:mm';
  return (value) => {
    if (typeof value === 'string') return value.slice(0, LONGEST_CELL).replace(UNWRITABLE, '');
    if (typeof value === 'number') return value;
    if ('day' in value) return { serial: Date.parse(value.day) / DAY + EPOCH, format: dayFormat };
    const [hour = 0, minute = 0] = toLocal(value.time, place.timeZone).slice(11).split(':').map(Number);
    return { serial: (hour * 60 + minute) / 1440, format: timeFormat };
  };
}

const DAY = 86_400_000;
/** January 1, 1970 in Excel's days. */
const EPOCH = 25_569;

/** Excel takes 31 characters for the name of a sheet. */
function sheetName(title: string): string {
  return title.slice(0, 31);
}
