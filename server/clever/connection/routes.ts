import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { actorOf } from '../../web/actor.js';
import { changedMeanwhile } from '../../web/compare-seen.js';
import { parseForm, typedValues, type Form } from '../../web/parse.js';
import { say, type Flash } from '../../web/session.js';
import { checkApproval, type ApprovalCheck } from './check-approval.js';
import { chooseKinds } from './choose-kinds.js';
import { disableClever, enableClever } from './enable-clever.js';
import { parseDistrictId } from './parse-district-id.js';
import { saveAccess } from './save-access.js';
import { saveDistrict } from './save-district.js';
import { accessSchema, boxesOf, districtSchema, KINDS_FIELDS, kindsOf, kindsSchema } from './schema.js';
import { schoolRoutes } from './school-routes.js';
import { HOME, refusal, show } from './show-page.js';
import { sayFault } from '../explain-failure.js';

const DISTRICT_REFUSALS = {
  none: 'There’s no district ID in this. It has 24 characters: 0 to 9 and a to f. Paste the ID or the whole login link.',
  several: 'There’s more than one ID in this. Paste only the district ID.',
  enabled: 'Disable Clever first (step 6). Another district ID imports another district’s people.',
  'district taken':
    'Another school account here already uses this district. Ask whoever hosts Slotbell, or use a district token.',
  'changed meanwhile': 'Somebody else changed this set-up a moment ago. Check it again.',
};

const ACCESS_REFUSALS = {
  'no district': 'Save the district ID first (step 1).',
  'no application': 'This installation has no Clever application of its own. Select another way.',
  'district taken': DISTRICT_REFUSALS['district taken'],
  'changed meanwhile':
    'Somebody else saved an access while you had this page open. Check what’s saved now. To replace it anyway, enter yours again.',
};

const KINDS_REFUSALS = {
  none: 'Select at least one kind of people.',
  'no district': ACCESS_REFUSALS['no district'],
  'changed meanwhile': 'Somebody else changed this at the same moment. Save again.',
};

/** Global Setup → Clever: the steps that connect an account. Mounted behind the administrator's guard. */
export function connectionRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/', (req, res) => show(deps, req, res));

  router.post('/district', async (req, res) => {
    const parsed = parseForm(districtSchema, req.body);
    if (!parsed.ok) return show(deps, req, res, parsed);
    const found = parseDistrictId(parsed.value.district);
    if (!found.ok) return show(deps, req, res, refusal(req, 'district', DISTRICT_REFUSALS[found.reason]));
    const saved = await saveDistrict(deps, actorOf(res), found.id, parsed.value.sure);
    if (!saved.ok && saved.reason === 'clears matches') {
      confirmDistrict(res, found.id, saved.matches);
      return;
    }
    if (!saved.ok) return show(deps, req, res, refusal(req, 'district', DISTRICT_REFUSALS[saved.reason]));
    say(req, {
      kind: 'ok',
      text: saved.changed ? 'The district ID is saved.' : 'This district ID was already saved.',
    });
    res.redirect(303, `${HOME}#access`);
  });

  router.post('/access', async (req, res) => {
    const parsed = parseForm(accessSchema, req.body);
    if (!parsed.ok) return show(deps, req, res, parsed);
    const actor = actorOf(res);
    const { accessSeen, ...access } = parsed.value;
    const saved = await saveAccess(deps, actor, access, accessSeen);
    if (!saved.ok) return show(deps, req, res, refusal(req, 'access', ACCESS_REFUSALS[saved.reason]));
    // Asked at once, so that a slip in a token shows here and not tomorrow.
    say(req, checked(await checkApproval(deps, actor.account), 'The access is saved.'));
    res.redirect(303, `${HOME}#approval`);
  });

  router.post('/check', async (req, res) => {
    say(req, checked(await checkApproval(deps, actorOf(res).account), 'Slotbell asked Clever.'));
    res.redirect(303, `${HOME}#approval`);
  });

  router.use('/schools', schoolRoutes(deps));

  router.post('/kinds', async (req, res) => {
    const fault = await saveKinds(deps, req, res);
    if (fault) return show(deps, req, res, fault);
    say(req, { kind: 'ok', text: 'Saved. The next sync imports what is selected.' });
    res.redirect(303, `${HOME}#kinds`);
  });

  router.post('/enable', async (req, res) => {
    const fault = await saveKindsBeside(deps, req, res);
    if (fault) return show(deps, req, res, fault);
    const enabled = await enableClever(deps, actorOf(res));
    if (!enabled.ok && enabled.reason === 'files') {
      confirmInsteadOfFiles(res);
      return;
    }
    if (!enabled.ok)
      return show(
        deps,
        req,
        res,
        refusal(req, '_form', `Clever can’t be enabled yet. ${enabled.reasons.join(' ')}`),
      );
    say(req, { kind: 'ok', text: 'Clever is enabled. Next: import an event’s classes with the Importer.' });
    res.redirect(303, HOME);
  });

  router.post('/disable', async (req, res) => {
    const fault = await saveKindsBeside(deps, req, res);
    if (fault) return show(deps, req, res, fault);
    await disableClever(deps, actorOf(res));
    say(req, { kind: 'ok', text: 'Clever is disabled. What was imported stays as it is.' });
    res.redirect(303, HOME);
  });

  return router;
}

