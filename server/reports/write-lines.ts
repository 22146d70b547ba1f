import { numericDay, timeOfDay } from '../web/format-time.js';
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

/** A line of a file for each appointment, under `APPOINTMENT_COLUMNS`. @param place the event's: days and times are local there */
export async function* appointmentLines(
  parts: AsyncIterable<ReportRow[]>,
  place: Place,
): AsyncGenerator<string[][]> {
  for await (const rows of parts)
    yield rows.map((row) => [
      numericDay(row.day, place),
      timeOfDay(row.from, place),
      timeOfDay(row.to, place),
      row.teacher,
      row.room,
      row.students,
      row.className,
      row.family,
      row.state,
      row.problem,
    ]);
}
