import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { countOf } from '../../web/format-count.js';
import { parseForm, type Form } from '../../web/parse.js';
import type { Flash } from '../../web/session.js';
import { checkApproval } from './check-approval.js';
import { disableClever, enableClever } from './enable-clever.js';
import { countSynced, isEnabled } from './queries.js';
import { postAccess, postDistrict, sayApproval } from './post-access.js';
import { saveKinds, saveKindsBeside } from './save-kinds.js';
import { saveTyped } from './save-typed.js';
import { schoolRoutes } from './school-routes.js';
import { disableSchema } from './schema.js';
import { carriedBy, DRAFT, draftOf, goOn, HOME, KINDS, refusal, show } from './show-page.js';

/** Global Setup → Clever: the steps that connect an account, all one form. Mounted behind the administrator's guard. */
export function connectionRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/', (req, res) => show(deps, req, res));
  router.post('/draft', (req, res) => show(deps, req, res, { values: draftOf(req), errors: {} }));
  router.post('/typed', (req, res) => saveTyped(deps, req, res));
  router.post('/district', (req, res) => postDistrict(deps, req, res));
  router.post('/access', (req, res) => postAccess(deps, req, res, req.body));

  router.post('/check', async (req, res) => {
    const flash = sayApproval(await checkApproval(deps, actorOf(res).account), 'Slotbell asked Clever.');
    await goOn(deps, req, res, flash, { at: '#approval', done: [] });
  });

  router.use('/schools', schoolRoutes(deps));

  router.post('/kinds', async (req, res) => {
    const fault = await saveKinds(deps, req, res);
    if (fault) return show(deps, req, res, fault);
    const flash: Flash = { kind: 'ok', text: 'Saved. The next sync imports what is selected.' };
    await goOn(deps, req, res, flash, { at: '#kinds', done: KINDS });
  });

  router.post('/enable', async (req, res) => {
    const fault = await saveKindsBeside(deps, req, res);
    if (fault) return show(deps, req, res, fault);
    const enabled = await enableClever(deps, actorOf(res));
    if (!enabled.ok && enabled.reason === 'files') {
      confirmInsteadOfFiles(req, res);
      return;
    }
    if (!enabled.ok) {
      const why = `Clever can’t be enabled yet. ${enabled.reasons.join(' ')}`;
      return show(deps, req, res, withoutKinds(refusal(req, '_form', why)));
    }
    const text = 'Clever is enabled. Next: import an event’s classes with the Importer.';
    await goOn(deps, req, res, { kind: 'ok', text }, { at: '#enable', done: KINDS });
  });

  router.post('/disable', async (req, res) => {
    const fault = await saveKindsBeside(deps, req, res);
    if (fault) return show(deps, req, res, fault);
    const actor = actorOf(res);
    const parsed = parseForm(disableSchema, req.body);
    const isSure = parsed.ok && parsed.value.sure;
    if (!isSure && (await isEnabled(actor.account))) {
      confirmDisable(req, res, await countSynced(actor.account));
      return;
    }
    await disableClever(deps, actor);
    const text = 'Clever is disabled. What was imported stays as it is.';
    await goOn(deps, req, res, { kind: 'ok', text }, { at: '#enable', done: KINDS });
  });

  return router;
}

/** The kinds are saved already. */
function withoutKinds({ values, ...form }: Form): Form {
  return { ...form, values: { ...values, kinds: undefined, seen: undefined } };
}

/** @param synced how many events Clever keeps in sync */
function confirmDisable(req: Request, res: Response, synced: number): void {
  const carried = Object.entries(carriedBy(req)).filter(([name]) => !KINDS.includes(name));
  res.render('clever/confirm', {
    title: 'Disable Clever?',
    section: 'global-setup',
    confirm: {
      title: 'Disable Clever?',
      effects: [
        'Nothing is imported from Clever until you enable it again.',
        ...(synced > 0
          ? [
              `The nightly sync of ${countOf(synced, 'event', 'events')} pauses. New students and changed classes don’t arrive.`,
            ]
          : []),
      ],
      notes: ['Everything that was imported stays, and so do slots and appointments.'],
      action: `${HOME}/disable`,
      fields: { ...Object.fromEntries(carried), sure: 'yes' },
      submit: 'Disable Clever',
      danger: true,
      back: DRAFT,
      keep: 'Keep it enabled',
    },
  });
}

/** Clever and roster files are never on at once: Begin or Cancel. `uploads/switch-source.ts` makes the change. */
function confirmInsteadOfFiles(req: Request, res: Response): void {
  res.render('clever/confirm', {
    title: 'Clever instead of roster files?',
    section: 'global-setup',
    confirm: {
      title: 'Clever instead of roster files?',
      lead: 'Clever and roster files can’t both be on.',
      effects: [
        'Roster files are turned off, and Clever is enabled.',
        'The record IDs from the files are cleared. Terms and sections from the files are archived.',
        'The first import from Clever matches people again by their numbers and email addresses.',
      ],
      notes: ['Nobody is deleted. Classes, slots, and appointments stay as they are.'],
      action: '/global-setup/roster-files/begin-clever',
      fields: carriedBy(req),
      submit: 'Begin',
      danger: true,
      back: DRAFT,
    },
  });
}
