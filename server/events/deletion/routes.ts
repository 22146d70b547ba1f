import type { Response, Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { countOf } from '../../web/format-count.js';
import { eventGuard, eventOf } from '../../web/guards.js';
import { FRESH_FORM, parseForm, type Form } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { eventPage, pathOf } from '../show-event.js';
import { countContents, findUntold, isSyncing, type Contents } from './count-contents.js';
import { deletionSchema } from './schema.js';
import { startDeletion } from './start-deletion.js';

/** Deleting an event with everything in it: the page asks for its name, and offers its reports first. */
export function deletionPages(router: Router, deps: Deps): void {
  const path = '/:event/deletion';
  const guard = eventGuard('event administrator', { archived: true });

  router.get(path, guard, (_req, res) => showDeletion(deps, res, FRESH_FORM));

  router.post(path, guard, async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(deletionSchema(event.name), req.body);
    if (!parsed.ok) return showDeletion(deps, res.status(422), parsed);
    const deletion = await startDeletion(deps, actorOf(res), event);
    if (!deletion.ok) return showDeletion(deps, res.status(409), FRESH_FORM);
    say(req, { kind: 'ok', text: `${event.name} is deleted.` });
    res.redirect(303, '/events');
  });
}

async function showDeletion(deps: Deps, res: Response, form: Form): Promise<void> {
  const event = eventOf(res);
  const [contents, syncing, untold] = await Promise.all([
    countContents(event, deps.now()),
    isSyncing(event._id),
    findUntold(event._id),
  ]);
  const reports = `/reports/${event._id.toHexString()}`;
  res.render('events/deletion', {
    ...eventPage(event, 'settings'),
    form,
    syncing,
    untold: untold ? `${pathOf(event)}/slots/moves/${untold.toHexString()}` : '',
    effects: effectsOf(contents),
    exports: [
      { label: 'Schedule by teacher', href: `${reports}/schedule.csv` },
      { label: 'Appointments', href: `${reports}/appointments.csv` },
      { label: 'Families without an appointment', href: `${reports}/families.csv` },
    ],
    back: `${pathOf(event)}/settings`,
  });
}

/** What is deleted with the event, as numbers of each kind. */
function effectsOf(contents: Contents): string[] {
  const { appointments, ahead, slots, classes, teachers, mails, runs, accesses } = contents;
  return [
    `${countOf(appointments, 'appointment is', 'appointments are')} deleted, with notes and answers.`,
    ahead > 0 &&
      `${countOf(ahead, 'of them is', 'of them are')} still to come. Families aren’t told. To tell them, cancel these appointments first.`,
    `${countOf(slots, 'slot', 'slots')}, ${countOf(classes, 'class', 'classes')}, and the schedules of ${countOf(teachers, 'teacher', 'teachers')} are deleted.`,
    `${countOf(mails, 'email', 'emails')} in its Messages and ${countOf(runs, 'sync record', 'sync records')} are deleted. Emails that are waiting to go out are still sent.`,
    accesses > 0 &&
      `${countOf(accesses, 'staff account loses', 'staff accounts lose')} access to this event.`,
  ].filter((effect) => effect !== false);
}
