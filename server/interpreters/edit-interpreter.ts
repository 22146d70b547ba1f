import { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Contact } from '../models/contact.js';
import { Event } from '../models/event.js';
import { Interpreter, MOST_INTERPRETERS } from '../models/interpreter.js';
import { searchKey } from '../models/search-key.js';
import type { Actor } from '../web/actor.js';
import type { InterpreterForm, SettingForm } from './schema.js';
import { markLacking } from './reconcile-interpreters.js';

type Scope = Pick<Event, '_id' | 'account'>;

/** Saves for which languages families may ask, and who assigns interpreters. */
export async function saveSetting(
  deps: Deps,
  actor: Actor,
  { _id, account }: Scope,
  form: SettingForm,
): Promise<void> {
  await Event.updateOne(
    { _id, account },
    form.languages.length > 0 ? { $set: { interpreting: form } } : { $unset: { interpreting: 1 } },
  );
  await recordAudit({ account, event: _id, user: actor.user, action: 'change interpreting', at: deps.now() });
  await markLacking({ event: _id, account }, deps.now());
}

/** Adds or changes an interpreter. `reconcile-interpreters.ts` goes through their meetings. */
export async function saveInterpreter(
  deps: Deps,
  actor: Actor,
  { _id: event, account }: Scope,
  form: InterpreterForm,
  id = new Types.ObjectId(),
): Promise<boolean> {
  const isNew = !(await Interpreter.exists({ _id: id, event, account }));
  const many = { event, account, status: 'active' } as const;
  if (isNew && (await Interpreter.countDocuments(many)) >= MOST_INTERPRETERS) return false;
  const contact = form.email ? await findColleague(account, form.email) : undefined;
  const key = searchKey(form.name);
  await Interpreter.updateOne(
    { _id: id, event, account },
    {
      $set: {
        ...{ ...form, sortKey: key, unsettled: true, status: 'active' },
        // Their diary stays the same while they have meetings in it.
        ...(contact && isNew ? { contact } : {}),
      },
    },
    { upsert: true },
  );
  await record(deps, actor, { event, account }, id, isNew ? 'add interpreter' : 'change interpreter');
  return true;
}

/** Takes an interpreter away: their meetings go to others where that can be. */
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

/** The one teacher or staff member with an address. */
async function findColleague(account: Types.ObjectId, email: string): Promise<Types.ObjectId | undefined> {
  const found = await Contact.find(
    { account, email, type: { $in: ['teacher', 'staff'] }, status: 'active' },
    { _id: 1 },
  )
    .limit(2)
    .lean();
  return found.length === 1 ? found[0]?._id : undefined;
}
