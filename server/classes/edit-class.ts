import { createHash } from 'node:crypto';
import type { Types } from 'mongoose';
import { changesOf } from '../audit/compare-values.js';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Class, classKeys, type ClassEdits } from '../models/class.js';
import type { Event } from '../models/event.js';
import type { Actor } from '../web/actor.js';
import type { EditForm } from './schema.js';

const FIELDS = ['name', 'type', 'room', 'allowed'] as const;

/** A text for what a page showed of a class. It differs as soon as a sync or a person changes that. */
export function seenOf(item: Pick<Class, 'synced' | 'edits'>): string {
  const shown = [item.synced.name, item.synced.type, ...FIELDS.map((field) => item.edits[field] ?? null)];
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 16);
}

/** The part of a form that is stored. Choosing what the sync says is no decision, so that later syncs are followed. */
export function editsFrom(item: Pick<Class, 'synced'>, form: EditForm): ClassEdits {
  return {
    ...(form.name && form.name !== item.synced.name ? { name: form.name } : {}),
    ...(form.type === item.synced.type ? {} : { type: form.type }),
    ...(form.room ? { room: form.room } : {}),
    ...(form.allowed === undefined ? {} : { allowed: form.allowed }),
  };
}

/** Saves what a person decided about one class; no sync changes it. */
export async function editClass(
  deps: Pick<Deps, 'now'>,
  actor: Actor,
  event: Pick<Event, '_id' | 'account'>,
  id: Types.ObjectId,
  form: EditForm,
): Promise<{ ok: true; changed: boolean } | { ok: false; reason: 'gone' | 'changed meanwhile' }> {
  const scope = { account: event.account, event: event._id };
  const item = await Class.findOne({ _id: id, ...scope, status: 'active' }, { 'synced.students': 0 }).lean();
  if (!item) return { ok: false, reason: 'gone' };
  if (form.seen !== seenOf(item)) return { ok: false, reason: 'changed meanwhile' };
  const edits = editsFrom(item, form);
  const different = FIELDS.filter((field) => edits[field] !== item.edits[field]);
  if (different.length === 0) return { ok: true, changed: false };

  const before = FIELDS.map((field) => [`edits.${field}`, item.edits[field] ?? { $exists: false }]);
  const { modifiedCount } = await Class.updateOne(
    {
      _id: id,
      ...scope,
      status: 'active',
      'synced.name': item.synced.name,
      'synced.type': item.synced.type,
      ...(Object.fromEntries(before) as Record<string, unknown>),
    },
    { $set: { edits, ...classKeys({ synced: item.synced, edits }) } },
  );
  if (modifiedCount === 0) return { ok: false, reason: 'changed meanwhile' };
  await recordAudit({
    ...scope,
    user: actor.user,
    action: 'edit class',
    targets: [id],
    changes: changesOf(valuesOf(item.edits), valuesOf(edits)),
    at: deps.now(),
  });
  return { ok: true, changed: true };
}

/** An absent field follows the sync. */
function valuesOf(edits: ClassEdits): Record<string, unknown> {
  return Object.fromEntries(FIELDS.map((field) => [field, edits[field]]));
}
