import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { Event } from '../models/event.js';
import { Mailing, MailingRecipient } from '../models/mailing.js';
import { mailAdministrators } from '../notifications/mail-administrators.js';
import { queueMails } from '../notifications/queue-mail.js';
import { hashSecret } from '../seal.js';
import { placed, type PlacedEvent } from '../web/place.js';
import { findAudience } from './find-audience.js';
import { sayGroup } from './say-group.js';
import { withLanguages, writeMails, type Sender } from './write-mails.js';

/** A worker that has been silent for this long is dead. */
const LEASE_MS = 2 * 60_000;
/** How many mails are written at once. */
const AT_ONCE = 200;

/** Continues every mailing that has work to do and no worker: when its time has come, and after a crash. */
export async function continueMailings(deps: Deps, stopping: AbortSignal): Promise<void> {
  const due = await Mailing.find(
    {
      $or: [
        { state: 'scheduled', sendAt: { $lte: deps.now() } },
        { state: { $in: ['collecting', 'sending'] } },
      ],
    },
    { _id: 1 },
  )
    .limit(1000)
    .lean();
  for (const { _id } of due) {
    if (stopping.aborted) return;
    await runMailing(deps, _id, stopping);
  }
}

/**
 * Finds the recipients of a mailing, then puts a mail for each into the outbox. Nothing is decided until all recipients are found: a worker
 * that takes over before starts again, one that takes over later continues with the same people. A mail's key names mailing and address, so
 * nobody gets a second one. Nothing happens if another worker has it.
 */
export async function runMailing(
  deps: Deps,
  id: Types.ObjectId | string,
  stopping: AbortSignal,
): Promise<void> {
  const now = deps.now();
  const taken = await Mailing.findOneAndUpdate(
    {
      _id: id,
      $and: [
        {
          $or: [{ state: 'scheduled', sendAt: { $lte: now } }, { state: { $in: ['collecting', 'sending'] } }],
        },
        { $or: [{ leaseUntil: { $exists: false } }, { leaseUntil: { $lte: now } }] },
      ],
    },
    { $set: { leaseUntil: leaseFrom(now) }, $inc: { fence: 1 } },
    { returnDocument: 'after' },
  ).lean();
  if (!taken) return;
  const sender = await findSender(deps, taken);
  if (!sender) {
    const canceled = await Mailing.updateOne(
      { _id: taken._id, fence: taken.fence, state: taken.state },
      { $set: { state: 'canceled', why: 'event' }, $unset: { leaseUntil: 1 } },
    );
    if (canceled.modifiedCount > 0) await MailingRecipient.deleteMany({ mailing: taken._id });
    return;
  }
  const mailing = taken.state === 'sending' ? taken : await freeze(deps, sender.event, taken);
  if (mailing && (await sendAll(deps, sender, mailing, stopping)) === 'stopped')
    await Mailing.updateOne({ _id: mailing._id, fence: mailing.fence }, { $unset: { leaseUntil: 1 } });
}

/** The event and its account; undefined if nobody may be told about the event any more. */
async function findSender(deps: Deps, mailing: Mailing): Promise<Sender | undefined> {
  const [event, account] = await Promise.all([
    Event.findOne({ _id: mailing.event, account: mailing.account }).lean(),
    Account.findById(mailing.account, { name: 1, locale: 1, languages: 1 }).lean(),
  ]);
  if (!event || !account) return undefined;
  // Nobody is told about a deleted event. For an archived event, only a mailing that has begun continues, so that nobody misses what others
  // got.
  const mayGoOn = event.status === 'active' || (event.status === 'archived' && mailing.state === 'sending');
  if (!mayGoOn) return undefined;
  return { event: placed(event, account), account, config: deps.config, now: deps.now() };
}

/**
 * Stores all recipients.
 * @returns the mailing as it is sent; undefined if it was canceled or taken over meanwhile
 */
