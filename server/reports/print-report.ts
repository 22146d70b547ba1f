import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { daysInWords, fullDay } from '../web/format-time.js';
import { renderPart } from '../web/render-part.js';
import type { Report, ReportEvent } from './make-report.js';
import { reportFrame } from './show-report.js';
import type { ReportQuery } from './schema.js';

/**
 * Answers with the whole report as sheets of paper, each with its own heading. It is sent part by part, so that its length does not matter.
 * @param back the page from which it was requested
 */
export async function printReport(
  res: Response,
  report: Report,
  event: ReportEvent,
  query: ReportQuery,
  back: string,
): Promise<void> {
  res.type('html');
  try {
    await pipeline(Readable.from(partsOf(res, report, event, query, back)), res);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** A report with as many columns is printed across the sheet. */
const WIDE_FROM = 8;
/** So many columns are as wide as their usual words; more share the sheet as they can. */
const KEEPS_WORDS = 14;

/** Marks what `write-rows.ts` and the views made, all of it escaped, as HTML that a view prints as it is. */
const written = (html: string): string => html;

async function* partsOf(
  res: Response,
  report: Report,
  event: ReportEvent,
  query: ReportQuery,
  back: string,
): AsyncGenerator<string> {
  const render = (view: string, locals: object) => renderPart(res, `reports/${view}`, locals);
  const labels = report.labels(event, 'paper');
  const across = { isWide: labels.length >= WIDE_FROM, keepsWords: labels.length <= KEEPS_WORDS };
  yield await render('print-top', { ...reportFrame(event, report.title), report, back, ...across });
  const frame = { eventName: event.name, labels, labelRow: await render('print-labels', { labels }) };
  const allDays = daysInWords(event.days, event);
  let open = false;
  for await (const groups of report.sheets(event, query)) {
    const sheets = groups.map(({ title, facts, rows, day }) => ({
      heading: title ?? report.title,
      facts,
      reportTitle: title ? report.title : '',
      when: day || query.day ? fullDay(day || query.day, event) : allDays,
      // What has no heading goes on in the same table.
      goesOn: title === undefined,
      rows,
    }));
    if (sheets.length > 0) yield await render('print-sheets', { ...frame, sheets, open, written });
    open ||= sheets.length > 0;
  }
  yield await render('print-bottom', { isOpen: open, empty: report.empty });
}