/** Saves the kinds that are selected. @returns the form again where they cannot be saved */
async function saveKinds(deps: Deps, req: Request, res: Response): Promise<Form | undefined> {
  const values = { kinds: [], ...typedValues(req.body) };
  const parsed = parseForm(kindsSchema, req.body);
  if (!parsed.ok) return { ...parsed, values };
  const actor = actorOf(res);
  const account = await Account.findById(actor.account, { 'clever.kinds': 1 }).lean();
  const before = account?.clever?.kinds;
  const changed = changedMeanwhile(KINDS_FIELDS, req.body, { kinds: boxesOf(before) });
  if (changed) return changed;
  const chosen = await chooseKinds(deps, actor, kindsOf(parsed.value.kinds), before);
  return chosen.ok ? undefined : { values, errors: { kinds: KINDS_REFUSALS[chosen.reason] } };
}

/** The button of another step is in one form with the kinds: what is selected there is saved with it. */
async function saveKindsBeside(deps: Deps, req: Request, res: Response): Promise<Form | undefined> {
  const isThere = (req.body as Record<string, unknown> | undefined)?.step === 'kinds';
  return isThere ? saveKinds(deps, req, res) : undefined;
}

/** Clever and roster files are never on at once: Begin or Cancel. The roster does the change. */
function confirmInsteadOfFiles(res: Response): void {
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
      notes: ['Nobody is deleted. Classes, slots and appointments stay as they are.'],
      action: '/global-setup/roster-files/begin-clever',
      submit: 'Begin',
      danger: true,
      cancel: `${HOME}#enable`,
    },
  });
}

function confirmDistrict(res: Response, districtId: string, matches: number): void {
  res.render('clever/confirm', {
    title: 'Change the district?',
    section: 'global-setup',
    confirm: {
      title: 'Change the district?',
      effects: [
        `${matches === 1 ? '1 school match is' : `${String(matches)} school matches are`} cleared. They belong to the old district.`,
        'A saved district token is removed. It only works for the old district.',
      ],
      notes: ['Your schools, people and events stay.'],
      action: `${HOME}/district`,
      fields: { district: districtId, sure: 'yes' },
      submit: 'Change the district',
      danger: true,
      cancel: HOME,
    },
  });
}

function checked(result: ApprovalCheck | undefined, before: string): Flash {
  if (!result) return { kind: 'notice', text: 'Save the district ID and the access first.' };
  if (result.fault) return { kind: 'danger', text: `${before} ${sayFault(result.fault)}` };
  if (result.approval === 'approved') return { kind: 'ok', text: `${before} Connected to the district.` };
  return {
    kind: 'notice',
    text: `${before} The district has not approved it yet. Slotbell asks again every hour.`,
  };
}
