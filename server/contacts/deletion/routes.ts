import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { contentHash } from '../../models/content-hash.js';
import { isOver } from '../../runs/show/show-run.js';
import { actorOf } from '../../web/actor.js';
import { notFound } from '../../web/errors.js';
import { dayAndTime } from '../../web/format-time.js';
import { FRESH_FORM, parseForm, parseId, statusOf, typedValues, type Form } from '../../web/parse.js';
import { sendProgress } from '../../web/progress.js';
import { HOME, pageOf } from '../show-frame.js';
import { countDeletion, findDeletion, recentDeletions, type DeletionNumbers } from './queries.js';
import { deletionSchema, type DeletionForm } from './schema.js';
import { deletionStages, levelChoices, levelLabel, REFUSED_WORDS, sayDeletion } from './show-deletion.js';
import { startDeletion } from './start-deletion.js';

/** Contacts → Advanced Options, with *Delete All Contacts*. Part of the contacts' routes, behind the administrator's guard. */
export function addDeletionPages(router: Router, deps: Deps): void {
  router.get('/advanced', async (_req, res) => {
    const actor = actorOf(res);
    const recent = await recentDeletions(actor.account);
    res.render('contacts/advanced', {
      ...pageOf('Advanced Options'),
      recent: recent.map((deletion) => ({
        href: `${HOME}/deletions/${deletion._id.toHexString()}`,
        when: dayAndTime(deletion.createdAt, actor),
        level: levelLabel(deletion.level ?? ''),
        says: sayDeletion(deletion, actor),
      })),
    });
  });

  router.use('/deletions', deletionRoutes(deps));
}

function deletionRoutes(deps: Deps): Router {
  const router = express.Router();
  router.get('/', (_req, res) => askDeletion(deps, res));

  router.post('/', async (req, res) => {
    const { account, user } = actorOf(res);
    const numbers = await countDeletion(account, user, deps.now());
    const parsed = parseForm(deletionSchema, req.body);
    const errors = parsed.ok ? findFaults(parsed.value, numbers, res) : parsed.errors;
    if (!parsed.ok || Object.keys(errors).length > 0)
      return askDeletion(deps, res, { values: typedValues(req.body), errors });
    const { level, appointments } = parsed.value;
    const planned = numbers.levels[level];
    const started = await startDeletion(deps, { account, by: user, level, appointments, planned });
    if (!started.ok) {
      const form = { values: typedValues(req.body), errors: { _form: REFUSED_WORDS[started.reason] } };
      return askDeletion(deps, res, form);
    }
    await deps.queue.add('delete-contacts', started.id.toHexString());
    res.redirect(303, `${HOME}/deletions/${started.id.toHexString()}`);
  });

  router.get('/:deletion', async (req, res) => {
    const actor = actorOf(res);
    const deletion = await found(req, res);
    res.render('contacts/deleting', {
      ...pageOf('Delete All Contacts'),
      deletion,
      over: isOver(deletion),
      says: sayDeletion(deletion, actor),
      level: levelLabel(deletion.level ?? ''),
      since: dayAndTime(deletion.createdAt, actor),
      stages: deletionStages(deletion, deps.now()),
    });
  });

  router.get('/:deletion/progress', async (req, res) => {
    await found(req, res);
    await sendProgress(res, async () => {
      const deletion = await found(req, res);
      return { data: { stages: deletionStages(deletion, deps.now()) }, done: isOver(deletion) };
    });
  });
  return router;
}

async function found(req: Request, res: Response) {
  const deletion = await findDeletion(actorOf(res).account, parseId(req.params.deletion));
  if (!deletion?.level) throw notFound();
  return deletion;
}

/** Why a valid form cannot be carried out, by field. */
function findFaults(form: DeletionForm, numbers: DeletionNumbers, res: Response): Record<string, string> {
  const { accountName } = actorOf(res);
  if (form.shown !== undefined && form.shown !== fingerprint(numbers))
    return {
      _form:
        'The numbers changed while you had this page open, and nothing is deleted yet. Check them and delete again.',
    };
  const errors: Record<string, string> = {};
  if (numbers.events.length > 0 && !form.appointments)
    errors.appointments = 'Delete the events first, or select that their appointments are deleted too.';
  if (plain(form.typed) !== plain(accountName)) errors.typed = `Type ${accountName} to confirm.`;
  return errors;
}

function plain(text: string): string {
  return text.normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase();
}

/** What the page shows of the deletion's extent, for its hidden field. */
function fingerprint(numbers: DeletionNumbers): string {
  return contentHash(numbers);
}

async function askDeletion(deps: Deps, res: Response, form: Form = FRESH_FORM): Promise<void> {
  const actor = actorOf(res);
  const numbers = await countDeletion(actor.account, actor.user, deps.now());
  res.status(statusOf(form)).render('contacts/deletion', {
    ...pageOf('Delete All Contacts'),
    numbers,
    levels: levelChoices(numbers, actor),
    shown: fingerprint(numbers),
    // The confirmation must be typed again.
    form: { ...form, values: { ...form.values, typed: '' } },
  });
}
