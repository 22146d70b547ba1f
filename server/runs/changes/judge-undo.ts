import type { mongo, Types } from 'mongoose';
import { Appointment } from '../../models/appointment.js';
import { isContactType } from '../../models/contact.js';
import type { Question } from '../../models/find-together.js';
import { Household } from '../../models/household.js';
import { Resource } from '../../models/resource.js';
import type { ChangeAction, RosterChange } from '../../models/roster-change.js';
import { Slot } from '../../models/slot.js';
import { User } from '../../models/user.js';
import type { Kind } from './kind.js';
import { isAt, readTargets, type StoredDocument } from './read-changes.js';

const INVERSE = {
  added: 'removed',
  changed: 'changed',
  restored: 'removed',
  removed: 'restored',
} as const satisfies Record<ChangeAction, ChangeAction>;

/** What the log calls taking a change back. An appointment is `changed` when it needs a look again, `restored` otherwise. */
export function inverseOf({ kind, action }: Pick<RosterChange, 'kind' | 'action'>) {
  if (kind !== 'appointment') return INVERSE[action];
  return action === 'restored' ? 'changed' : 'restored';
}

/** The changes of a run that is undone, by what can be done about them. */
export interface UndoVerdicts {
  /** Their documents are as the run left them. */
  open: { row: RosterChange; document: StoredDocument }[];
  /** Their documents are as they were before the run. */
  done: RosterChange[];
  /** Somebody has changed their documents since. */
  left: RosterChange[];
}

export async function judgeUndo(kind: Kind, rows: readonly RosterChange[]): Promise<UndoVerdicts> {
  const targets = await readTargets(
    kind.collection,
    rows.map(({ target }) => target),
  );
  const verdicts: UndoVerdicts = { open: [], done: [], left: [] };
  for (const row of rows) {
    const document = targets.get(row.target.toHexString());
    if (document && isAt('after', document, row.fields)) verdicts.open.push({ row, document });
    else if (document && isAt('before', document, row.fields)) verdicts.done.push(row);
    else verdicts.left.push(row);
  }
  return verdicts;
}

type Scope = Record<string, Types.ObjectId>;

/** The filter for the documents of one kind that a run added and that are still here. No run adds appointments. */
function addedBy(of: Types.ObjectId, name: string, kind: Kind, scope: Scope): object | undefined {
  if (name === 'appointment' || kind.isPart) return undefined;
  const type = isContactType(name) ? { type: name } : {};
  return { ...scope, ...type, [kind.addedBy]: of, status: 'active' };
}

/** The questions, by kind, for the first of what a run added of all kinds, as `readAdded` reads them of one. */
export function askAdded(
  of: Types.ObjectId,
  kinds: Record<string, Kind>,
  scope: Scope,
  limit: number,
): Record<string, Question<StoredDocument>> {
  const questions = Object.entries(kinds).flatMap(([name, kind]) => {
    const filter = addedBy(of, name, kind, scope);
    const { collectionName: model } = kind.collection;
    const stages = [{ $match: filter ?? {} }, { $sort: { _id: 1 as const } }, { $limit: limit }];
    return filter ? [[name, { model, collection: model, stages }] as const] : [];
  });
  return Object.fromEntries(questions);
}

/** Reads the documents of one kind that a run added and that are still here. */
export async function readAdded(
  of: Types.ObjectId,
  name: string,
  kind: Kind,
  scope: Scope,
  page: { after?: Types.ObjectId | undefined; limit: number },
): Promise<StoredDocument[]> {
  const filter = addedBy(of, name, kind, scope);
  if (!filter) return [];
  const after = page.after ? { _id: { $gt: page.after } } : {};
  const cursor = kind.collection.find(
    { ...filter, ...after },
    { limit: page.limit, sort: { _id: 1 } },
  ) as mongo.FindCursor<StoredDocument>;
  return cursor.toArray();
}

/** Which of the documents people have used (hex ids). */
export async function findUsed(
  name: string,
  documents: readonly StoredDocument[],
): Promise<ReadonlySet<string>> {
  const [first] = documents;
  if (!first) return new Set();
  const ids = documents.map(({ _id }) => _id);
  const found = await Promise.all(usesOf(name, documents, first, ids));
  const used = new Set(found.flat().map((id) => id.toHexString()));
  return new Set(ids.map((id) => id.toHexString()).filter((id) => used.has(id)));
}

const BOOKED = ['booked', 'problem', 'pending'] as const;

function usesOf(
  name: string,
  documents: readonly StoredDocument[],
  { account, event }: StoredDocument,
  ids: Types.ObjectId[],
): Promise<Types.ObjectId[]>[] {
  const having = (path: string) =>
    Promise.resolve(documents.filter((document) => isSaid(document[path])).map(({ _id }) => _id));
  if (name === 'class')
    return [
      having('edits'),
      Appointment.distinct('class', {
        event: event as Types.ObjectId,
        class: { $in: ids },
        state: { $in: BOOKED },
      }),
    ];
  if (name === 'resource') return [Slot.distinct('resource', { resource: { $in: ids } })];
  if (!isContactType(name)) return [];
  return [
    having('securityValue'),
    findLogins(ids),
    name === 'student' ? findChildren(account as Types.ObjectId, ids) : findHolders(ids),
  ];
}

function isSaid(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}

function findChildren(account: Types.ObjectId, ids: Types.ObjectId[]): Promise<Types.ObjectId[]> {
  return Household.distinct('children.student', { account, 'children.student': { $in: ids } });
}

async function findLogins(ids: Types.ObjectId[]): Promise<Types.ObjectId[]> {
  const users = await User.find({ 'grants.contact': { $in: ids, $exists: true } }, { grants: 1 }).lean();
  return users.flatMap(({ grants }) => grants.flatMap(({ contact }) => contact ?? []));
}

/** Which of the contacts have slots in an event. */
async function findHolders(ids: Types.ObjectId[]): Promise<Types.ObjectId[]> {
  const resources = await Resource.find(
    { contact: { $in: ids, $exists: true }, status: 'active' },
    { contact: 1 },
  ).lean();
  const holding: Types.ObjectId[] = await Slot.distinct('resource', {
    resource: { $in: resources.map(({ _id }) => _id) },
  });
  const busy = new Set(holding.map((id) => id.toHexString()));
  return resources.flatMap(({ _id, contact }) => (contact && busy.has(_id.toHexString()) ? [contact] : []));
}
