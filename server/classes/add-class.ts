import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Class, classKeys, type SyncedClass } from '../models/class.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import type { Actor } from '../web/actor.js';
import type { NewClassForm } from './schema.js';

export type Added =
  { ok: true; students: number } | { ok: false; reason: 'no such teacher' | 'no students' | 'taken' };

/**
 * Makes a class, activity or group by hand, with one of the event's teachers and the present students of chosen classes. It has no section,
 * so no sync ever changes it. Sending the same form twice makes one.
 */
export async function addClass(
  deps: Pick<Deps, 'now'>,
  actor: Actor,
  event: Pick<Event, '_id' | 'account'>,
  form: NewClassForm,
): Promise<Added> {
  const scope = { account: event.account, event: event._id };
  const resource = await Resource.findOne(
    { _id: form.teacher, ...scope, status: 'active', contact: { $exists: true } },
    { contact: 1 },
  ).lean();
  if (!resource?.contact) return { ok: false, reason: 'no such teacher' };
  const students = await studentsOf(event, form.from === 'classes' ? form.ids : undefined);
  if (students.length === 0) return { ok: false, reason: 'no students' };

  const synced: SyncedClass = {
    name: form.name,
    type: form.type,
    course: '',
    subject: '',
    period: '',
    grade: '',
    term: '',
    teachers: [resource.contact],
    students,
    hash: '',
  };
  const edits = form.room ? { room: form.room } : {};
  try {
    await Class.create({
      _id: form.id,
      ...scope,
      status: 'active',
      synced,
      edits,
      ...classKeys({ synced, edits }),
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const mine = await Class.exists({ _id: form.id, ...scope, section: { $exists: false } });
    return mine ? { ok: true, students: students.length } : { ok: false, reason: 'taken' };
  }
  await recordAudit({
    ...scope,
    user: actor.user,
    action: 'add class',
    targets: [form.id],
    detail: { type: form.type, students: students.length },
    at: deps.now(),
  });
  return { ok: true, students: students.length };
}

/** The students of some classes of the event, or of all classes, each once. */
export async function studentsOf(
  event: Pick<Event, '_id' | 'account'>,
  classes: Types.ObjectId[] | undefined,
): Promise<Types.ObjectId[]> {
  const found = await Class.aggregate<{ _id: Types.ObjectId }>([
    {
      $match: {
        account: event.account,
        event: event._id,
        status: 'active',
        ...(classes ? { _id: { $in: classes } } : {}),
      },
    },
    { $unwind: '$synced.students' },
    { $group: { _id: '$synced.students' } },
  ]);
  return found.map(({ _id }) => _id);
}
