import { earlyOpening } from '../booking/open-early.js';
import { AFTER_ROUND_MS } from '../events/check-round.js';
import type { Event } from '../models/event.js';
import { fromLocal } from '../web/local-time.js';
import { parseForm, typedValues, type Parsed } from '../web/parse.js';
import { termsForm } from './schema.js';
import type { DrawTerms } from './start-draw.js';

/** Checks the times of a round. It must end before booking opens, so that everybody books from what it leaves. */
export function parseTerms(body: unknown, event: Event, now: Date): Parsed<DrawTerms> {
  const parsed = parseForm(termsForm, body);
  if (!parsed.ok) return parsed;
  const [from, until] = [parsed.value.from, parsed.value.until].map((local) =>
    fromLocal(local.slice(0, 16), event.timeZone),
  );
  const errors: Record<string, string> = {};
  const opensAt = earlyOpening(event)?.at ?? event.booking.opensAt;
  if (!from) errors.from = 'Enter when families can begin as a date and time that there is.';
  if (!until) errors.until = 'Enter when it ends as a date and time that there is.';
  else if (until <= now) errors.until = 'Enter an end in the future.';
  else if (from && until <= from) errors.until = 'Enter an end after the beginning.';
  else if (!opensAt) errors.until = 'First set when booking opens, in “Event and booking”.';
  else if (+until > +opensAt - AFTER_ROUND_MS)
    errors.until = 'Enter an end at least an hour before booking opens to the first families.';
  if (!from || !until || Object.keys(errors).length > 0)
    return { ok: false, errors, values: typedValues(body) };
  return { ok: true, value: { from, until, most: parsed.value.most } };
}
