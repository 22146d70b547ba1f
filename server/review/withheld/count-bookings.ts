import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { Class } from '../../models/class.js';
import { Contact, byRecordIds } from '../../models/contact.js';
import { Event } from '../../models/event.js';
import { ask, documentsOf, findTogether } from '../../models/find-together.js';
import { Resource } from '../../models/resource.js';
import { RosterChange } from '../../models/roster-change.js';
import { ROLES, type Role } from '../../runs/changes/compare-ties.js';
import { CLASS_TIES, SECTION_TIES } from '../../runs/changes/tie-kinds.js';

const BATCH = 500;

/** Counts the appointments, in all active events, that involve what a run withholds. */
export async function countBookings(account: Types.ObjectId, run: Types.ObjectId): Promise<number> {
  const { active, groups } = await findTogether({
    active: documentsOf<Event>(Event, { account, status: 'active' }, { fields: { _id: 1 } }),
    groups: ask<RosterChange, { _id: string; targets: Types.ObjectId[] }>(
      RosterChange,
      { run, state: 'withheld' },
      { $group: { _id: '$kind', targets: { $addToSet: '$target' } } },
    ),
  });
  const events = active.map(({ _id }) => _id);
  if (events.length === 0) return 0;
  const withheld = (...kinds: string[]) =>
    groups.filter(({ _id }) => kinds.includes(_id)).flatMap(({ targets }) => targets);
  const [people, sections] = [withheld('student', 'teacher', 'staff'), withheld('section')];
  const { classes: ofSections, resources: ofTeachers } = await findTogether({
    classes: ask<Class>(
      Class,
      { event: { $in: events }, section: { $in: sections } },
      { $project: { _id: 1 } },
    ),
    resources: ask<Resource>(
      Resource,
      { event: { $in: events }, contact: { $in: people } },
      { $project: { _id: 1 } },
    ),
  });
  const living = { state: { $in: LIVING_STATES } };
  const ofEvents = { event: { $in: events }, ...living };
  const classes = [...withheld('class'), ...ofSections.map(({ _id }) => _id)];
  const resources = [...withheld('resource'), ...ofTeachers.map(({ _id }) => _id)];
  const found = await Appointment.distinct('_id', {
    $or: [
      { ...ofEvents, students: { $in: people } },
      { ...ofEvents, class: { $in: classes } },
      { resource: { $in: resources }, ...living },
    ],
  });
  const booked = new Set(hexOf(found));
  const kinds = new Set(groups.map(({ _id }) => _id));
  for (const id of await bookedByTies(account, run, events, kinds)) booked.add(id);
  return booked.size;
}

/** Appointments of students in the classes that would lose them, or of classes that would lose a teacher. */
async function bookedByTies(
  account: Types.ObjectId,
  run: Types.ObjectId,
  events: Types.ObjectId[],
  kinds: ReadonlySet<string>,
): Promise<Set<string>> {
  const booked = new Set<string>();
  for (const ties of [SECTION_TIES, CLASS_TIES])
    for (const role of ROLES.filter((one) => kinds.has(ties.kinds[one]))) {
      const rows = RosterChange.find(
        { run, state: 'withheld', kind: ties.kinds[role] },
        { target: 1, fields: 1 },
      );
      let batch: Pick<RosterChange, 'target' | 'fields'>[] = [];
      const count = async () => {
        const ofSections = ties === SECTION_TIES;
        for (const id of await bookedIn({ account, events, role, ofSections }, batch)) booked.add(id);
        batch = [];
      };
      for await (const row of rows.lean().cursor({ batchSize: BATCH })) {
        batch.push(row);
        if (batch.length === BATCH) await count();
      }
      if (batch.length > 0) await count();
    }
  return booked;
}

interface TieScope {
  account: Types.ObjectId;
  events: Types.ObjectId[];
  role: Role;
  ofSections: boolean;
}

async function bookedIn(
  { account, events, role, ofSections }: TieScope,
  rows: Pick<RosterChange, 'target' | 'fields'>[],
): Promise<string[]> {
  const targets = rows.map(({ target }) => target);
  const classes = ofSections
    ? await Class.distinct('_id', { event: { $in: events }, section: { $in: targets } })
    : targets;
  // An appointment without a class belongs to every class that the two share.
  const inThese = {
    event: { $in: events },
    class: { $in: [...classes, null] },
    state: { $in: LIVING_STATES },
  };
  const lost = [...new Set(rows.flatMap(lostIn))];
  const people = ofSections
    ? (await Contact.find(byRecordIds(account, lost.map(String), {}), { _id: 1 }).lean()).map(
        ({ _id }) => _id,
      )
    : (lost as Types.ObjectId[]);
  if (role === 'students')
    return hexOf(await Appointment.distinct('_id', { ...inThese, students: { $in: people } }));
  const resources = await Resource.distinct('_id', { event: { $in: events }, contact: { $in: people } });
  return hexOf(await Appointment.distinct('_id', { ...inThese, resource: { $in: resources } }));
}

function lostIn({ fields: [field] }: Pick<RosterChange, 'fields'>): unknown[] {
  const after = new Set(((field?.after ?? []) as unknown[]).map(String));
  return ((field?.before ?? []) as unknown[]).filter((id) => !after.has(String(id)));
}

function hexOf(ids: Types.ObjectId[]): string[] {
  return ids.map((id) => id.toHexString());
}
