import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { Resource } from '../../models/resource.js';
import { roomFact } from '../../reports/definitions/columns.js';
import { listAppointments } from '../../reports/list-appointments.js';
import { pageSchema } from '../../reports/schema.js';
import { actorOf } from '../../web/actor.js';
import { notFound } from '../../web/errors.js';
import { eventFrame } from '../../web/event-tabs.js';
import { countOf } from '../../web/format-count.js';
import { shortDayAndSpan } from '../../web/format-time.js';
import { eventGuard, eventOf } from '../../web/guards.js';
import { addressOf, pagerOf } from '../../web/paging.js';
import { FRESH_FORM, parseForm, parseId, parseQuery, type Form } from '../../web/parse.js';
import { say, type Flash } from '../../web/session.js';
import { sightOf } from '../../web/sight.js';
import { markAttendance, undoMarks, type MarkChange, type Marked } from './mark-attendance.js';
import { MARKS_A_PAGE, marksForm, type MarksForm } from './schema.js';

/** A teacher's appointments, on which the school marks who came. Teachers mark their own. */
export function attendanceRoutes(deps: Deps): Router {
  const router = express.Router();
  router.use('/:event/attendance', eventGuard('appointment maker'));

  router.get('/:event/attendance/:resource', async (req, res) => {
    await showMarks(res, await resourceOf(req, res), parseQuery(pageSchema, req.query).page, FRESH_FORM);
  });

  router.post('/:event/attendance/:resource', async (req, res) => {
    const resource = await resourceOf(req, res);
    const { page } = parseQuery(pageSchema, req.query);
    const parsed = parseForm(marksForm, req.body);
    if (!parsed.ok) return showMarks(res.status(422), resource, page, parsed);
    const done = await markAttendance(deps, actorOf(res), resource, changesOf(parsed.value));
    say(req, tell(done, done.entry && `${homeOf(res, resource)}/undo/${done.entry.toHexString()}`));
    res.redirect(303, addressOf(homeOf(res, resource), { page: page > 1 ? page : '' }));
  });

  router.post('/:event/attendance/:resource/undo/:entry', async (req, res) => {
    const resource = await resourceOf(req, res);
    const done = await undoMarks(deps, actorOf(res), resource, parseId(req.params.entry));
    if (!done) throw notFound();
    say(req, {
      kind: done.marked > 0 ? 'ok' : 'notice',
      text: `Undone for ${countOf(done.marked, 'appointment', 'appointments')}.${staleWords(done)}`,
    });
    res.redirect(303, homeOf(res, resource));
  });
  return router;
}

async function showMarks(res: Response, resource: Resource, page: number, form: Form): Promise<void> {
  const event = eventOf(res);
  const { rows, counts } = await listAppointments(
    Object.assign({ sight: { resource: { $in: [resource._id] } } }, event),
    { state: '', q: '', day: '' },
    { page, size: MARKS_A_PAGE },
  );
  res.render('appointments/attendance', {
    ...eventFrame(event, 'reports', `Who came to ${resource.name}`),
    resource,
    facts: roomFact(resource.room),
    rows: rows.map((row) => ({ ...row, when: shortDayAndSpan(row.from, row.to, event) })),
    form,
    action: addressOf(homeOf(res, resource), { page: page > 1 ? page : '' }),
    back: `/reports/${event._id.toHexString()}/schedule`,
    isArchived: event.status === 'archived',
    pager: pagerOf(counts[''], page, MARKS_A_PAGE, ['appointment', 'appointments'], (to) =>
      addressOf(homeOf(res, resource), { page: to }),
    ),
  });
}

/**
 * The teacher in the address, if the actor sees them.
 * @throws 404
 */
async function resourceOf(req: Request, res: Response): Promise<Resource> {
  const { _id: event, account } = eventOf(res);
  const id = parseId(req.params.resource);
  const { resource: seen } = sightOf(res);
  const isSeen = !seen || seen.$in.some((one) => one.equals(id));
  const found = isSeen ? await Resource.findOne({ _id: id, account, event }).lean() : null;
  if (!found) throw notFound();
  return found;
}

const homeOf = (res: Response, { _id }: Resource): string =>
  `/events/${eventOf(res)._id.toHexString()}/attendance/${_id.toHexString()}`;

/** The marks that the form changes, compared with its page. */
function changesOf(form: MarksForm): MarkChange[] {
  return Object.entries(form).flatMap(([field, from]) => {
    if (!field.startsWith('was-')) return [];
    const id = field.slice('was-'.length);
    return [{ id, from, to: form[`mark-${id}`] || form.rest }];
  });
}

function tell(done: Marked, undo: string | undefined): Flash {
  if (done.marked === 0 && done.stale === 0) return { kind: 'notice', text: 'You didn’t change anything.' };
  return {
    kind: done.stale > 0 ? 'notice' : 'ok',
    text: `Marked ${countOf(done.marked, 'appointment', 'appointments')}.${staleWords(done)}`,
    ...(undo ? { undo: { action: undo, label: 'Undo' } } : {}),
  };
}

function staleWords({ stale }: Marked): string {
  if (stale === 0) return '';
  const many = countOf(stale, 'appointment is', 'appointments are');
  return ` ${many} left alone, because somebody else changed ${stale === 1 ? 'it' : 'them'} in the meantime.`;
}
