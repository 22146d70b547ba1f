import { Types } from 'mongoose';
import { RosterChange } from '../../models/roster-change.js';
import { findAppointments, type NamedAppointment } from './name-appointments.js';
import type { RunPlace } from '../../runs/show/queries.js';
import { readLog } from '../journal/read-log.js';
import { sayNote } from '../../runs/log/say-note.js';

/** How many a run's page shows; the rest are on the event's problem list. */
const MOST = 20;

export interface Broken {
  rows: (NamedAppointment & { why: string })[];
  /** How many there are, including those that are not shown. */
  total: number;
}

/** The appointments that a run put on the problem list, or that a preview would. */
export async function findBroken({ run, event }: RunPlace): Promise<Broken> {
  const total = run.counts.appointment?.changed ?? 0;
  if (!event || total === 0) return { rows: [], total: 0 };
  const wanted = { run: run._id, kind: 'appointment', action: 'changed' as const };
  const noted =
    run.purpose === 'preview'
      ? await RosterChange.find(wanted, { sourceId: 1, note: 1, text: 1 }).limit(MOST).lean()
      : await readLog(wanted, { limit: MOST });
  const whys = new Map(noted.map((row) => [row.sourceId, sayNote(row)]));
  const found = await findAppointments(
    event,
    [...whys.keys()].filter((id) => Types.ObjectId.isValid(id)).map((id) => new Types.ObjectId(id)),
  );
  return {
    total,
    rows: found.map((row) => ({
      ...row,
      why: whys.get(row.id) || sayNote({ note: { code: 'not together' } }),
    })),
  };
}
