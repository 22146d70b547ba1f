import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Class, className } from '../models/class.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { School } from '../models/school.js';
import { countOf } from '../web/format-count.js';
import { sliceOf } from '../web/paging.js';
import { filterRows, sortRows, type FoundRows, type Row, type RowType } from './filter-rows.js';
import { loadRows, type Teacher } from './load-rows.js';
import type { ListView } from './schema.js';

/** A row as the table shows it. */
export interface ShownRow {
  id: string;
  of: Row['of'];
  /** It was made by hand, to be booked without a class. */
  byHand: boolean;
  type: RowType;
  deleted: boolean;
  hidden: boolean;
  name: string;
  /** What tells it from others with the same name: school, subject, period. */
  apart: string;
  /** The sync's name for it, if a person renamed it. */
  original: string;
  imported: boolean;
  teachers: string;
  term: string;
  period: string;
  students: number;
  room: string;
  appointments: number;
  problems: number;
  status: Status;
}

/** As the partial of that name shows it. */
export interface Status {
  kind: 'ok' | 'notice' | 'off';
  word: string;
}

export interface ClassList {
  rows: ShownRow[];
  total: number;
  page: number;
  counts: FoundRows['counts'];
  /** Deleted classes of the event, whatever the list shows. */
  deleted: { imported: number; byHand: number };
  /** Whether there are any rows at all, whatever the filter. */
  any: boolean;
  /** The schools of the event's classes by name, if there are several. */
  schools: { id: string; name: string }[];
}

type Scope = Pick<Event, '_id' | 'account'>;

/** One page of the Class Editor. */
export async function listClasses(event: Scope, view: ListView): Promise<ClassList> {
  const [{ rows, teachers }, schools] = await Promise.all([loadRows(event), schoolsOf(event.account)]);
  const { q, type, school } = view;
  const filter = { q, type, school, onlyClasses: view.only === 'classes' };
  const found = filterRows(rows, filter);
  const { page, skip } = sliceOf(found.rows.length, view.page, view.size);
  const part = sortRows(found.rows, view.sort).slice(skip, skip + view.size);
  return {
    rows: await showRows(event, part, { teachers, schools, shared: sharedNames(rows) }),
    total: found.rows.length,
    page,
    counts: found.counts,
    deleted: countDeleted(rows),
    any: rows.length > 0,
    schools: several(schools, rows),
  };
}

/** Names of the account's schools by their ids, in the order of the names. */
async function schoolsOf(account: Types.ObjectId): Promise<Map<string, string>> {
  const found = await School.find({ account }, { name: 1 }).sort({ sortKey: 1 }).lean();
  return new Map(found.map(({ _id, name }) => [_id.toHexString(), name]));
}

function several(schools: ReadonlyMap<string, string>, rows: Row[]): ClassList['schools'] {
  const taking = new Set(rows.map(({ school }) => school));
  const found = [...schools].filter(([id]) => taking.has(id));
  return found.length > 1 ? found.map(([id, name]) => ({ id, name })) : [];
}

/** Names that several classes have. */
function sharedNames(rows: Row[]): Set<string> {
  const [once, shared] = [new Set<string>(), new Set<string>()];
  for (const { of, name, deleted } of rows) {
    if (of !== 'class' || deleted) continue;
    if (once.has(name)) shared.add(name);
    once.add(name);
  }
  return shared;
}

interface Known {
  teachers: Map<string, Teacher>;
  schools: ReadonlyMap<string, string>;
  shared: ReadonlySet<string>;
}

function countDeleted(rows: Row[]): ClassList['deleted'] {
  const deleted = rows.filter((row) => row.deleted);
  const imported = deleted.filter((row) => row.imported).length;
  return { imported, byHand: deleted.length - imported };
}

async function showRows(event: Scope, rows: Row[], known: Known): Promise<ShownRow[]> {
  const idsOf = (of: Row['of']) => rows.filter((row) => row.of === of).map((row) => row.id);
  const scope = { account: event.account, event: event._id };
  const [classes, resources, inClass, withResource] = await Promise.all([
    Class.find({ _id: { $in: idsOf('class') }, ...scope }, { 'synced.students': 0 }).lean(),
    Resource.find({ _id: { $in: idsOf('resource') }, ...scope }, { name: 1, room: 1, byHand: 1 }).lean(),
    countLiving('class', event, idsOf('class')),
    countLiving('resource', event, idsOf('resource')),
  ]);
  const classOf = new Map(classes.map((item) => [item._id.toHexString(), item]));
  const resourceOf = new Map(resources.map((item) => [item._id.toHexString(), item]));
  return rows.flatMap((row) => {
    const id = row.id.toHexString();
    const living = (row.of === 'class' ? inClass : withResource).get(id) ?? { appointments: 0, problems: 0 };
    const resource = resourceOf.get(id);
    const item = classOf.get(id);
    const { of, type, deleted, hidden, students } = row;
    const base = { id, of, byHand: resource?.byHand !== undefined, type, deleted, hidden, students };
    const cells = resource
      ? { ...EMPTY, name: shorten(resource.name), room: shorten(resource.room, 30) }
      : item && describe(item, known, known.shared.has(row.name));
    if (!cells) return [];
    const shown = { ...base, ...living, ...cells };
    return { ...shown, status: statusOf(shown) };
  });
}

