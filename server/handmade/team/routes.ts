import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { addresseesOf } from '../../meetings/write-mails.js';
import { inSlots } from '../../models/appointment-slots.js';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { Household } from '../../models/household.js';
import { holdersOf, Slot } from '../../models/slot.js';
import { loadActive } from '../../slots/load-teachers.js';
import { actorOf } from '../../web/actor.js';
import { notFound } from '../../web/errors.js';
import { countOf } from '../../web/format-count.js';
import { eventFrame } from '../../web/event-tabs.js';
import { fullDay, shortDayAndTime, timeSpan } from '../../web/format-time.js';
import { eventOf } from '../../web/guards.js';
import { FRESH_FORM, parseForm, parseId, typedValues, type Form } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { teamForm } from './schema.js';
import { changeTeam, MOST_JOINED, type TeamChange } from './change-team.js';

/** The people who meet the family in one slot: several teachers together. Mounted at /events/:event/day-sheet/:slot/team. */
export function teamRoutes(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/', async (req, res) => {
    await showTeam(deps, res, await slotOf(req, res), FRESH_FORM);
  });

  router.post('/', async (req, res) => {
    const slot = await slotOf(req, res);
    const parsed = parseForm(teamForm, req.body);
    if (!parsed.ok) return showTeam(deps, res.status(422), slot, parsed);
    const { holder, act } = parsed.value;
    const done = await changeTeam(deps, actorOf(res), slot, { holder, joins: act === 'add' });
    if (!done.ok) {
      const errors = { holder: sayRefused(done, res) };
      const values = typedValues(req.body);
      return showTeam(deps, res.status(422), await slotOf(req, res), { values, errors });
    }
    const told = done.changed ? await sayTold(deps, slot) : '';
    say(req, { kind: 'ok', text: `Saved.${told && ` ${told}`}` });
    res.redirect(303, pathOf(slot));
  });

  return router;
}

const pathOf = (slot: Slot): string =>
  `/events/${slot.event.toHexString()}/day-sheet/${slot._id.toHexString()}/team`;

async function slotOf(req: Request, res: Response): Promise<Slot> {
  const { _id: event, account } = eventOf(res);
  const found = await Slot.findOne({
    _id: parseId((req.params as { slot?: string }).slot),
    account,
    event,
  }).lean();
  if (!found) throw notFound();
  return found;
}

function sayRefused(done: Exclude<TeamChange, { ok: true }>, res: Response): string {
  switch (done.reason) {
    case 'busy':
      return `They have another appointment at that time (${shortDayAndTime(done.at, eventOf(res))}). Move one of the two first.`;
    case 'changed':
      return 'Somebody else changed this slot while you had it open. Check who is in it now, then try again.';
    case 'too many':
      return `A slot can have ${String(MOST_JOINED)} more teachers at most.`;
    case 'own':
      return 'This is their own slot. Select somebody else.';
    case 'unknown':
      return 'Select a teacher from the list.';
  }
}

/** How many families have a future meeting in it: only these are told. */
async function countAhead(deps: Deps, slot: Slot): Promise<number> {
  return slot.from > deps.now()
    ? Appointment.countDocuments({ ...inSlots([slot._id]), state: { $in: LIVING_STATES } })
    : 0;
}

/** Who is told about a change; '' if nobody needs to be. */
async function sayTold(deps: Deps, slot: Slot): Promise<string> {
  if ((await countAhead(deps, slot)) === 0) return '';
  if (!deps.config.smtpUrl) return 'No email server is set up, so no family was told by email.';
  const households = await Appointment.distinct('household', {
    ...inSlots([slot._id]),
    state: { $in: LIVING_STATES },
  });
  const families = await Household.find({ _id: { $in: households }, account: slot.account }).lean();
  const without = (await Promise.all(families.map(addresseesOf))).filter((list) => list.length === 0).length;
  const reached = families.length - without;
  return [
    reached > 0 ? `${reached === 1 ? 'The family gets' : 'The families get'} an email about it.` : '',
    without > 0
      ? `${countOf(without, 'family has', 'families have')} no email address that we can use, so call them.`
      : '',
  ]
    .filter(Boolean)
    .join(' ');
}

async function showTeam(deps: Deps, res: Response, slot: Slot, form: Form): Promise<void> {
  const event = eventOf(res);
  const all = (await loadActive(event)).filter(({ contact, byHand }) => contact ?? byHand);
  const inIt = holdersOf(slot).map((id) => id.toHexString());
  const booked = await countAhead(deps, slot);
  const named = (id: string) =>
    all.find(({ _id }) => _id.toHexString() === id)?.name ?? 'No longer takes part';
  res.render('handmade/team', {
    ...eventFrame(event, 'day-sheet'),
    title: `Who meets the family, ${timeSpan(slot.from, slot.to, event)}`,
    lead: `${fullDay(slot.day, event)} · ${event.name}`,
    path: pathOf(slot),
    back: pathOf(slot).replace(/\/team$/, ''),
    booked,
    hasMail: deps.config.smtpUrl !== undefined,
    team: inIt.map((id, index) => ({ id, name: named(id), own: index === 0 })),
    choices: all
      .filter(({ _id }) => !inIt.includes(_id.toHexString()))
      .map(({ _id, name }) => ({ value: _id.toHexString(), label: name })),
    form,
  });
}
