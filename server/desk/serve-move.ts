import express, { type Response, type Router } from 'express';
import { Types } from 'mongoose';
import { confirmAppointment } from '../booking/confirm-appointment.js';
import { holdSlot, type Held } from '../booking/hold-slot.js';
import type { Deps } from '../deps.js';
import { LIVING_STATES, type Appointment } from '../models/appointment.js';
import type { Override, Refusal } from '../models/refusal.js';
import { slotsOf } from '../models/appointment-slots.js';
import { Slot } from '../models/slot.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { countOf } from '../web/format-count.js';
import { shortDayAndSpan } from '../web/format-time.js';
import { FRESH_FORM, parseForm, type Form } from '../web/parse.js';
import { say } from '../web/session.js';
import { readOverride } from './check-override.js';
import type { DeskMeeting, SeenEvent } from './find-meeting.js';
import { listFree, runAt, type FreeTime } from './list-free.js';
import { loadChild } from './load-child.js';
import { sayTold, sayWhoHears } from './say-told.js';
import { moveForm } from './schema.js';
import { foundIn } from './serve-appointments.js';
import { familyOf } from './show-appointment.js';
import { daysOf } from './show-child.js';
import { deskFrame, deskPath, makesSlots } from './show-frame.js';
import { showRefusal, type Tried } from './show-refusal.js';

/** Moves one appointment to another time, with the same teacher or another one of the child's. */
export function movePages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/:event/desk/appointments/:appointment/move', async (req, res) => {
    const { event, found } = await foundIn(req, res);
    if (LIVING_STATES.includes(found.appointment.state)) await showMove(deps, res, event, found, FRESH_FORM);
    else res.redirect(303, `${deskPath(event)}/appointments/${found.meeting.id}`);
  });

  router.post('/:event/desk/appointments/:appointment/move', async (req, res) => {
    const { event, found } = await foundIn(req, res);
    const { appointment } = found;
    const parsed = parseForm(moveForm, req.body);
    if (!parsed.ok) {
      const rest = parseForm(moveForm, { ...(req.body as object), reason: 'x' });
      if (!rest.ok || !parsed.errors.reason) return showMove(deps, res.status(422), event, found, parsed);
      const { rules, slot } = rest.value;
      const refusal: Refusal = rules.at(-1) ?? 'hold ended';
      const tried = { ...(await triedOf(event, found)), refusal, over: rules.slice(0, -1), slot };
      return showRefusal(deps, res, event, tried, parsed);
    }
    const { slot, rules, key } = parsed.value;
    const actor = actorOf(res);
    const override = readOverride(actor, event, parsed.value, deps.now());
    if (!(await isSeen(event, slot))) throw notFound();
    const moved = await moveAppointment(deps, event, appointment, { slot, key, user: actor.user, override });
    if (!moved.ok) {
      const tried = { ...(await triedOf(event, found)), refusal: moved.reason, over: rules, slot };
      return showRefusal(deps, res, event, tried);
    }
    const when = shortDayAndSpan(moved.appointment.from, moved.appointment.to, event);
    const missing = slotsOf(appointment).length - slotsOf(moved.appointment).length;
    const shorter = missing > 0 ? 'It’s shorter than before. ' : '';
    say(req, {
      kind: missing > 0 ? 'notice' : 'ok',
      text: `Moved to ${when}. ${shorter}${await sayTold(deps, event, appointment.household)}`,
    });
    res.redirect(303, `${deskPath(event)}/appointments/${String(moved.appointment._id)}`);
  });
  return router;
}

/** Books the new time, then cancels the old one; answers and notes are kept. A repetition gets the same answer. */
export async function moveAppointment(
  deps: Deps,
  event: SeenEvent,
  old: Appointment,
  {
    slot,
    key,
    user,
    override,
  }: {
    slot: Types.ObjectId;
    key: string;
    user: Types.ObjectId;
    override?: Override | undefined;
  },
): Promise<Held> {
  const { household, students, note, _id } = old;
  const held = await holdSlot(deps, {
    event,
    slot,
    students,
    household,
    user,
    key,
    by: 'school',
    // Who was to go still goes.
    goer: old.goer,
    replaces: _id,
    override,
  });
  if (!held.ok) return held;
  return confirmAppointment(deps, {
    event,
    appointment: held.appointment._id,
    household,
    user,
    by: 'school',
    note,
  });
}

async function isSeen(event: SeenEvent, slot: Types.ObjectId): Promise<boolean> {
  const scope = { account: event.account, event: event._id, ...event.sight };
  return (await Slot.exists({ _id: slot, ...scope })) !== null;
}

async function triedOf(
  event: SeenEvent,
  { appointment, meeting }: DeskMeeting,
): Promise<Omit<Tried, 'refusal' | 'over' | 'slot'>> {
  const here = `${deskPath(event)}/appointments/${meeting.id}/move`;
  return {
    household: appointment.household,
    replaces: { _id: appointment._id, slot: appointment.slot },
    child: meeting.children,
    family: await familyOf(appointment),
    action: here,
    fields: {},
    verb: 'Move',
    back: here,
  };
}

/** The times that an appointment can move to; those at which a longer one would be shorter say so. */
function noteShort(appointment: Appointment, free: FreeTime[]): FreeTime[] {
  const all = slotsOf(appointment).length;
  return free.flatMap((time, index) => {
    if (time.slot._id.equals(appointment.slot)) return [];
    const run = runAt(free, index, all);
    if (run.length === all) return [time];
    const until = (run.at(-1) ?? time).slot.to;
    const only = countOf((until.getTime() - time.slot.from.getTime()) / 60_000, 'minute', 'minutes');
    return [{ ...time, note: [time.note, `only ${only}`].filter(Boolean).join(', ') }];
  });
}

async function showMove(
  deps: Deps,
  res: Response,
  event: SeenEvent,
  { appointment, meeting }: DeskMeeting,
  form: Form,
): Promise<void> {
  const [student] = appointment.students;
  const child = student && (await loadChild(event, student));
  const same = appointment.resource;
  // An appointment about several children needs a teacher whom all of them have.
  const views = (child?.view.teachers ?? []).filter(
    (teacher) => teacher.id === String(same) || appointment.students.length === 1,
  );
  const resources = views.map(({ id }) => new Types.ObjectId(id));
  const free = await listFree(
    event,
    resources,
    {
      user: actorOf(res).user,
      household: appointment.household,
      goer: appointment.goer,
      replaces: appointment._id,
      known: child?.meetings ?? [],
    },
    deps.now(),
  );
  const groups = views
    .sort((a, b) => Number(b.id === String(same)) - Number(a.id === String(same)))
    .flatMap(({ id, name }) =>
      daysOf(noteShort(appointment, free.get(id) ?? [])).map((day) => ({
        ...day,
        label: `${name}, ${day.label}`,
      })),
    );
  res.render('desk/move', {
    ...deskFrame(event, 'Move appointment'),
    lead: `${meeting.children} with ${meeting.teacher}, ${shortDayAndSpan(meeting.from, meeting.to, event)}`,
    self: `${deskPath(event)}/appointments/${meeting.id}`,
    groups,
    meets: views.some(({ id }) => id === String(same)),
    meeting,
    slotsHref: makesSlots(res, event)
      ? `/events/${String(event._id)}/slots/new?resources=${String(same)}`
      : '',
    told: await sayWhoHears(deps, event, appointment.household),
    key: new Types.ObjectId().toHexString(),
    form,
  });
}
