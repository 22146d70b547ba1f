import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Appointment } from '../../../server/models/appointment.js';
import { Class } from '../../../server/models/class.js';
import { Contact } from '../../../server/models/contact.js';
import { Course } from '../../../server/models/course.js';
import { Resource } from '../../../server/models/resource.js';
import { RosterChange } from '../../../server/models/roster-change.js';
import { Section } from '../../../server/models/section.js';
import { Term } from '../../../server/models/term.js';
import { sorted, type Facts } from './truth.js';

/** What the database contains, in the model's words. */
export interface Stored {
  account: Map<string, Facts>;
  event: Map<string, Facts>;
  withheld: { account: Set<string>; event: Set<string> };
}

export async function readStored(): Promise<Stored> {
  const contacts = await Contact.find().lean();
  const sections = await Section.find().lean();
  const person = idsOf(contacts);
  const section = idsOf(sections);
  const named = (ids: Types.ObjectId[]) => sorted(ids.map((id) => person.get(id.toHexString()) ?? 'nobody'));
  const account = new Map<string, Facts>();
  const event = new Map<string, Facts>();
  for (const { type, record, status, firstName, lastName, relations, transferredAt } of contacts) {
    assert.equal(transferredAt !== undefined, status === 'transferred', 'transferred and when: both or none');
    put(account, `${type} ${record?.id ?? ''}`, record?.kept, status, {
      name: `${firstName} ${lastName}`,
      children: sorted(relations.map(({ student }) => student)),
    });
  }
  for (const { record, status, name } of await Term.find().lean())
    put(account, `term ${record.id}`, record.kept, status, { name });
  for (const { record, status, name } of await Course.find().lean())
    put(account, `course ${record.id}`, record.kept, status, { name });
  for (const { record, status, name, teacherIds, studentIds } of sections)
    put(account, `section ${record.id}`, record.kept, status, {
      name,
      teachers: sorted(teacherIds),
      students: sorted(studentIds),
    });
  for (const { section: of, status, synced, edits, kept } of await Class.find().lean())
    put(event, `class ${section.get(String(of)) ?? ''}`, kept, status, {
      edits: editsIn(edits),
      teachers: named(synced.teachers),
      students: named(synced.students),
    });
  for (const { contact, status, kept } of await Resource.find().lean())
    put(event, `resource ${person.get(String(contact)) ?? ''}`, kept, status, {});
  return { account, event, withheld: await withheldBy(person, section) };
}

/** Appointments that take place or need a look, and which of the two. */
export async function readAppointments(): Promise<Map<string, string>> {
  const found = await Appointment.find().lean();
  return new Map(found.map(({ _id, state }) => [_id.toHexString(), state]));
}

export function editsIn(edits: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(edits).sort(([a], [b]) => (a < b ? -1 : 1))));
}

async function withheldBy(
  person: Map<string, string>,
  section: Map<string, string>,
): Promise<Stored['withheld']> {
  const withheld: Stored['withheld'] = { account: new Set(), event: new Set() };
  for (const row of await RosterChange.find({ state: 'withheld' }).lean())
    withheld[row.event ? 'event' : 'account'].add(keyOf(row));
  return withheld;

  function keyOf({ kind, sourceId }: Pick<RosterChange, 'kind' | 'sourceId'>): string {
    return `${kind} ${{ class: section, resource: person }[kind]?.get(sourceId) ?? sourceId}`;
  }
}

function idsOf(documents: { _id: Types.ObjectId; record?: { id: string } }[]): Map<string, string> {
  return new Map(documents.map(({ _id, record }) => [_id.toHexString(), record?.id ?? '']));
}

function put(
  map: Map<string, Facts>,
  key: string,
  kept: Date | undefined,
  status: string,
  facts: Facts,
): void {
  assert.ok(!map.has(key), `${key} is there twice`);
  const gone = { active: 'here', transferred: 'gone', archived: 'gone' }[status] ?? status;
  map.set(key, { ...facts, status: gone, kept: kept ? 'yes' : '' });
}
