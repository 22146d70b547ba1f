import type { Deps } from '../deps.js';
import { timeOfDay } from '../web/format-time.js';
import type { Words } from '../web/words.js';
import type { Meeting } from '../meetings/name-meetings.js';
import { findLengths } from './find-lengths.js';
import type { Family } from './load-conference.js';

/** The lengths to choose from for a hold, and whether it is shorter than the meeting it replaces. */
export async function showLength(
  deps: Deps,
  t: Words,
  { event, household, actor }: Family,
  meeting: Meeting,
  before: Meeting | undefined,
): Promise<{ choice?: object; shorter: string }> {
  const looker = { event, household, user: actor.user, replaces: meeting.replaces, goer: meeting.goer?.id };
  const lengths = await findLengths(looker, meeting, before, deps.now());
  const minutesOf = ({ from, to }: Pick<Meeting, 'from' | 'to'>) => (to.getTime() - from.getTime()) / 60_000;
  const isShorter = before && before.more.length > meeting.more.length;
  const choice = {
    name: 'inARow',
    label: t('longer.howLong'),
    type: 'radio',
    value: String(1 + meeting.more.length),
    options: lengths.map(({ inARow, minutes, until }) => ({
      value: String(inARow),
      label: t('longer.until', { count: minutes, time: timeOfDay(until, event) }),
    })),
  };
  return {
    ...(lengths.length > 0 ? { choice } : {}),
    shorter: isShorter
      ? t('longer.shorter', { count: minutesOf(before), time: timeOfDay(meeting.to, event) })
      : '',
  };
}
