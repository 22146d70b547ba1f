import express, { type Response, type Router } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { LIVING_STATES, Appointment } from '../models/appointment.js';
import { Resource } from '../models/resource.js';
import { WORKING_STATES, type SlotMove, type StayCode } from '../models/slot-move.js';
import { loadTeachers } from '../slots/load-teachers.js';
import { slotsPage, slotsPath } from '../slots/show-frame.js';
import { warnOfDays } from '../slots/warn-days.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { countOf } from '../web/format-count.js';
import { fullDay, shortDayAndTime, timeOfDay } from '../web/format-time.js';
import { eventGuard, eventOf } from '../web/guards.js';
import { parseForm, parseId, typedValues, type Form } from '../web/parse.js';
import type { PlacedEvent } from '../web/place.js';
import { sendProgress } from '../web/progress.js';
import { say } from '../web/session.js';
import { checkMove } from './check-move.js';
import { planMove } from './plan-move.js';
import { NOTICE_MAX, WAIT_MS } from './policy.js';
import {
  countItems,
  findMove,
  findStays,
  findTold,
  namesOf,
  recentMoves,
  type ItemCounts,
} from './queries.js';
import { SAY_STAY } from './say-stay.js';
import { moveForm, type MoveForm } from './schema.js';
import { startMove, type Started } from './start-move.js';
import { undoMove } from './undo-move.js';

/** Moving or canceling a day, a teacher's day or a room's: the form, a preview that writes nothing, the work, and undo. */
export function moveRoutes(deps: Deps): Router {
  const router = express.Router();
  router.use('/:event/slots', eventGuard('event administrator'));

  router.get('/:event/slots/move', async (_req, res) => {
    await showForm(res, { values: { kind: 'move' }, errors: {} });
  });

  router.post('/:event/slots/move/preview', async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(moveForm(event), req.body);
    if (!parsed.ok) return showForm(res.status(422), parsed);
    const plan = await planMove(event, parsed.value);
    if (!plan.ok) return showForm(res.status(422), refused(req.body, plan));
    await showPreview(deps, res, parsed.value, plan.planned);
  });

  router.post('/:event/slots/move', async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(moveForm(event), req.body);
    if (!parsed.ok) return showForm(res.status(422), parsed);
    const started = await startMove(deps, actorOf(res), event, parsed.value);
    if (!started.ok) return showForm(res.status(422), refused(req.body, started));
    res.redirect(303, movePath(event, started.move));
  });

  router.get('/:event/slots/moves/:move', async (req, res) => {
    await showMove(deps, res, await moveOf(res, req.params.move));
  });

  router.get('/:event/slots/moves/:move/progress', async (req, res) => {
    const { _id } = await moveOf(res, req.params.move);
    const event = eventOf(res);
    await sendProgress(res, async () => {
      const move = await findMove(event, _id);
      const done = !move || !WORKING_STATES.includes(move.state);
      return { data: { stages: move ? stagesOf(move, await countItems(_id)) : [] }, done };
    });
  });

  router.post('/:event/slots/moves/:move/undo', async (req, res) => {
    const move = await moveOf(res, req.params.move);
    const undone = await undoMove(deps, actorOf(res), move);
    if (!undone) say(req, { kind: 'notice', text: 'It’s too late to undo this, or it was undone already.' });
    res.redirect(303, movePath(eventOf(res), move._id));
  });

  return router;
}

const movePath = (event: PlacedEvent, move: Types.ObjectId) =>
  `${slotsPath(event)}/moves/${move.toHexString()}`;

async function moveOf(res: Response, id: unknown): Promise<SlotMove> {
  const move = await findMove(eventOf(res), parseId(id));
  if (!move) throw notFound();
  return move;
}

async function showForm(res: Response, form: Form): Promise<void> {
  const event = eventOf(res);
  const [teachers, rooms, recent] = await Promise.all([
    loadTeachers(event),
    Resource.distinct('room', { account: event.account, event: event._id, room: { $gt: '' } }),
    recentMoves(event),
  ]);
  res.render('moves/new', {
    ...slotsPage(event, 'Move a day'),
    days: event.days.map((day) => ({ value: day, label: fullDay(day, event) })),
    teachers: teachers.map(({ _id, name }) => ({ value: _id.toHexString(), label: name })),
    rooms: rooms.sort().map((room) => ({ value: room, label: room })),
    recent: recent.map((move) => ({
      href: movePath(event, move._id),
      title: titleOf(move, event),
      state: move.state,
    })),
    noticeMax: NOTICE_MAX,
    form,
  });
}

function titleOf({ kind, day, toDay = day, total }: SlotMove, event: PlacedEvent): string {
  const many = countOf(total, 'slot', 'slots');
  if (kind === 'cancel') return `${many} of ${fullDay(day, event)} canceled`;
  return `${many} moved from ${fullDay(day, event)} to ${toDay === day ? 'another time' : fullDay(toDay, event)}`;
}

/** Why nothing can be moved so, at the field that it is about. */
function refused(body: unknown, { field, reason }: Extract<Started, { ok: false }>): Form {
  const message = {
    nothing: 'There are no slots to move. Select another day, teacher, or room.',
    same: 'Enter another day, another time, or both.',
    'under way': 'Another move of this event is still running. Wait until it’s done.',
  }[reason];
  return { values: typedValues(body), errors: { [field]: message } };
}

