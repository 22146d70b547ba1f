import type { Response } from 'express';
import type { Event } from '../models/event.js';
import type { PlacedEvent } from '../web/place.js';
import { notFound } from '../web/errors.js';
import type { Sight } from '../web/sight.js';
import { streamCsv } from '../web/stream-csv.js';
import { everyAppointment } from './list-appointments.js';
import { everySchedule } from './list-schedule.js';
import { everyUnbooked } from './list-unbooked.js';
import type { StateFilter } from './schema.js';
import { appointmentColumns, appointmentLines } from './write-lines.js';

/** What sends a report as a file. Days and times are the event's. @throws 404 when there is no such report */
export function exportReport(
  res: Response,
  event: PlacedEvent & { sight: Sight },
  report: string,
  state: StateFilter,
): () => Promise<void> {
  const [columns, lines] = contentOf(event, report, state);
  return () => streamCsv(res, `${report}-${event.days[0] ?? ''}`, columns, lines);
}

function contentOf(
  event: PlacedEvent & { sight: Sight },
  report: string,
  state: StateFilter,
): [columns: string[], lines: AsyncIterable<string[][]>] {
  switch (report) {
    case 'schedule':
      return [
        teacherFirst(appointmentColumns(event)),
        mapLines(appointmentLines(everySchedule(event), event), teacherFirst),
      ];
    case 'families':
      return [['Class', 'Teacher', 'Student'], unbookedLines(event)];
    case 'appointments':
      return [appointmentColumns(event), appointmentLines(everyAppointment(event, { state, q: '' }), event)];
    default:
      throw notFound();
  }
}

async function* mapLines(
  parts: AsyncIterable<string[][]>,
  change: (line: string[]) => string[],
): AsyncGenerator<string[][]> {
  for await (const lines of parts) yield lines.map(change);
}

/** Teacher and room before day and times, as that file is read teacher by teacher. */
function teacherFirst([day = '', from = '', to = '', teacher = '', room = '', ...rest]: string[]): string[] {
  return [teacher, room, day, from, to, ...rest];
}

async function* unbookedLines(event: Event & { sight: Sight }): AsyncGenerator<string[][]> {
  for await (const classes of everyUnbooked(event))
    yield classes.flatMap((item) => item.students.map((student) => [item.name, item.teacher, student]));
}
