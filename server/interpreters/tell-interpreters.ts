import { hash } from 'node:crypto';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { asRead } from '../models/as-read.js';
import { Event } from '../models/event.js';
import { Interpreter } from '../models/interpreter.js';
import { SlotMove, UNTOLD_STATES } from '../models/slot-move.js';
import { queueMail } from '../notifications/queue-mail.js';
import { findUnsubscribed } from '../notifications/unsubscribing/find-unsubscribed.js';
import { eachOf } from '../web/each-of.js';
import { groupBy } from '../web/lists.js';
import { dayOf } from '../web/local-time.js';
import { placed } from '../web/place.js';
import { answersTo } from '../web/say-office.js';
import { compareLists, isReminderDue, isTimeToTell, printChange, type ListChange } from './policy.js';
import { writeList, type Listed, type Occasion } from './write-list.js';

const DAY_MS = 24 * 3600_000;

/**
 * Mails interpreters their meetings of an event: the first time, when they change, and as reminders. What each was told is compared with
 * what is, so it doesn't matter what changed it, nothing that was undone is told, and a death loses nothing.
 */
export async function tellInterpreters(deps: Deps, stopping: AbortSignal): Promise<void> {
  // An event's day is over in every time zone one day after it is over in UTC.
  const since = new Date(deps.now().getTime() - DAY_MS).toISOString().slice(0, 10);
  const coming = await Event.distinct('_id', { days: { $gte: since }, status: 'active' });
  const people = await Interpreter.find({ event: { $in: coming }, email: { $gt: '' } }).lean();
  const theirs = groupBy(people, ({ event }) => String(event));
  const events = await Event.find({ _id: { $in: [...theirs.keys()] }, status: 'active' }).lean();
  // Until families are told of a move it can be undone, and who interprets is not decided.
  const moving = await SlotMove.distinct('event', {
    event: { $in: [...theirs.keys()] },
    state: { $in: UNTOLD_STATES },
  });
  const settled = events.filter(({ _id }) => !moving.some((id) => id.equals(_id)));
  await eachOf(settled, stopping, async (event) => {
    const some = theirs.get(String(event._id)) ?? [];
    const listOf = await readLists(event, some, deps.now());
    await eachOf(some, stopping, (who) => tellInterpreter(deps, event, who, listOf(who)));
  });
}

/** The meetings of some interpreters from today on, by time. */
async function readLists(
  event: Event,
  people: Interpreter[],
  now: Date,
): Promise<(who: Interpreter) => Listed[]> {
  const found = await Appointment.find(
    {
      interpreter: { $in: people.map(({ _id }) => _id), $exists: true },
      state: { $in: LIVING_STATES },
      from: { $gt: new Date(now.getTime() - DAY_MS) },
    },
    { interpreter: 1, entry: 1, resource: 1, from: 1, to: 1 },
  )
    .sort({ from: 1, _id: 1 })
    .lean();
  const today = dayOf(now, event.timeZone);
  const lists = groupBy(
    found.filter(({ from }) => dayOf(from, event.timeZone) >= today),
    ({ interpreter }) => String(interpreter),
  );
  return ({ _id }) =>
    (lists.get(String(_id)) ?? []).map(({ _id: appointment, entry, resource, from, to }) => ({
      ...{ appointment, resource, from, to },
      first: entry?.first ?? appointment,
    }));
}

async function tellInterpreter(deps: Deps, event: Event, who: Interpreter, list: Listed[]): Promise<void> {
  const now = deps.now();
  const { told } = who;
  const change = compareLists(told?.meetings ?? [], list, now);
  const isNews = await isSettled(who, change, now);
  const isReminder = told !== undefined && isReminderDue(told, list, event, now);
  if (!isNews && !isReminder) return;
  const ahead = list.filter(({ from }) => from > now);
  const occasion = isReminder ? 'reminder' : told ? 'changed' : 'first';
  await mailList(deps, event, who, { ahead, change, occasion });
  const meetings = list.map(({ first, resource, from, to }) => ({ first, resource, from, to }));
  await Interpreter.updateOne(
    { _id: who._id, email: who.email, ...asRead({ 'told.at': told?.at }) },
    { $set: { told: { at: now, meetings } }, $unset: { news: 1 } },
  );
}

/** Whether there is a change that has been the same for long enough. Notes since when it is. */
async function isSettled({ _id, news }: Interpreter, change: ListChange, now: Date): Promise<boolean> {
  const print = printChange(change);
  if (print === '') {
    if (news) await Interpreter.updateOne({ _id }, { $unset: { news: 1 } });
    return false;
  }
  const seen = news?.print === print ? news : { print, at: now, since: news?.since ?? now };
  if (isTimeToTell(change, seen, now)) return true;
  if (seen !== news) await Interpreter.updateOne({ _id }, { $set: { news: seen } });
  return false;
}

async function mailList(
  deps: Deps,
  event: Event,
  { _id, name, email, told, news }: Interpreter,
  { ahead, change, occasion }: { ahead: Listed[]; change: ListChange; occasion: Occasion },
): Promise<void> {
  const account = await Account.findById(event.account).lean();
  const print = printChange(change);
  const last = ahead.at(-1);
  // Who wants no reminders is still told of changes.
  const isUnwanted = print === '' && (await findUnsubscribed(event.account, [email])).has(email);
  if (!account || isUnwanted) return;
  await queueMail(deps, {
    ...{ account: account._id, event: event._id, to: email },
    ...answersTo(event),
    kind: occasion === 'reminder' ? 'appointment reminder' : 'interpreter list',
    ...(await writeList({ event: placed(event, account), account, name }, ahead, change, occasion)),
    ...(print === '' ? { mayUnsubscribe: true } : {}),
    ...(occasion === 'reminder' && last ? { notAfter: last.from } : {}),
    // Whoever does this at the same time, or again after a death, makes the same one.
    key: [
      'interpreter',
      _id,
      // An address that was changed, and changed back, is told anew.
      told?.at.getTime() ?? news?.since.getTime() ?? 0,
      hash('sha256', `${email}\n${print}`, 'base64url'),
    ].join(':'),
  });
}
