import { earlyOpening } from '../booking/open-early.js';
import { AFTER_ROUND_MS } from '../events/check-round.js';
import type { Event } from '../models/event.js';
import { dayAndTime } from '../web/format-time.js';
import { fromLocal } from '../web/local-time.js';
import type { PlacedEvent } from '../web/place.js';
import { parseForm, typedValues, type Parsed } from '../web/parse.js';
import { termsForm } from './schema.js';
import type { DrawTerms } from './start-draw.js';

/** Why it is too late for a round to begin; '' where it isn't: it has to end an hour before booking opens to the first families. */
export function sayTooLate(event: PlacedEvent, now: Date): string {
  const opensAt = opensAtFirst(event);
  if (!opensAt || +opensAt - AFTER_ROUND_MS > +now) return '';
  const opens = opensAt <= now ? 'booking opened on' : 'booking opens to the first families on';
  return `It’s too late for a preference round: ${opens} ${dayAndTime(opensAt, event)}. If you want one, first enter a later opening in “Event and booking”.`;
}

const opensAtFirst = (event: Event) => earlyOpening(event)?.at ?? event.booking.opensAt;

/** Checks when a round is to be: it ends before booking opens, so that everybody books from what it leaves. */
export function parseTerms(body: unknown, event: PlacedEvent, now: Date): Parsed<DrawTerms> {
  const parsed = parseForm(termsForm, body);
  if (!parsed.ok) return parsed;
  const [from, until] = [parsed.value.from, parsed.value.until].map((local) =>
    fromLocal(local.slice(0, 16), event.timeZone),
  );
  const errors: Record<string, string> = {};
  const opensAt = opensAtFirst(event);
  const tooLate = sayTooLate(event, now);
  if (!from) errors.from = 'There’s no such date and time. Enter when families can start.';
  if (!until) errors.until = 'There’s no such date and time. Enter when the draw is.';
  else if (tooLate) errors.until = tooLate;
  else if (until <= now) errors.until = 'Enter a time for the draw that’s in the future.';
  else if (from && until <= from) errors.until = 'Enter a time for the draw that’s after families can start.';
  else if (!opensAt) errors.until = 'First set when booking opens, in “Event and booking”.';
  else if (+until > +opensAt - AFTER_ROUND_MS)
    errors.until = `Enter a time for the draw that’s at least an hour before booking opens to the first families: by ${dayAndTime(new Date(+opensAt - AFTER_ROUND_MS), event)}.`;
  if (!from || !until || Object.keys(errors).length > 0)
    return { ok: false, errors, values: typedValues(body) };
  return { ok: true, value: { from, until, most: parsed.value.most } };
}
