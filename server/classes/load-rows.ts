import type { Types } from 'mongoose';
import { Class, type ClassType } from '../models/class.js';
import { Contact, contactName } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { searchKey } from '../models/search-key.js';
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
  id: Types.ObjectId;
  section?: Types.ObjectId;
  status: 'active' | 'deleted';
  searchKey: string;
  sortKey: string;
  /** The sync's type, and the one that a person chose. */
  base: ClassType;
  edited?: ClassType;
  /** The sync's name, if a person gave another one. */
  before?: string;
  teachers: Types.ObjectId[];
  students: number;
  school?: Types.ObjectId;
}

/** The fields of which `Light` is made. */
const LIGHT = {
  id: '$_id',
  section: '$section',
  status: '$status',
  searchKey: '$searchKey',
  sortKey: '$sortKey',
  base: '$synced.type',
  edited: '$edits.type',
  before: { $cond: ['$edits.name', '$synced.name', '$$REMOVE'] },
  teachers: { $ifNull: ['$synced.teachers', []] },
  students: { $size: { $ifNull: ['$synced.students', []] } },
  school: '$synced.school',
};

/**
 * Everything that can be booked in an event, with as little data as possible. An event has few rows (a large district's has some
 * thousands), found by an index on the event. Sorting by teacher or size and counting every type would need all of them in the database
 * too, so both happen here: three queries, whatever the page shows.
 */
export async function loadRows(event: Pick<Event, '_id' | 'account'>): Promise<LoadedRows> {
  const scope = { account: event.account, event: event._id };
  const [classes, resources] = await Promise.all([
    Class.aggregate<Light>([
      { $match: { ...scope, status: { $in: ['active', 'deleted'] } } },
      { $project: LIGHT },
    ]),
    Resource.find(scope, {
      contact: 1,
      name: 1,
      room: 1,
      status: 1,
      searchKey: 1,
      sortKey: 1,
      byHand: 1,
    }).lean(),
  ]);

  const teachers = new Map<string, Teacher>();
  for (const { contact, name, room, sortKey } of resources)
    if (contact) teachers.set(contact.toHexString(), { name, room, key: sortKey });
  await addOtherTeachers(event.account, classes, teachers);

  const shown = new Set<string>();
  const rows = classes.map((item): Row => {
    const type = item.edited ?? item.base;
    const ids = item.teachers.map((id) => id.toHexString());
    if (item.status === 'active' && type !== 'Hide') for (const id of ids) shown.add(id);
    const keys = ids.map((id) => teachers.get(id)?.key ?? '');
    return {
      id: item.id,
      of: 'class',
      type,
      imported: item.section !== undefined,
      isClass: isClassRow(item.section !== undefined, type, item.base),
      deleted: item.status === 'deleted',
      hidden: false,
      name: item.sortKey,
      teacher: keys[0] ?? '',
      words: [item.searchKey, searchKey(item.before), ...keys].join(' '),
      students: item.students,
      school: item.school?.toHexString() ?? '',
    };
  });
  for (const { _id, contact, status, sortKey, searchKey: words, byHand } of resources) {
    if (status !== 'active' || (contact && shown.has(contact.toHexString()))) continue;
    rows.push({
      id: _id,
      of: 'resource',
      type: contact ? 'Teacher only' : (byHand?.kind ?? 'Other'),
      imported: false,
      isClass: false,
      deleted: false,
      hidden: byHand?.hidden ?? false,
      name: sortKey,
      teacher: sortKey,
      words: byHand ? `${words} ${searchKey(byHand.kind)}` : words,
      students: 0,
      school: byHand?.school?.toHexString() ?? '',
    });
  }
  return { rows, teachers };
}

/** Teachers of classes who have no slots in the event: their names come from the account's people. */
async function addOtherTeachers(
  account: Types.ObjectId,
  classes: Light[],
  teachers: Map<string, Teacher>,
): Promise<void> {
  const missing = new Map<string, Types.ObjectId>();
  for (const item of classes)
    for (const id of item.teachers) if (!teachers.has(id.toHexString())) missing.set(id.toHexString(), id);
  if (missing.size === 0) return;
  const people = await Contact.find(
    { _id: { $in: [...missing.values()] }, account },
    { firstName: 1, lastName: 1, email: 1, sortKey: 1 },
  ).lean();
  for (const person of people)
    teachers.set(person._id.toHexString(), { name: contactName(person), room: '', key: person.sortKey });
}
