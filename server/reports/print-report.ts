import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { daysInWords, fullDay } from '../web/format-time.js';
import { renderPart } from '../web/render-part.js';
import type { Report, ReportEvent, ShownGroup } from './make-report.js';
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

async function* partsOf(
  res: Response,
  report: Report,
  event: ReportEvent,
  query: ReportQuery,
  back: string,
): AsyncGenerator<string> {
  const render = (view: string, locals: object) => renderPart(res, `reports/${view}`, locals);
  const headOf = (group: ShownGroup & { day?: string }) => ({
    heading: group.title ?? report.title,
    facts: group.facts,
    eventName: event.name,
    reportTitle: group.title ? report.title : '',
    when: dayOfSheet(group.day || query.day, event),
    labels: report.labels(event, 'paper'),
  });
  yield await render('print-top', { ...reportFrame(event, report.title), report, back });
  let open = false;
  for await (const groups of report.sheets(event, query))
    for (const group of groups) {
      // Rows without a heading continue the same table.
      if (open && group.title !== undefined) yield CLOSE;
      if (!open || group.title !== undefined) yield await render('print-open', headOf(group));
      open = true;
      yield await render('print-rows', { rows: group.rows });
    }
  if (open) yield CLOSE;
  yield await render('print-bottom', { isEmpty: !open, empty: report.empty });
}

const CLOSE = '</tbody></table></section>\n';

function dayOfSheet(day: string, event: ReportEvent): string {
  return day ? fullDay(day, event) : daysInWords(event.days, event);
}
