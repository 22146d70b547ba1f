import type { Response } from 'express';
import { TOO_MANY_DAYS } from '../slots/add-day.js';
import { loadTeachers, schoolsOf } from '../slots/load-teachers.js';
import { tellApart } from '../slots/tell-apart.js';
import { slotsPage } from '../slots/show-frame.js';
import { fullDay } from '../web/format-time.js';
import { eventOf } from '../web/guards.js';
import { typedValues, type Form } from '../web/parse.js';
import { listRooms } from './find-rooms.js';
import { NOTICE_MAX } from './policy.js';
import { recentMoves } from './queries.js';
import { movePath, titleOf } from './show-move.js';
import type { Started } from './start-move.js';

/** The form for choosing what moves, and the most recent moves. */
export async function showForm(res: Response, form: Form): Promise<void> {
  const event = eventOf(res);
  const [teachers, rooms, recent] = await Promise.all([
    loadTeachers(event),
    listRooms(event),
    recentMoves(event),
  ]);
  const apart = tellApart(teachers, await schoolsOf(event, teachers));
  res.render('moves/new', {
    ...slotsPage(event, 'Move or cancel a day'),
    days: event.days.map((day) => ({ value: day, label: fullDay(day, event) })),
    teachers: teachers.map(({ _id, name }) => {
      const value = _id.toHexString();
      return { value, label: [name, apart.get(value)].filter(Boolean).join(', ') };
    }),
    rooms: rooms.map((room) => ({ value: room, label: room })),
    recent: recent.map((move) => ({
      href: movePath(event, move._id),
      title: titleOf(move, event),
      state: move.state,
    })),
    noticeMax: NOTICE_MAX,
    form,
  });
}

/** Why nothing can be moved this way, at the field that causes it. */
export function refused(body: unknown, { field, reason }: Extract<Started, { ok: false }>): Form {
  const message = {
    nothing: 'There are no slots to move. Select another day, teacher, or room.',
    same: 'Enter another day, another time, or both.',
    'too many days': TOO_MANY_DAYS,
    'under way': 'Another move of this event is still running. Wait until it’s done.',
  }[reason];
  return { values: typedValues(body), errors: { [field]: message } };
}
