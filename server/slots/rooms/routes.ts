import express, { type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { countOf } from '../../web/format-count.js';
import { eventGuard, eventOf } from '../../web/guards.js';
import { FRESH_FORM, parseForm, typedValues, type Form } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { loadActive } from '../load-teachers.js';
import { slotsPage, slotsPath } from '../show-frame.js';
import { saveRooms } from './save-rooms.js';
import { roomsForm } from './schema.js';

/** All rooms of an event in one column, to type or to paste. */
export function roomRoutes(deps: Deps): Router {
  const router = express.Router();
  router.use('/:event/slots', eventGuard('event administrator'));

  router.get('/:event/slots/rooms', async (_req, res) => {
    await showRooms(res, FRESH_FORM);
  });

  router.post('/:event/slots/rooms', async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(roomsForm, req.body);
    if (!parsed.ok) return showRooms(res.status(422), parsed);
    const { teacher, room, was } = parsed.value;
    if (room.length !== teacher.length || was.length !== teacher.length) {
      const errors = { _form: 'This page didn’t arrive completely, and nothing is saved. Try again.' };
      return showRooms(res.status(422), { values: typedValues(req.body), errors });
    }
    const teachers = await loadActive(event);
    const done = await saveRooms(actorOf(res), event, parsed.value, teachers, deps.now());
    const text = `Saved ${countOf(done.saved, 'room', 'rooms')}.`;
    if (done.left.length === 0 && done.changed.length === 0) {
      say(req, { kind: 'ok', text });
      res.redirect(303, `${slotsPath(event)}/rooms`);
      return;
    }
    res.locals.flash = { kind: 'notice', text };
    const errors = {
      ...(done.left.length > 0 ? { list: sayLeft(done.left) } : {}),
      ...Object.fromEntries(
        done.changed.map(({ teacher: one }) => [
          `room-${one._id.toHexString()}`,
          `Somebody else set the room of ${one.name} while you had this page open. Yours is still typed: save again to use it.`,
        ]),
      ),
    };
    const wanted = new Map(done.changed.map(({ teacher: one, wanted: to }) => [one._id.toHexString(), to]));
    await showRooms(res.status(422), { values: { list: done.left.join('\n') }, errors }, wanted);
  });

  return router;
}

/** @param wanted rooms that were typed and not saved, by teacher */
async function showRooms(res: Response, form: Form, wanted = typedIn(form)): Promise<void> {
  const event = eventOf(res);
  const teachers = await loadActive(event);
  res.render('slots/rooms', {
    ...slotsPage(event, 'Rooms'),
    teachers: teachers.map(({ _id, name, room }) => {
      const id = _id.toHexString();
      return { id, name, was: room, room: wanted.get(id) ?? room };
    }),
    form: { ...form, values: { list: form.values.list } },
  });
}

function typedIn({ values }: Form): Map<string, string> {
  const ids = [values.teacher ?? []].flat().map(String);
  const rooms = [values.room ?? []].flat().map(String);
  return new Map(ids.length === rooms.length ? ids.map((id, index) => [id, rooms[index] ?? '']) : []);
}

const NAMED = 5;

function sayLeft(lines: string[]): string {
  const named = lines.slice(0, NAMED).map((line) => `“${line.replace(/\t/g, ' ').slice(0, 60)}”`);
  const more = lines.length > NAMED ? ` and ${countOf(lines.length - NAMED, 'more line', 'more lines')}` : '';
  return `These lines aren’t saved: ${named.join(', ')}${more}. Each line needs one teacher of this event, and a room of 60 characters at most. Correct them.`;
}
