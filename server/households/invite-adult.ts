import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { HouseholdChange } from '../models/household-change.js';
import { queueMail } from '../notifications/queue-mail.js';
import type { Family } from '../parents/load-conference.js';
import { longDay } from '../web/format-time.js';
import { dayOf } from '../web/local-time.js';
import { answersTo } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import { INVITED_MS, MOST_INVITED } from './policy.js';

/** The invitations of a household that may still be accepted, the latest first. */
export function openInvitations(household: Types.ObjectId, now: Date): Promise<HouseholdChange[]> {
  return HouseholdChange.find({ household, state: 'open', expiresAt: { $gt: now } })
    .sort({ _id: -1 })
    .limit(MOST_INVITED)
    .lean();
}

/**
 * Invites an address to act as one with a household. The same is done, and takes as long, whether anybody has the address: only the mail's
 * reader learns of it. An address that is invited already is written to again, with a new end.
 * @returns until when; undefined where the household has invited as many as it may
 */
export async function inviteAdult(deps: Deps, family: Family, email: string): Promise<Date | undefined> {
  const { household, event, account, actor, home } = family;
  const now = deps.now();
  const open = await openInvitations(household._id, now);
  const again = open.find((one) => one.email === email);
  if (!again && open.length >= MOST_INVITED) return undefined;
  const expiresAt = new Date(now.getTime() + INVITED_MS);
  const change =
    again ??
    (
      await HouseholdChange.create({
        ...{ account: account._id, event: event._id, household: household._id, email, by: actor.user },
        ...{ kind: 'join', state: 'open', createdAt: now, expiresAt },
      })
    ).toObject();
  if (again) await HouseholdChange.updateOne({ _id: again._id, state: 'open' }, { $set: { expiresAt } });
  const t = wordsOf(event);
  const { publicUrl } = deps.config;
  const about = {
    other: actor.name,
    school: account.name,
    link: `${publicUrl}${home}/family/invitations/${change._id.toHexString()}`,
    home: `${publicUrl}${home}`,
    until: longDay(dayOf(expiresAt, event.timeZone), event),
  };
  await queueMail(deps, {
    account: account._id,
    event: event._id,
    kind: 'household invitation',
    to: email,
    ...answersTo(event),
    subject: t('household.inviteSubject', about),
    text: t('household.inviteMail', about),
    key: `invite adult:${change._id.toHexString()}:${String(expiresAt.getTime())}`,
  });
  return expiresAt;
}

/** Takes an invitation back, by any adult of the household; the link in the mail then says that it is over. */
export async function withdrawInvitation(household: Types.ObjectId, id: Types.ObjectId): Promise<boolean> {
  const done = await HouseholdChange.updateOne(
    { _id: id, household, kind: 'join', state: 'open' },
    { $set: { state: 'withdrawn' } },
  );
  return done.modifiedCount === 1;
}
