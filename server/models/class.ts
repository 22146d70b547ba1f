import mongoose, { Schema, type QueryFilter, type Types } from 'mongoose';
import { contentHash } from './content-hash.js';
import { scopedSchema, type Scoped } from './scoped.js';
import { searchKey } from './search-key.js';

/** What a class can be in the Class Editor's Type column. `Hide` keeps it synced and out of the parents' way. */
export const CLASS_TYPES = ['Class', 'Homeroom', 'Activity', 'Group', 'Hide'] as const;
export type ClassType = (typeof CLASS_TYPES)[number];

/** What the sync says of a class; only event updates write it. People are contacts of the account. */
export interface SyncedClass {
  name: string;
  type: ClassType;
  course: string;
  subject: string;
  period: string;
  grade: string;
  term: string;
  /** Absent in a class made by hand. */
  school?: Types.ObjectId;
  /** Primary teacher first. */
  teachers: Types.ObjectId[];
  students: Types.ObjectId[];
  hash: string;
}

/** The hash of all that the sync says of a class, in a fixed order, which shows whether it has changed. */
export function hashClass(synced: Omit<SyncedClass, 'hash'>): string {
  const { name, type, course, subject, period, grade, term, school, teachers, students } = synced;
  return contentHash({ name, type, course, subject, period, grade, term, school, teachers, students });
}

/** What a person decided about a class; no sync touches it. */
export interface ClassEdits {
  name?: string;
  type?: ClassType;
  room?: string;
  /** Appointments allowed per student in this class; the event's setting where unset. */
  allowed?: number;
}

/**
 * A class inside an event. `deleted` is a tombstone: undo brings it back with its edits, the next sync without them.
 * `gone`: its section left the event's schools and terms. A hand-made class has no section and no sync touches it.
 */
export interface Class extends Scoped {
  event: Types.ObjectId;
  section?: Types.ObjectId;
  status: 'active' | 'deleted' | 'gone';
  synced: SyncedClass;
  edits: ClassEdits;
  deletedAt?: Date;
  /** The sync run that made it. */
  addedBy?: Types.ObjectId;
  /** When somebody decided that it stays although its section is gone; until the section is back. */
  kept?: Date;
  /** The fingerprint (`markOf`) of the source's people when somebody refused to remove those whom the source lacks. */
  keptFor?: string;
  searchKey: string;
  sortKey: string;
}

const text = { type: String, default: '' };

const schema = scopedSchema<Class>('class', {
  event: { type: Schema.Types.ObjectId, required: true },
  section: Schema.Types.ObjectId,
  status: { type: String, enum: ['active', 'deleted', 'gone'], required: true },
  synced: {
    type: new Schema<SyncedClass>(
      {
        name: text,
        type: { type: String, enum: CLASS_TYPES, default: 'Class' },
        course: text,
        subject: text,
        period: text,
        grade: text,
        term: text,
        school: Schema.Types.ObjectId,
        teachers: [Schema.Types.ObjectId],
        students: [Schema.Types.ObjectId],
        hash: text,
      },
      { _id: false },
    ),
    required: true,
  },
  edits: {
    type: new Schema<ClassEdits>(
      {
        name: String,
        type: { type: String, enum: CLASS_TYPES },
        room: String,
        allowed: { type: Number, min: 0, max: 20 },
      },
      { _id: false },
    ),
    default: {},
  },
  deletedAt: Date,
  addedBy: Schema.Types.ObjectId,
  kept: Date,
  keptFor: String,
  searchKey: { type: String, default: '' },
  sortKey: { type: String, default: '' },
});
schema.index(
  { event: 1, section: 1 },
  { unique: true, partialFilterExpression: { section: { $exists: true } } },
);
schema.index({ event: 1, status: 1, sortKey: 1 });
schema.index({ event: 1, 'synced.students': 1 });
schema.index({ event: 1, 'synced.teachers': 1 });
// Classes that were made by hand.
schema.index({ event: 1 }, { partialFilterExpression: { 'synced.hash': '' } });

export const Class = mongoose.model<Class>('class', schema);

/** The name parents and staff see. */
export function className(item: {
  synced: Pick<SyncedClass, 'name' | 'course'>;
  edits: Pick<ClassEdits, 'name'>;
}): string {
  return item.edits.name || item.synced.name || item.synced.course || 'Class without a name';
}

/** The keys by which a class is searched and sorted. Every change of a name, by a sync or a person, stores them too. */
export function classKeys(item: Pick<Class, 'synced' | 'edits'>): Pick<Class, 'searchKey' | 'sortKey'> {
  const key = searchKey(className(item));
  return { searchKey: key, sortKey: key };
}

/** The type that counts: a person's choice before the sync's. */
export function classType(item: {
  synced: Pick<SyncedClass, 'type'>;
  edits: Pick<ClassEdits, 'type'>;
}): ClassType {
  return item.edits.type ?? item.synced.type;
}

/** The part of a filter that finds what is so. */
export const MEETABLE = {
  status: 'active',
  'edits.allowed': { $ne: 0 },
  $or: [{ 'edits.type': { $nin: ['Hide', null] } }, { 'edits.type': null, 'synced.type': { $ne: 'Hide' } }],
} satisfies QueryFilter<Class>;

/** Whether parents meet the teacher of this class: it takes part, is shown, and allows an appointment. */
export function isMeetable(item: Pick<Class, 'status' | 'synced' | 'edits'>): boolean {
  return item.status === 'active' && classType(item) !== 'Hide' && item.edits.allowed !== 0;
}
