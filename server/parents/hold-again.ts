import type { Response } from 'express';
import type { Deps } from '../deps.js';
import { holdSlot } from '../booking/hold-slot.js';
import type { Meeting } from '../meetings/name-meetings.js';
import { letLineGoFirst } from '../waitlist/offer-times.js';
import { timeOfDay } from '../web/format-time.js';
import { parseForm, parseId } from '../web/parse.js';
import { say } from '../web/session.js';
import { wordsOf } from '../web/words.js';
import { readKept } from './keep-typed.js';
import type { Family } from './load-conference.js';
import { againForm } from './schema.js';
import { leadToRefusal } from './refuse-press.js';

/** Holds a time again whose hold ran out, with what was typed. If the time is gone, shows the closest free ones. */
export async function holdAgain(
  deps: Deps,
  res: Response,
  family: Family,
  { id, slot, students, replaces, from, goer }: Meeting,
  body: unknown,
): Promise<void> {
  const { event, household, actor, home } = family;
  const asked = parseForm(againForm, body);
  const typed = await readKept(family, parseId(id));
  // The hold has just ended, so the waitlist gets its turn first.
  await letLineGoFirst(deps, event, slot);
  const held = await holdSlot(deps, {
    ...{ event, slot, students, household: household._id, user: actor.user, by: 'household' },
    goer: goer?.id,
    // The same press sent twice holds it once; a page that was loaded later asks again, because the time may have become free.
    key: `again${id}${asked.ok ? asked.value.key : ''}`,
    ...(replaces ? { replaces } : {}),
    ...(typed ? { typed } : {}),
  });
  const [student] = students;
  if (held.ok) {
    const time = timeOfDay(from, event);
    if (held.appointment.state === 'pending')
      say(res.req, { kind: 'notice', text: wordsOf(event)('check.heldAgain', { time }) });
    res.redirect(303, `${home}/appointments/${held.appointment._id.toHexString()}`);
  } else if (student)
    await leadToRefusal(
      res,
      family,
      { slot, student, change: replaces, kept: parseId(id), reason: held.reason },
      deps.now(),
    );
}
