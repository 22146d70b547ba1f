import { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { diaryOf } from '../booking/find-interpreter.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { asRead } from '../models/as-read.js';
import { Contact } from '../models/contact.js';
import { Event } from '../models/event.js';
import { Interpreter, MOST_INTERPRETERS } from '../models/interpreter.js';
import { searchKey } from '../models/search-key.js';
import type { Actor } from '../web/actor.js';
import type { InterpreterForm, SettingForm } from './schema.js';
import { markInterpreted, markLacking } from './reconcile-interpreters.js';

type Scope = Pick<Event, '_id' | 'account'>;

/**
 * Saves the languages that families may ask for, and who assigns interpreters, unless somebody changed that since it was read.
 * `reconcile-interpreters.ts` then goes through the meetings.
 */
export async function saveSetting(
  deps: Deps,
  actor: Actor,
  { _id, account, interpreting }: Scope & Pick<Event, 'interpreting'>,
  form: SettingForm,
): Promise<boolean> {
  const scope = { event: _id, account };
  // Marks before and after the write: a death in between leaves them marked, and what is booked meanwhile is marked too.
  await markInterpreted(scope, deps.now());
  const saved = await Event.updateOne(
    {
      ...{ _id, account },
      ...asRead({
        'interpreting.languages': interpreting?.languages,
        'interpreting.byHand': interpreting?.byHand,
      }),
    },
    form.languages.length > 0 ? { $set: { interpreting: form } } : { $unset: { interpreting: 1 } },
  );
  if (saved.matchedCount === 0) return false;
  await recordAudit({ ...scope, user: actor.user, action: 'change interpreting', at: deps.now() });
  await markInterpreted(scope, deps.now());
  await markLacking(scope, deps.now());
  return true;
}

type Saved =
  | {
      ok: true;
      /** Somebody has the address by now whose diary is another one, because this one has meetings. */
      isApart?: boolean;
    }
  | { ok: false; reason: 'many' | 'another person' }
  | { ok: false; reason: 'changed meanwhile' };

/**
 * Adds an interpreter, or changes one while they are as they were read. `reconcile-interpreters.ts` then goes through their meetings.
 * @param before the one that is changed; absent: a new one
 */
export async function saveInterpreter(
  deps: Deps,
  actor: Actor,
  { _id: event, account }: Scope,
  form: InterpreterForm,
  before?: Interpreter,
): Promise<Saved> {
  const _id = before?._id ?? new Types.ObjectId();
  const scope = { event, account };
  if (!before && (await Interpreter.countDocuments({ ...scope, status: 'active' })) >= MOST_INTERPRETERS)
    return { ok: false, reason: 'many' };
  const found = form.email ? await findPerson(account, form.email, _id) : undefined;
  // Their diary stays the same while it has meetings, also where the roster has changed since.
  const isBound = before && !diaryOf(before).equals(found ?? _id) && (await hasMeetings(before, deps.now()));
  if (isBound && form.email !== before.email) return { ok: false, reason: 'another person' };
  const contact = isBound ? before.contact : found;
  const change = {
    $set: {
      ...{ ...form, sortKey: searchKey(form.name), unsettled: true },
      ...(contact ? { contact } : {}),
    },
    $unset: {
      ...(contact ? {} : { contact: 1 as const }),
      // Another address has not had their list.
      ...(before && before.email !== form.email ? { told: 1 as const, news: 1 as const } : {}),
    },
  };
  if (before) {
    const { name, email, languages, times } = before;
    const seen = asRead({ name, email, languages, times, contact: before.contact });
    const saved = await Interpreter.updateOne({ _id, ...scope, status: 'active', ...seen }, change);
    if (saved.matchedCount === 0) return { ok: false, reason: 'changed meanwhile' };
  } else await Interpreter.create({ _id, ...scope, ...change.$set, status: 'active' });
  await record(deps, actor, scope, _id, before ? 'change interpreter' : 'add interpreter');
  return isBound && found ? { ok: true, isApart: true } : { ok: true };
}

async function hasMeetings({ _id }: Interpreter, now: Date): Promise<boolean> {
  const ahead = { interpreter: { $eq: _id, $exists: true }, to: { $gt: now } };
  return (await Appointment.exists({ ...ahead, state: { $in: ['pending', ...LIVING_STATES] } })) !== null;
}

/** Removes an interpreter; others take their meetings where possible. */
export async function removeInterpreter(
  deps: Deps,
  actor: Actor,
  { _id: event, account }: Scope,
  id: Types.ObjectId,
): Promise<boolean> {
  const gone = await Interpreter.updateOne(
    { _id: id, event, account, status: 'active' },
    { $set: { status: 'gone', unsettled: true } },
  );
  if (gone.matchedCount === 0) return false;
  await record(deps, actor, { event, account }, id, 'remove interpreter');
  return true;
}

async function record(
  deps: Deps,
  { user }: Actor,
  scope: Pick<Interpreter, 'event' | 'account'>,
  id: Types.ObjectId,
  action: 'add interpreter' | 'change interpreter' | 'remove interpreter',
): Promise<void> {
  await recordAudit({ ...scope, user, action, targets: [id], at: deps.now() });
}

/** Whose diary an interpreter uses: the only teacher's or staff member's with the address, else that of another event's interpreter. */
async function findPerson(
  account: Types.ObjectId,
  email: string,
  me: Types.ObjectId,
): Promise<Types.ObjectId | undefined> {
  const found = await Contact.find(
    { account, email, type: { $in: ['teacher', 'staff'] }, status: 'active' },
    { _id: 1 },
  )
    .limit(2)
    .lean();
  if (found.length > 0) return found.length === 1 ? found[0]?._id : undefined;
  const first = await Interpreter.findOne(
    { account, email, status: 'active', _id: { $ne: me } },
    { contact: 1 },
  )
    .sort({ _id: 1 })
    .lean();
  const diary = first && diaryOf(first);
  return diary && !diary.equals(me) ? diary : undefined;
}
