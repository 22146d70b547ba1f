import express, { type Response, type Router } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment } from '../models/appointment.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { shortDayAndSpan } from '../web/format-time.js';
import { parseForm } from '../web/parse.js';
import { refuseHere } from '../web/session.js';
import { namesOf, planMoves, type Unfit } from './plan-moves.js';
import { sayRefusal } from './say-refusal.js';
import { manyForm, selectionForm } from './schema.js';
import { moveAppointment } from './serve-move.js';
import { deskFrame, deskPath, seenIn } from './show-frame.js';
import type { SeenEvent } from './find-meeting.js';
import { Slot } from '../models/slot.js';

/** Moves several appointments of the problem list to fitting times: a preview that writes nothing, then the moves one by one. */
export function moveManyPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.post('/:event/desk/moves/preview', async (req, res) => {
    const event = seenIn(res);
    const parsed = parseForm(selectionForm, req.body);
    if (!parsed.ok) {
      refuseHere(res, parsed);
      return showPlan(deps, res, event, []);
    }
    await showPlan(deps, res, event, parsed.value.ids);
  });

  router.post('/:event/desk/moves', async (req, res) => {
    const event = seenIn(res);
    const parsed = parseForm(manyForm, req.body);
    if (!parsed.ok) {
      refuseHere(res, parsed);
      return showPlan(deps, res, event, []);
    }
    await moveAll(deps, res, event, parsed.value);
  });
  return router;
}

const WHY: Record<Unfit, string> = {
  'no teacher': 'The child has no other teacher in this event left to book.',
  'none of its kind': 'This event has nobody else of the same kind left to book for this child.',
  'several teachers': 'Several teachers could take this appointment. Select “Choose a time” and pick one.',
  'no free time': 'The teacher has no free time left.',
  'family busy': 'The family has other appointments at all free times of the teacher.',
  gone: 'It’s canceled or was moved by somebody else.',
};

async function showPlan(deps: Deps, res: Response, event: SeenEvent, ids: Types.ObjectId[]): Promise<void> {
  const planned = await planMoves(event, ids, actorOf(res).user, deps.now());
  // Other people's ids count as gone.
  if (ids.length > 0 && planned.length === 0) res.status(409);
  const names = await namesOf(
    event,
    planned.map(({ appointment }) => appointment),
  );
  const rows = planned.map(({ appointment, to, why }) => {
    const meeting = names.get(String(appointment._id));
    return {
      id: String(appointment._id),
      href: `${deskPath(event)}/appointments/${String(appointment._id)}/move`,
      child: meeting?.children ?? '',
      teacher: meeting?.teacher ?? '',
      from: shortDayAndSpan(appointment.from, appointment.to, event),
      to: to && {
        move: `${String(appointment._id)}-${String(to.slot._id)}`,
        when: `${to.day}, ${to.time}`,
        teacher: to.teacher,
      },
      why: why ? WHY[why] : '',
    };
  });
  res.render('desk/moves', {
    ...deskFrame(event, 'Move appointments'),
    rows: rows.filter(({ to }) => to),
    staying: rows.filter(({ to }) => !to),
    gone: ids.length - planned.length,
    goneWhy: WHY.gone,
    problems: problemsPath(event),
    hasMail: deps.config.smtpUrl !== undefined,
    key: new Types.ObjectId().toHexString(),
  });
}

/** Moves them one after another, each by itself. One that was moved before gets the same answer, so the form may be sent again. */
async function moveAll(
  deps: Deps,
  res: Response,
  event: SeenEvent,
  { moves, key }: { moves: string[]; key: string },
): Promise<void> {
  const actor = actorOf(res);
  const pairs = moves.map((move) => move.split('-').map((id) => new Types.ObjectId(id)));
  const scope = { account: event.account, event: event._id, ...event.sight };
  const [olds, slots] = await Promise.all([
    Appointment.find({ ...scope, _id: { $in: pairs.flatMap(([id]) => id ?? []) } }).lean(),
    Slot.find({ ...scope, _id: { $in: pairs.flatMap(([, slot]) => slot ?? []) } }, { _id: 1 }).lean(),
  ]);
  if (olds.length === 0) throw notFound();
  const names = await namesOf(event, olds);
  const moved: { child: string; teacher: string; when: string; href: string }[] = [];
  const stayed: { child: string; from: string; why: string; href: string }[] = [];
  for (const [id, slot] of pairs) {
    const old = olds.find((one) => id?.equals(one._id));
    if (!old || !slot || !slots.some((one) => one._id.equals(slot))) continue;
    const meeting = names.get(String(old._id));
    const done = await moveAppointment(deps, event, old, { slot, key, user: actor.user });
    const href = (to: Types.ObjectId) => `${deskPath(event)}/appointments/${String(to)}`;
    const { children: child = '', teacher = '' } = meeting ?? {};
    if (done.ok) {
      const { _id, from, to } = done.appointment;
      const now = (await namesOf(event, [done.appointment])).get(String(_id));
      moved.push({
        child,
        teacher: now?.teacher ?? '',
        when: shortDayAndSpan(from, to, event),
        href: href(_id),
      });
    } else
      stayed.push({
        child,
        from: shortDayAndSpan(old.from, old.to, event),
        why: sayRefusal(done.reason, { child, teacher, family: '' }),
        href: href(old._id),
      });
  }
  res.render('desk/moved', {
    ...deskFrame(event, 'Move appointments'),
    moved,
    stayed,
    problems: problemsPath(event),
    hasMail: deps.config.smtpUrl !== undefined,
  });
}

function problemsPath(event: SeenEvent): string {
  return `/events/${String(event._id)}/problems`;
}