/** What matters most about a row to somebody who looks for what is missing. */
function statusOf(row: Omit<ShownRow, 'status'>): Status {
  if (row.deleted) return { kind: 'off', word: 'Deleted' };
  if (row.problems > 0) return { kind: 'notice', word: countOf(row.problems, 'problem', 'problems') };
  if (row.of === 'resource' && !row.byHand) return { kind: 'off', word: 'No class shown' };
  if (row.type === 'Hide' || row.hidden) return { kind: 'off', word: 'Hidden' };
  if (row.byHand) return { kind: 'ok', word: 'Shown' };
  if (!row.teachers) return { kind: 'notice', word: 'No teacher' };
  if (row.students === 0) return { kind: 'notice', word: 'No students' };
  return { kind: 'ok', word: 'Shown' };
}

const EMPTY = { apart: '', original: '', imported: false, teachers: '', term: '', period: '' };

/** The facts of a class in the table's cells; text from the roster may be of any length. */
function describe(item: Omit<Class, 'students'>, { teachers, schools }: Known, isShared: boolean) {
  const names = item.synced.teachers.map((id) => teachers.get(id.toHexString())?.name ?? 'Unknown teacher');
  const more = names.length > 3 ? ` and ${names.length - 2} more` : '';
  const primary = item.synced.teachers[0];
  return {
    name: shorten(className(item)),
    apart: isShared ? tellApart(item.synced, schools) : '',
    original: item.edits.name && item.edits.name !== item.synced.name ? shorten(item.synced.name) : '',
    imported: item.section !== undefined,
    teachers: (more ? names.slice(0, 2) : names).map((name) => shorten(name, 40)).join(', ') + more,
    term: shorten(item.synced.term, 40),
    period: shorten(item.synced.period, 20),
    room: shorten(item.edits.room ?? (primary && teachers.get(primary.toHexString())?.room) ?? '', 30),
  };
}

/** "Cedar Elementary · Reading · Period 2". */
function tellApart(
  { school, subject, period }: Class['synced'],
  schools: ReadonlyMap<string, string>,
): string {
  const place = schools.size > 1 && school ? schools.get(school.toHexString()) : undefined;
  return [place, subject, period && `Period ${period}`]
    .flatMap((part) => (part ? [shorten(part, 40)] : []))
    .join(' · ');
}

/** At most this many characters, with an ellipsis if some are cut off. */
export function shorten(text: string, most = 80): string {
  if (text.length <= most) return text;
  return `${[...text.slice(0, most * 2)].slice(0, most - 1).join('')}…`;
}

/** Living appointments by class or resource. */
async function countLiving(
  by: 'class' | 'resource',
  event: Scope,
  ids: Types.ObjectId[],
): Promise<Map<string, { appointments: number; problems: number }>> {
  if (ids.length === 0) return new Map();
  const groups = await Appointment.aggregate<{ _id: Types.ObjectId; appointments: number; problems: number }>(
    [
      {
        $match: {
          account: event.account,
          event: event._id,
          [by]: { $in: ids },
          state: { $in: LIVING_STATES },
        },
      },
      {
        $group: {
          _id: `$${by}`,
          appointments: { $sum: 1 },
          problems: { $sum: { $cond: [{ $eq: ['$state', 'problem'] }, 1, 0] } },
        },
      },
    ],
  );
  return new Map(
    groups.map(({ _id, appointments, problems }) => [_id.toHexString(), { appointments, problems }]),
  );
}

/** What deleting some classes would do, shown first. Only classes that still can be deleted count. */
export interface DeletionPreview {
  ids: string[];
  names: string[];
  imported: number;
  byHand: number;
  /** Classes that have living appointments, and the number of these. */
  withAppointments: number;
  appointments: number;
}

export async function previewDeletion(event: Scope, ids: Types.ObjectId[]): Promise<DeletionPreview> {
  const classes = await Class.find(
    { _id: { $in: ids }, account: event.account, event: event._id, status: 'active' },
    { 'synced.students': 0 },
  ).lean();
  classes.sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1));
  const found = classes.map((item) => item._id);
  const living = [...(await countLiving('class', event, found)).values()];
  const imported = classes.filter((item) => item.section !== undefined).length;
  return {
    ids: found.map((id) => id.toHexString()),
    names: classes.map((item) => shorten(className(item))),
    imported,
    byHand: classes.length - imported,
    withAppointments: living.length,
    appointments: living.reduce((sum, { appointments }) => sum + appointments, 0),
  };
}