async function freeze(deps: Deps, event: PlacedEvent, mailing: Mailing): Promise<Mailing | undefined> {
  const { _id, fence } = mailing;
  const begun = await Mailing.updateOne(
    { _id, fence, state: { $in: ['scheduled', 'collecting'] } },
    { $set: { state: 'collecting' } },
  );
  if (begun.matchedCount === 0) return undefined;
  const audience = await findAudience(event, mailing.group);
  let batch: Omit<MailingRecipient, '_id'>[] = [];
  const store = async () => {
    if (batch.length > 0) await MailingRecipient.insertMany(batch);
    batch = [];
    return renew(deps, mailing);
  };
  for (const { email, names, children, households } of audience.people()) {
    batch.push({
      ...{ account: mailing.account, event: mailing.event, mailing: _id, round: fence, email },
      names: names.slice(0, 3),
      students: [...children].flatMap((index) => audience.students[index]?._id ?? []),
      ...(households.size > 0 ? { households: [...households.values()] } : {}),
      state: 'todo',
    });
    if (batch.length === AT_ONCE && !(await store())) return undefined;
  }
  await store();
  if (audience.numbers().mails === 0) {
    await endEmpty(deps, event, mailing);
    return undefined;
  }
  const frozen = await Mailing.findOneAndUpdate(
    { _id, fence, state: 'collecting' },
    { $set: { state: 'sending', round: fence, frozenAt: deps.now(), numbers: audience.numbers() } },
    { returnDocument: 'after' },
  ).lean();
  // Recipients stored by other workers do not count, nor those stored for a mailing that was canceled.
  await MailingRecipient.deleteMany(
    frozen ? { mailing: _id, round: { $ne: fence } } : { mailing: _id, round: fence },
  );
  return frozen ?? undefined;
}

/**
 * Ends a mailing whose group is empty by now, as when its day was moved. The administrators hear of it, unless the group is of those who have
 * something left to do: then it is good news.
 */
async function endEmpty(
  deps: Deps,
  event: PlacedEvent,
  { _id, fence, group, subject }: Mailing,
): Promise<void> {
  const ended = await Mailing.updateOne(
    { _id, fence, state: 'collecting' },
    { $set: { state: 'canceled', why: 'nobody' }, $unset: { leaseUntil: 1 } },
  );
  if (ended.modifiedCount === 0 || group.kind === 'unbooked' || group.kind === 'partly') return;
  const whom = (await sayGroup(event, group)) ?? 'a class or a teacher that is no longer there';
  await mailAdministrators(
    deps,
    { _id: event.account },
    {
      kind: 'mailing to nobody',
      event: event._id,
      subject: `Not sent, because nobody is in the group: ${subject}`,
      text: `“${subject}” was to go to this group: ${whom}. Nobody is in it anymore, so nothing was sent. If families still have to hear it, write to another group:\n${deps.config.publicUrl}/events/${event._id.toHexString()}/mailings/new`,
      key: `mailing nobody:${_id.toHexString()}`,
    },
  );
}

async function sendAll(
  deps: Deps,
  sender: Sender,
  mailing: Mailing,
  stopping: AbortSignal,
): Promise<'done' | 'stopped' | 'lost'> {
  const { _id, account, event, round = 0, fence } = mailing;
  const { office } = sender.event;
  const replyTo = office?.replyTo || office?.email;
  for (;;) {
    if (stopping.aborted) return 'stopped';
    const readers = await MailingRecipient.find({ mailing: _id, round, state: 'todo' }).limit(AT_ONCE).lean();
    if (readers.length === 0) break;
    const texts = await writeMails(sender, mailing, await withLanguages(mailing.group, readers));
    await queueMails(
      deps,
      readers.flatMap(({ email }, index) => {
        const message = texts[index];
        return message
          ? {
              ...message,
              ...{ account, event, mailing: _id, to: email, mayUnsubscribe: true },
              kind: mailing.kind === 'announcement' ? 'announcement' : 'group email',
              ...(replyTo ? { replyTo } : {}),
              key: `mailing:${_id.toHexString()}:${hashSecret(email)}`,
            }
          : [];
      }),
    );
    await MailingRecipient.updateMany(
      { _id: { $in: readers.map((reader) => reader._id) } },
      { $set: { state: 'queued' } },
    );
    if (!(await renew(deps, mailing))) return 'lost';
  }
  await Mailing.updateOne(
    { _id, fence, state: 'sending' },
    { $set: { state: 'done', doneAt: deps.now() }, $unset: { leaseUntil: 1 } },
  );
  await MailingRecipient.deleteMany({ mailing: _id });
  return 'done';
}

/**
 * Reports that this worker lives.
 * @returns false if another one has taken over
 */
async function renew(deps: Deps, { _id, fence }: Mailing): Promise<boolean> {
  const lease = await Mailing.updateOne({ _id, fence }, { $set: { leaseUntil: leaseFrom(deps.now()) } });
  return lease.matchedCount > 0;
}

function leaseFrom(now: Date): Date {
  return new Date(now.getTime() + LEASE_MS);
}
