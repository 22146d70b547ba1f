import { openEarly } from '../booking/open-early.js';
import { addressMails, addresseesOf } from '../meetings/write-mails.js';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { Draw } from '../models/draw.js';
import { DrawEntry } from '../models/draw-entry.js';
import { Event } from '../models/event.js';
import { queueMail } from '../notifications/queue-mail.js';
import { dayAndTimeSoon } from '../web/format-time.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import { findActing } from './find-acting.js';

/** Tells each family of a canceled round once that its wishes don't count, then deletes the round. May be repeated after a death. */
export async function endCanceled(deps: Deps, draw: Draw, stopping: AbortSignal): Promise<void> {
  const [event, account] = await Promise.all([
    Event.findOne({ _id: draw.event, status: { $ne: 'deleted' } }).lean(),
    Account.findById(draw.account).lean(),
  ]);
  // The round of a deleted event is deleted with the event.
  if (!event || !account) return;
  await Event.updateOne({ _id: event._id, account: account._id }, { $unset: { draw: 1 } });
  for await (const entry of DrawEntry.find({ draw: draw._id }).lean()) {
    if (stopping.aborted) return;
    if (entry.wishes.length > 0) await tellCanceled(deps, entry, { event, account });
    await DrawEntry.deleteOne({ _id: entry._id });
  }
  await Draw.deleteOne({ _id: draw._id, state: 'canceled' });
}

async function tellCanceled(
  deps: Deps,
  entry: DrawEntry,
  { event, account }: { event: Event; account: Account },
): Promise<void> {
  const acting = await findActing(entry);
  if (!acting) return;
  const key = `draw-canceled:${String(entry._id)}`;
  const told = await addresseesOf(acting.household);
  // Booking opens earlier for some families.
  const { opensAt } = (await openEarly(event, acting.household, deps.now())).booking;
  const mails = addressMails({ event, account }, told, key, (place, { name }) => {
    const t = wordsOf(place);
    const opens =
      opensAt && opensAt > deps.now()
        ? t('draw.canceledOpens', { at: dayAndTimeSoon(opensAt, place, deps.now()) })
        : t('draw.canceledLater');
    const parts = [
      t('draw.mailHello', { name }),
      t('draw.canceledMail', { school: account.name, event: event.name }),
      `${opens}\n${deps.config.publicUrl}/e/${event.link}`,
      t('draw.mailQuestions', { office: callOffice(place) }),
    ];
    return {
      kind: 'preference round canceled',
      subject: t('draw.canceledSubject', { event: event.name }).slice(0, 250),
      text: `${parts.join('\n\n')}\n`,
    };
  });
  for (const mail of mails) await queueMail(deps, mail);
}
