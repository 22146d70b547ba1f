import { atLeast, type AccessLevel } from '../models/user.js';
import { appointments } from './definitions/appointments.js';
import { attendance } from './definitions/attendance.js';
import { hours } from './definitions/hours.js';
import { scheduleByFamily } from './definitions/schedule-by-family.js';
import { scheduleByInterpreter } from './definitions/schedule-by-interpreter.js';
import { scheduleByRoom } from './definitions/schedule-by-room.js';
import { scheduleByTeacher } from './definitions/schedule-by-teacher.js';
import { syncHistory } from './definitions/sync-history.js';
import { unbooked } from './definitions/unbooked.js';
import { waitlist } from './definitions/waitlist.js';
import { makeReport, type Report } from './make-report.js';

/** Every report, in the order of the list. */
export const REPORTS: readonly Report[] = [
  makeReport(scheduleByTeacher),
  makeReport(scheduleByRoom),
  makeReport(scheduleByFamily),
  makeReport(scheduleByInterpreter),
  makeReport(unbooked),
  makeReport(waitlist),
  makeReport(appointments),
  makeReport(attendance),
  makeReport(hours),
  makeReport(syncHistory),
];

/** The reports that somebody of a level in the event may read. */
export function reportsFor(level: AccessLevel): Report[] {
  return REPORTS.filter(({ least }) => atLeast(level, least));
}
