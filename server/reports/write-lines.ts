import { timeOfDay } from '../web/format-time.js';
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

/** A line of a file for each appointment, under `APPOINTMENT_COLUMNS`. @param zone the event's: days and times are local there */
export async function* appointmentLines(
  parts: AsyncIterable<ReportRow[]>,
  zone: string,
): AsyncGenerator<string[][]> {
  for await (const rows of parts)
    yield rows.map((row) => [
      row.day,
      timeOfDay(row.from, zone),
      timeOfDay(row.to, zone),
      row.teacher,
      row.room,
      row.students,
      row.className,
      row.family,
      row.state,
      row.problem,
    ]);
}
