import type { Types } from 'mongoose';
import { Class, classType, type ClassType } from '../models/class.js';
import { Contact, contactName } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { searchKey } from '../models/scoped.js';
import { isClassRow, type Row } from './filter-rows.js';

/** A teacher as the list shows and finds them. */
export interface Teacher {
  name: string;
  room: string;
  key: string;
}

/** Every row of an event, and its teachers by their contact's id. */
export interface LoadedRows {
  rows: Row[];
  teachers: Map<string, Teacher>;
}

interface Light {
  _id: Types.ObjectId;
  section?: Types.ObjectId;
  status: 'active' | 'deleted';
  searchKey: string;
  sortKey: string;
  synced: { type: ClassType; name: string; teachers: Types.ObjectId[] };
  edits: { name?: string; type?: ClassType };
  students: number;
}

/**
 * Everything that can be booked in an event, as light as it goes. One event's rows are few (a district's largest has some
 * thousands) and are found by an index on the event; sorting by teacher or size and counting every type would need all of
 * them in the database too, so both happen here: three queries, whatever the page shows.
 */
export async function loadRows(event: Pick<Event, '_id' | 'account'>): Promise<LoadedRows> {
  const scope = { account: event.account, event: event._id };
  const [classes, resources] = await Promise.all([
    Class.aggregate<Light>([
      { $match: { ...scope, status: { $in: ['active', 'deleted'] } } },
      {
        $project: {
          section: 1,
          status: 1,
          searchKey: 1,
          sortKey: 1,
          'synced.type': 1,
          'synced.name': 1,
          'synced.teachers': 1,
          'edits.name': 1,
          'edits.type': 1,
          students: { $size: '$synced.students' },
        },
      },
    ]),
    Resource.find(scope, { contact: 1, name: 1, room: 1, status: 1, searchKey: 1, sortKey: 1 }).lean(),
  ]);

  const teachers = new Map<string, Teacher>();
  for (const { contact, name, room, sortKey } of resources)
    if (contact) teachers.set(contact.toHexString(), { name, room, key: sortKey });
  await addOtherTeachers(event.account, classes, teachers);

  const shown = new Set<string>();
  const rows = classes.map((item): Row => {
    const type = classType(item);
    const ids = item.synced.teachers.map((id) => id.toHexString());
    if (item.status === 'active' && type !== 'Hide') for (const id of ids) shown.add(id);
    const keys = ids.map((id) => teachers.get(id)?.key ?? '');
    const before = item.edits.name ? searchKey(item.synced.name) : '';
    return {
      id: item._id,
      of: 'class',
      type,
      imported: item.section !== undefined,
      isClass: isClassRow(item.section !== undefined, type, item.synced.type),
      deleted: item.status === 'deleted',
      name: item.sortKey,
      teacher: keys[0] ?? '',
      words: [item.searchKey, before, ...keys].join(' '),
      students: item.students,
    };
  });
  for (const { _id, contact, status, sortKey, searchKey: words } of resources) {
    if (status !== 'active' || (contact && shown.has(contact.toHexString()))) continue;
    rows.push({
      id: _id,
      of: 'resource',
      type: contact ? 'Teacher only' : 'Other',
      imported: false,
      isClass: false,
      deleted: false,
      name: sortKey,
      teacher: sortKey,
      words,
      students: 0,
    });
  }
  return { rows, teachers };
}

/** Teachers of classes who hold no slots in the event: their names come from the account's people. */
async function addOtherTeachers(
  account: Types.ObjectId,
  classes: Light[],
  teachers: Map<string, Teacher>,
): Promise<void> {
  const missing = new Map<string, Types.ObjectId>();
  for (const { synced } of classes)
    for (const id of synced.teachers) if (!teachers.has(id.toHexString())) missing.set(id.toHexString(), id);
  if (missing.size === 0) return;
  const people = await Contact.find(
    { _id: { $in: [...missing.values()] }, account },
    { firstName: 1, lastName: 1, email: 1, sortKey: 1 },
  ).lean();
  for (const person of people)
    teachers.set(person._id.toHexString(), { name: contactName(person), room: '', key: person.sortKey });
}
