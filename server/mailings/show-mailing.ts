import type { Response } from 'express';
import type { Deps } from '../deps.js';
import type { Mailing } from '../models/mailing.js';
import { User } from '../models/user.js';
import { countOf } from '../web/format-count.js';
import { dayAndTimeSoon } from '../web/format-time.js';
import { eventOf } from '../web/guards.js';
import { nameLanguage } from '../web/name-languages.js';
import type { Place } from '../web/place.js';
import { languageCalled } from '../web/words.js';
import { countDelivery, type Delivery } from './queries.js';
import { sayGroup } from './say-group.js';
import { mailingsPage, pathOf, subjectOf } from './show-frame.js';

/** Whether a worker has work to do for it now. */
export function isWorking({ state, sendAt }: Pick<Mailing, 'state' | 'sendAt'>, now: Date): boolean {
  return state === 'collecting' || state === 'sending' || (state === 'scheduled' && sendAt <= now);
}

/** How a mailing ended, or when it goes out. */
export async function showMailing(deps: Deps, res: Response, mailing: Mailing): Promise<void> {
  const event = eventOf(res);
  const now = deps.now();
  const [delivery, by, name] = await Promise.all([
    countDelivery(mailing._id),
    User.findById(mailing.by, { name: 1 }).lean(),
    sayGroup(event, mailing.group),
  ]);
  const path = pathOf(event, mailing._id);
  res.render('mailings/mailing', {
    ...mailingsPage(event, subjectOf(event, mailing)),
    mailing,
    translations: Object.entries(mailing.translations ?? {}).flatMap(([code, text]) => {
      const language = languageCalled(code);
      return language ? [{ ...text, language: { ...language, name: nameLanguage(language) } }] : [];
    }),
    path,
    messages: `/events/${event._id.toHexString()}/messages`,
    state: sayState(mailing, event, now),
    isWorking: isWorking(mailing, now),
    mayCancel: mailing.state === 'scheduled' || mailing.state === 'collecting',
    stages: stagesOf(mailing, delivery),
    delivery,
    facts: [
      { term: 'Group', value: name ?? 'A class or a teacher that’s no longer in this event' },
      { term: 'Written by', value: by?.name ?? 'Somebody who no longer has access' },
      {
        term: mailing.sendAt > now ? 'Goes out' : 'Sent on',
        value: dayAndTimeSoon(mailing.sendAt, event, now),
      },
      { term: 'Subject', value: mailing.subject },
    ],
    hasServer: deps.config.smtpUrl !== undefined,
  });
}

/** A mailing's state, as a symbol and a word. */
export function statusOf({ state }: Pick<Mailing, 'state'>) {
  const words = {
    scheduled: { kind: 'off', word: 'Scheduled' },
    collecting: { kind: 'busy', word: 'Sending begins' },
    sending: { kind: 'busy', word: 'Sending' },
    done: { kind: 'ok', word: 'In the outbox' },
    canceled: { kind: 'off', word: 'Canceled' },
  } as const;
  return words[state];
}

function sayState(mailing: Mailing, place: Place, now: Date): string {
  const { state, sendAt, numbers, why } = mailing;
  switch (state) {
    case 'scheduled':
      return sendAt > now
        ? `It goes out on ${dayAndTimeSoon(sendAt, place, now)}, to about ${countOf(numbers.people, 'person', 'people')}. You can cancel it until then.`
        : 'Sending begins in a moment.';
    case 'collecting':
      return 'Sending begins.';
    case 'sending':
      return `${countOf(numbers.mails, 'email is', 'emails are')} being put into the outbox.`;
    case 'done':
      return `${countOf(numbers.mails, 'email', 'emails')} to ${countOf(numbers.people, 'person', 'people')}. Below is how many went out.`;
    case 'canceled':
      return CANCELED[why ?? 'asked'];
  }
}

const CANCELED: Record<NonNullable<Mailing['why']>, string> = {
  asked: 'Canceled before it went out. Nobody got it.',
  event: 'Canceled: the event was archived or deleted before it went out. Nobody got it.',
  nobody: 'Nobody was in this group when it was to go out, so nothing was sent.',
};

/** Its progress, for the progress bar. */
export function stagesOf(mailing: Pick<Mailing, 'state' | 'numbers'>, delivery: Delivery) {
  const queued = Object.values(delivery).reduce((sum, count) => sum + count, 0);
  const isOver = mailing.state === 'done' || mailing.state === 'canceled';
  const state = isOver ? ('done' as const) : ('running' as const);
  const total = mailing.numbers.mails;
  return [{ key: 'work', label: 'Emails in the outbox', done: Math.min(queued, total), total, state }];
}