async function showPreview(
  deps: Deps,
  res: Response,
  form: MoveForm,
  planned: Awaited<ReturnType<typeof checkMove>>['planned'],
): Promise<void> {
  const event = eventOf(res);
  const checked =
    form.kind === 'move'
      ? await checkMove(event, planned, form.elsewhere)
      : { planned, elsewhere: 0, appointments: await bookedIn(planned.map(({ slot }) => slot._id)) };
  const going = checked.planned.filter(({ to }) => to !== undefined);
  const staying = checked.planned.filter(({ to }) => to === undefined);
  const goes = new Set(going.map(({ slot }) => slot._id.toHexString()));
  const moving = checked.appointments.filter(({ slot }) => goes.has(slot.toHexString()));
  const told = await findTold(event, moving);
  const toDay = form.toDay || form.day;
  const times = going.flatMap(({ to }) => to?.from ?? []).sort((a, b) => +a - +b);
  const warnings = form.kind === 'move' ? await warnOfDays(event, [toDay], deps.now()) : [];
  const { kind, day, teacher, room, toTime, notice } = form;
  res.render('moves/preview', {
    ...slotsPage(event, 'Move a day'),
    kind,
    teachers: new Set(going.map(({ slot }) => slot.resource.toHexString())).size,
    slots: going.length,
    appointments: moving.length,
    staying: await rowsOf(
      event,
      staying.map(({ slot, why = 'changed' }) => ({
        slot: slot._id,
        resource: slot.resource,
        from: slot.from,
        why,
      })),
    ),
    from: fullDay(day, event),
    to: fullDay(toDay, event),
    first: times[0] ? timeOfDay(times[0], event) : '',
    isSameDay: toDay === day,
    sunday: warnings.some(({ code }) => code === 'sunday'),
    past: warnings.some(({ code }) => code === 'past'),
    isNewDay: warnings.some(({ code }) => code === 'outside'),
    told,
    hasMail: deps.config.smtpUrl !== undefined,
    minutes: WAIT_MS / 60_000,
    elsewhere: checked.elsewhere,
    asksElsewhere: checked.elsewhere > 0 && !form.elsewhere,
    notice,
    fields: {
      ...{ kind, day, teacher: teacher?.toHexString() ?? '', room, toDay: form.toDay, toTime, notice },
      ...(form.elsewhere ? { elsewhere: '1' } : {}),
      key: new Types.ObjectId().toHexString(),
    },
  });
}

function bookedIn(slots: Types.ObjectId[]) {
  return Appointment.find(
    { slot: { $in: slots }, state: { $in: LIVING_STATES } },
    { slot: 1, household: 1, students: 1 },
  ).lean();
}

const SHOWN_ROWS = 200;

async function rowsOf(
  event: PlacedEvent,
  stays: { slot: Types.ObjectId; resource: Types.ObjectId; from: Date; why: StayCode }[],
) {
  const shown = stays.slice(0, SHOWN_ROWS);
  const names = await namesOf(
    event,
    shown.map(({ resource }) => resource),
  );
  return {
    count: stays.length,
    rows: shown.map(({ slot, resource, from, why }) => ({
      href: `/events/${event._id.toHexString()}/day-sheet/${slot.toHexString()}`,
      name: names.get(resource.toHexString()) ?? '',
      when: shortDayAndTime(from, event),
      why: SAY_STAY[why],
    })),
  };
}

async function showMove(deps: Deps, res: Response, move: SlotMove): Promise<void> {
  const event = eventOf(res);
  const [counts, stays] = await Promise.all([countItems(move._id), findStays(move._id)]);
  const { day, toDay = day, tellAt } = move;
  const isWorking = WORKING_STATES.includes(move.state);
  res.render('moves/move', {
    ...slotsPage(event, 'Move a day'),
    move,
    path: movePath(event, move._id),
    heading: titleOf(move, event),
    counts,
    stays: await rowsOf(event, stays),
    from: fullDay(day, event),
    to: fullDay(toDay, event),
    tellAt: tellAt ? timeOfDay(tellAt, event) : '',
    mayUndo: move.state === 'waiting' && tellAt !== undefined && tellAt > deps.now(),
    hasMail: deps.config.smtpUrl !== undefined,
    isWorking,
    stages: stagesOf(move, counts),
    sheet: `/events/${event._id.toHexString()}/day-sheet?day=${toDay}`,
  });
}

function stagesOf(move: SlotMove, counts: ItemCounts) {
  const words: Partial<Record<SlotMove['state'], string>> = {
    running: move.kind === 'move' ? 'Moving slots' : 'Closing slots',
    undoing: 'Undoing',
    telling: move.kind === 'move' ? 'Telling families' : 'Canceling appointments',
  };
  const of =
    move.state === 'undoing'
      ? counts.undone
      : move.state === 'telling'
        ? counts.told
        : move.total - counts.todo;
  const total = move.state === 'running' ? move.total : counts.done + counts.undone + counts.told;
  const state = WORKING_STATES.includes(move.state) ? ('running' as const) : ('done' as const);
  const label = words[move.state] ?? 'Done';
  return [{ key: 'work', label, done: state === 'done' ? total : of, total, state }];
}
