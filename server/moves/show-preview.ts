import type { Response } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { slotsPage } from '../slots/show-frame.js';
import { rowsOfLeft } from '../slots/show-left.js';
import { warnOfDays } from '../slots/warn-days.js';
import { fullDay, timeOfDay } from '../web/format-time.js';
import { eventOf } from '../web/guards.js';
import { countWishing } from '../draw/tell-moved.js';
import { countAway } from './count-away.js';
import type { CheckedMove } from './check-move.js';
import { WAIT_MS } from './policy.js';
import { findTold } from './queries.js';
import { SAY_STAY } from './say-stay.js';
import type { MoveForm } from './schema.js';

/** What a move would do; writes nothing. */
export async function showPreview(
  deps: Deps,
  res: Response,
  form: MoveForm,
  checked: CheckedMove,
): Promise<void> {
  const event = eventOf(res);
  const going = checked.planned.filter(({ to }) => to !== undefined);
  const staying = checked.planned.flatMap(({ slot, to, why = 'changed' as const }) =>
    to ? [] : [{ slot, why }],
  );
  const goes = new Set(going.map(({ slot }) => slot._id.toHexString()));
  const moving = checked.appointments.filter(({ slot }) => goes.has(slot.toHexString()));
  const told = await findTold(event, moving, form.kind);
  const toDay = form.toDay || form.day;
  const times = going.flatMap(({ to }) => to?.from ?? []).sort((a, b) => +a - +b);
  const warnings = form.kind === 'move' ? await warnOfDays(event, [toDay], deps.now()) : [];
  const { kind, day, teacher, room, toTime, notice } = form;
  res.render('moves/preview', {
    ...slotsPage(event, 'Move or cancel a day'),
    kind,
    teachers: new Set(going.map(({ slot }) => slot.resource.toHexString())).size,
    slots: going.length,
    appointments: moving.length,
    staying: await rowsOfLeft(event, staying, SAY_STAY),
    from: fullDay(day, event),
    to: fullDay(toDay, event),
    first: times[0] ? timeOfDay(times[0], event) : '',
    isSameDay: toDay === day,
    sunday: warnings.some(({ code }) => code === 'sunday'),
    past: warnings.some(({ code }) => code === 'past'),
    isNewDay: warnings.some(({ code }) => code === 'outside'),
    away: form.kind === 'move' && event.interpreting ? await countAway(event, moving, going) : 0,
    told,
    wishing: await countWishing(
      event,
      going.map(({ slot }) => slot),
      new Date(deps.now().getTime() + WAIT_MS),
    ),
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
