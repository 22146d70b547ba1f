import type { Model, Types } from 'mongoose';
import { Class, className } from '../../models/class.js';
import { Contact, contactName, isContactType } from '../../models/contact.js';
import { Course } from '../../models/course.js';
import { Resource } from '../../models/resource.js';
import type { RosterChange } from '../../models/roster-change.js';
import { Section } from '../../models/section.js';
import { Term } from '../../models/term.js';
import type { PlacedEvent, Style } from '../../web/place.js';
import { nameAppointments } from '../run/name-appointments.js';

/** @param event of the run, where it has one */
export interface TargetScope extends Style {
  account: Types.ObjectId;
  event?: PlacedEvent;
  /** The runs that note a preview's new people. */
  runs?: Types.ObjectId[];
}

/** The names of the documents that changes are about, by id; a planned document has its name in the note. */
export async function nameTargets(
  scope: TargetScope,
  rows: readonly RosterChange[],
): Promise<Map<string, string>> {
  const stored = new Map<string, Types.ObjectId[]>();
  const names = new Map<string, string>();
  for (const { kind, target, document } of rows) {
    if (document) names.set(target.toHexString(), nameOf(kind, document));
    else stored.set(kind, [...(stored.get(kind) ?? []), target]);
  }
  for (const [kind, ids] of stored)
    for (const [id, name] of await storedNames(scope, kind, ids)) names.set(id, name);
  return names;
}

/** The name from the kind's own fields: a person's two names, a class' name or course. */
function nameOf(kind: string, document: Record<string, unknown>): string {
  if (kind === 'class') return className({ edits: {}, ...document } as unknown as Class);
  if (isContactType(kind)) return contactName(document);
  if (kind === 'duplicate') return typeof document.name === 'string' ? document.name : 'A new contact';
  return typeof document.name === 'string' ? document.name : '';
}

async function storedNames(
  { account, event }: TargetScope,
  kind: string,
  ids: Types.ObjectId[],
): Promise<[string, string][]> {
  const wanted = { _id: { $in: ids }, account };
  if (isContactType(kind)) {
    const people = await Contact.find(wanted, { firstName: 1, lastName: 1, email: 1 }).lean();
    return people.map((person) => [person._id.toHexString(), contactName(person)]);
  }
  if (kind.startsWith('class')) {
    const fields = { 'synced.name': 1, 'synced.course': 1, edits: 1 } as const;
    const classes = await Class.find(wanted, fields).lean<Pick<Class, '_id' | 'synced' | 'edits'>[]>();
    return classes.map((item) => [item._id.toHexString(), className(item)]);
  }
  if (kind === 'appointment') return event ? [...(await nameAppointments(event, ids))] : [];
  const model = kind.startsWith('section')
    ? Section
    : { course: Course, term: Term, resource: Resource }[kind];
  if (!model) return [];
  const found = await (model as unknown as Model<Term>).find(wanted, { name: 1 }).lean();
  return found.map(({ _id, name }) => [_id.toHexString(), name || 'No name']);
}
