import type { Response } from 'express';
import { DateTime } from 'luxon';
import type { Event } from '../models/event.js';
import { notFound } from '../web/errors.js';
import type { Sight } from '../web/sight.js';
import { everyAppointment } from './list-appointments.js';
import { everySchedule } from './list-schedule.js';
import { everyUnbooked, type UnbookedClass } from './list-unbooked.js';
import type { ReportRow } from './match-names.js';
import type { StateFilter } from './schema.js';
import { streamCsv } from './stream-csv.js';

const BOOKED = ['Date', 'From', 'To', 'Teacher', 'Room', 'Student', 'Class', 'Family', 'State', 'Problem'];

/** What sends a report as a file. Days and times are the event's, as spreadsheets read them. @throws 404 when there is no such report */
export function exportReport(
  res: Response,
  event: Event & { sight: Sight },
  report: string,
  state: StateFilter,
): () => Promise<void> {
  const booked = bookedLine(event.timeZone);
  const name = `${report}-${event.days[0] ?? ''}`;
  switch (report) {
    case 'schedule':
      return () =>
        streamCsv(
          res,
          name,
          teacherFirst(BOOKED),
          mapParts(everySchedule(event), (row) => [teacherFirst(booked(row))]),
        );
    case 'families':
      return () =>
        streamCsv(res, name, ['Class', 'Teacher', 'Student'], mapParts(everyUnbooked(event), unbookedLines));
    case 'appointments':
      return () =>
        streamCsv(
          res,
          name,
          BOOKED,
          mapParts(everyAppointment(event, state), (row) => [booked(row)]),
        );
    default:
      throw notFound();
  }
}

async function* mapParts<T>(
  parts: AsyncIterable<T[]>,
  linesOf: (item: T) => string[][],
): AsyncGenerator<string[][]> {
  for await (const part of parts) yield part.flatMap(linesOf);
}

function bookedLine(zone: string): (row: ReportRow) => string[] {
  const time = (at: Date) => DateTime.fromJSDate(at, { zone }).toFormat('HH:mm');
  return (row) => [
    row.day,
    time(row.from),
    time(row.to),
    row.teacher,
    row.room,
    row.students,
    row.className,
    row.family,
    row.state,
    row.problem,
  ];
}

/** Teacher and room before day and times, as that file is read teacher by teacher. */
function teacherFirst([day = '', from = '', to = '', teacher = '', room = '', ...rest]: string[]): string[] {
  return [teacher, room, day, from, to, ...rest];
}

function unbookedLines(item: UnbookedClass): string[][] {
  return item.students.map((student) => [item.name, item.teacher, student]);
}
