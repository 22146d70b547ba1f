import { addressMails, addresseesOf, withNotice } from '../meetings/write-mails.js';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { Draw } from '../models/draw.js';
import { DrawEntry } from '../models/draw-entry.js';
import { Event } from '../models/event.js';
import type { Slot } from '../models/slot.js';
import { queueMail } from '../notifications/queue-mail.js';
import { dayAndTimeSoon, shortDayAndTime } from '../web/format-time.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import { findActing } from './find-acting.js';
import { findWished, isGone, timesAmong } from './find-gone.js';

/** After so many families the worker reports that it lives. */
const AT_ONCE = 20;

/** A slot at the time that it had. */
type Former = Pick<Slot, '_id' | 'from'>;

const formerOf = (slots: Former[]) => new Map(slots.map(({ _id, from }) => [String(_id), from]));

/** The round in which families of an event can still choose other times. */
function findOpen({ _id: event, account }: Pick<Event, '_id' | 'account'>, now: Date): Promise<Draw | null> {
  return Draw.findOne(
    { event, account, state: 'collecting', until: { $gt: now } },
    { from: 1, until: 1 },
  ).lean<Draw>();
}

/** How many families wish for one of some times in the event's preference round, if they can still choose others at that moment. */
export async function countWishing(
  event: Pick<Event, '_id' | 'account' | 'draw'>,
  slots: Former[],
  at: Date,
): Promise<number> {
  const draw = event.draw && (await findOpen(event, at));
  if (!draw) return 0;
  const former = formerOf(slots);
  let count = 0;
  for await (const entry of DrawEntry.find({ draw: draw._id }, { wishes: 1 }).lean())
    if (timesAmong(entry, former).length > 0) count += 1;
  return count;
}

/**
 * Mails the families who wish for times that were moved or closed, as long as they can choose others. Repeating the call queues nothing twice.
 * @param moved the slots at the times that they had
 * @param key names what moved them
 * @param goesOn reports that the worker lives; false: it must end
 * @returns whether everybody is told
 */
export async function tellMoved(
  deps: Deps,
  { _id, account: school }: Pick<Event, '_id' | 'account'>,
  moved: Former[],
  { key, notice }: { key: string; notice: string },
  goesOn: () => Promise<boolean>,
): Promise<boolean> {
  const draw = await findOpen({ _id, account: school }, deps.now());
  if (!draw) return true;
  const [event, account] = await Promise.all([
    Event.findOne({ _id, status: 'active' }).lean(),
    Account.findById(school).lean(),
  ]);
  if (!event || !account) return true;
  const former = formerOf(moved);
  let looked = 0;
  for await (const entry of DrawEntry.find({ draw: draw._id }).lean()) {
    const named = timesAmong(entry, former);
    if (named.length === 0) continue;
    if (looked++ % AT_ONCE === 0 && !(await goesOn())) return false;
    const slots = await findWished(entry.wishes);
    const times = named
      .filter((time) => isGone(time, slots))
      .flatMap(({ _id: id }) => former.get(String(id)) ?? []);
    const acting = times.length > 0 ? await findActing(entry) : undefined;
    if (!acting) continue;
    const told = await addresseesOf(acting.household);
    const about = `draw-moved:${key}:${String(entry._id)}`;
    const mails = addressMails({ event, account }, told, about, (place, { name }) => {
      const t = wordsOf(place);
      const until = dayAndTimeSoon(draw.until, place, deps.now());
      const when = [...new Set(times.map(Number))].sort((a, b) => a - b);
      const text = [
        t('draw.mailHello', { name }),
        t('draw.movedMail', { school: account.name, event: event.name }),
        when.map((at) => shortDayAndTime(new Date(at), place)).join('\n'),
        `${t('draw.movedChoose', { until })}\n${deps.config.publicUrl}/e/${event.link}/draw`,
        t('draw.mailQuestions', { office: callOffice(place) }),
      ].join('\n\n');
      return {
        kind: 'preference round: times moved',
        subject: t('draw.movedSubject', { event: event.name }).slice(0, 250),
        text: `${notice ? withNotice(text, notice) : text}\n`,
      };
    });
    for (const mail of mails) await queueMail(deps, mail);
  }
  return true;
}
