import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf, mayRunAll } from '../../web/actor.js';
import { FRESH_FORM, parseForm, type Form } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { pathOfRun, type FoundRun } from '../../runs/show/queries.js';
import { undoRun } from '../run/undo-run.js';
import { planUndo } from './queries.js';
import { undoSchema } from './schema.js';

/** Taking back the last run of an event. @param find the run of a request, or 404 */
export function addUndoPages(
  router: Router,
  deps: Deps,
  find: (req: Request, res: Response) => Promise<FoundRun>,
): void {
  router.get('/:run/undo', async (req, res) => {
    await showUndo(req, res, await find(req, res), FRESH_FORM);
  });

  router.post('/:run/undo', async (req, res) => {
    const found = await find(req, res);
    const parsed = parseForm(undoSchema, req.body);
    if (!parsed.ok) {
      await showUndo(req, res, found, parsed);
      return;
    }
    const { reason, whole, stop } = parsed.value;
    const actor = actorOf(res);
    const undone = await undoRun(deps, found.run, {
      by: actor.user,
      reason,
      whole: whole && mayRunAll(actor),
      stopNightly: stop,
    });
    if (undone.ok) res.redirect(303, pathOfRun(undone.run));
    else refuse(req, res, found, undone.reason);
  });
}

async function showUndo(req: Request, res: Response, found: FoundRun, form: Form): Promise<void> {
  const plan = await planUndo(found, mayRunAll(actorOf(res)));
  if (!plan) {
    refuse(req, res, found);
    return;
  }
  const failed = Object.keys(form.errors).length > 0;
  res.status(failed ? 422 : 200).render('review/undo', {
    section: 'importer',
    title: `Undo: ${found.title}`,
    place: found,
    plan,
    form,
    // A checkbox that is not selected is not sent, so a form that is shown again names what was selected.
    ticked: failed ? form.values : { whole: 'yes', stop: 'yes' },
  });
}

type Reason = Extract<Awaited<ReturnType<typeof undoRun>>, { ok: false }>['reason'];

const REFUSED: Record<Reason, string> = {
  'not the last': 'This run can no longer be undone: it already was, or a later run changed something.',
  'event gone': 'This run can’t be undone: its event has been deleted.',
};

function refuse(req: Request, res: Response, { home }: FoundRun, reason: Reason = 'not the last'): void {
  const text = REFUSED[reason];
  say(req, { kind: 'notice', text });
  res.redirect(303, home);
}
