import { numericDay, timeOfDay } from '../web/format-time.js';
import type { Event } from '../models/event.js';
import { harmlessCell } from '../web/stream-csv.js';
import type { Place } from '../web/place.js';
import type { ReportRow } from './match-names.js';

/** What every file of appointments tells of each, in this order. */
export const APPOINTMENT_COLUMNS = [
  'Date',
  'From',
  'To',
  'Teacher',
  'Room',
  'Student',
  'Class',
  'Family',
  'State',
  'Problem',
];

/** Those of an event: a column for each question that it asks now, and one for what was answered to others. */
export function appointmentColumns({ fields }: Pick<Event, 'fields'>): string[] {
  if (!fields) return APPOINTMENT_COLUMNS;
  return [...APPOINTMENT_COLUMNS, ...fields.map(({ label }) => harmlessCell(label)), 'Other answers'];
}

/** A line of a file for each appointment, under `appointmentColumns`. @param event days and times are local there */
export async function* appointmentLines(
  parts: AsyncIterable<ReportRow[]>,
  event: Place & Pick<Event, 'fields'>,
): AsyncGenerator<string[][]> {
  for await (const rows of parts)
    yield rows.map((row) => [
      numericDay(row.day, event),
      timeOfDay(row.from, event),
      timeOfDay(row.to, event),
      row.teacher,
      row.room,
      row.students,
      row.className,
      row.family,
      row.state,
      row.problem,
      ...answerCells(row.answers, event),
    ]);
}

/** By the questions' ids, as one may have been reworded since. */
function answerCells(answers: ReportRow['answers'], { fields }: Pick<Event, 'fields'>): string[] {
  if (!fields) return [];
  const asked = new Set(fields.map(({ id }) => id));
  const others = answers.filter(({ field }) => !asked.has(field));
  return [
    ...fields.map(({ id }) => answers.find(({ field }) => field === id)?.text ?? ''),
    others.map(({ label, text }) => `${label}: ${text}`).join('; '),
  ];
}
