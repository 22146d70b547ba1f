import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import { listAdults } from '../desk/list-adults.js';
import { loadChild } from '../desk/load-child.js';
import { sayTold } from '../desk/say-told.js';
import { seenIn } from '../desk/show-frame.js';
import { Interpreter } from '../models/interpreter.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { eventFrame } from '../web/event-tabs.js';
import { shortDayAndSpan } from '../web/format-time.js';
import { eventGuard, eventOf } from '../web/guards.js';
import { parseForm, parseId } from '../web/parse.js';
import { say } from '../web/session.js';
import { sightOf } from '../web/sight.js';
import { assignInterpreter, type Assigned } from './assign-interpreter.js';
import { listInterpreted, meetingsOfInterpreter } from './queries.js';
import { saveLanguage } from './save-language.js';
import { assignForm, familyForm } from './schema.js';

const REFUSALS: Record<Exclude<Extract<Assigned, { ok: false }>['reason'], 'unknown'>, string> = {
  gone: 'This appointment was canceled in the meantime.',
  'not free': 'This interpreter isn’t free then, or isn’t there. Select another one.',
  changed: 'Somebody else changed this appointment at the same time. Look at it again.',
};

/** An event's meetings that need an interpreter, where the office assigns them; and each interpreter's sheet. */
export function interpreterMeetings(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  router.use(eventGuard('appointment maker'));

  router.get('/', async (_req, res) => {
    const event = eventOf(res);
    const listed = await listInterpreted(event, deps.now(), sightOf(res));
    const { _id, account } = event;
    const people = await Interpreter.find({ event: _id, account }, { name: 1, email: 1, status: 1 })
      .sort({ sortKey: 1 })
      .lean();
    const nameOf = (id: unknown) => people.find((one) => String(one._id) === String(id))?.name ?? '';
    res.render('interpreters/meetings', {
      ...eventFrame(event, 'problems', 'Interpreters'),
      path: pathOf(res),
      meetings: listed.map(({ row, language, interpreter, isMisfit, choices }) => ({
        ...{ id: row.id, teacher: row.teacher, room: row.room, students: row.students, family: row.family },
        when: shortDayAndSpan(row.from, row.to, event),
        language,
        interpreter: interpreter ? String(interpreter) : '',
        name: interpreter ? nameOf(interpreter) : '',
        isMisfit,
        choices,
        mayDrop: interpreter !== undefined && (event.interpreting?.byHand !== false || !language),
      })),
      // Staff who see a part of the event print the sheets of the interpreters in that part.
      people: people
        .filter(({ _id: id, status }) =>
          sightOf(res).resource
            ? listed.some(({ interpreter }) => interpreter?.equals(id))
            : status === 'active',
        )
        .map(({ _id: id, name, email }) => ({ id: String(id), name, isUnreached: email === '' })),
    });
  });

  router.post('/', async (req, res) => {
    const parsed = parseForm(assignForm, req.body);
    // The page itself wrote every value that this form may have.
    if (!parsed.ok) throw notFound();
    const { user } = actorOf(res);
    const asked = { ...parsed.value, user, sight: sightOf(res) };
    const assigned = await assignInterpreter(deps, eventOf(res), asked);
    if (assigned.ok) {
      const told = assigned.news ? ` ${await sayTold(deps, eventOf(res), assigned.news)}` : '';
      say(req, { kind: 'ok', text: `Saved.${told}` });
    } else {
      const { reason } = assigned;
      if (reason === 'unknown') throw notFound();
      say(req, { kind: 'danger', text: REFUSALS[reason] });
    }
    res.redirect(303, pathOf(res));
  });

  router.post('/families', async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(familyForm, req.body);
    if (!parsed.ok) throw notFound();
    const { household, student, language } = parsed.value;
    const child = await loadChild(seenIn(res), student);
    const adults = child && (await listAdults(event.account, [child.contact])).get(String(student));
    // The page may name only the adults that the desk offers for the child.
    if (!adults?.some(({ key }) => key === `h${String(household)}`)) throw notFound();
    await saveLanguage(deps, event, { household, user: actorOf(res).user, language });
    say(req, { kind: 'ok', text: 'Saved.' });
    res.redirect(
      303,
      `/events/${String(event._id)}/desk/children/${String(student)}?adult=h${String(household)}`,
    );
  });

  router.get('/:interpreter', async (req, res) => {
    const event = eventOf(res);
    const { name } = await interpreterAt(req, res);
    const rows = await meetingsOfInterpreter(event, parseId(req.params.interpreter), sightOf(res));
    if (rows.length === 0 && sightOf(res).resource) throw notFound();
    res.render('interpreters/sheet', {
      ...eventFrame(event, 'problems', name),
      path: pathOf(res),
      name,
      rows: rows.map((row) => ({ ...row, when: shortDayAndSpan(row.from, row.to, event) })),
    });
  });
  return router;
}

const pathOf = (res: Response) => `/events/${String(eventOf(res)._id)}/interpreters`;

async function interpreterAt(req: Request, res: Response): Promise<Interpreter> {
  const { _id: event, account } = eventOf(res);
  const found = await Interpreter.findOne({ _id: parseId(req.params.interpreter), event, account }).lean();
  if (!found) throw notFound();
  return found;
}
