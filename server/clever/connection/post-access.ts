import type { Request, Response } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { parseForm, type Form } from '../../web/parse.js';
import type { Flash } from '../../web/session.js';
import { sayFault } from '../explain-failure.js';
import { checkApproval, type ApprovalCheck } from './check-approval.js';
import { parseDistrictId } from './parse-district-id.js';
import { saveAccess } from './save-access.js';
import { hasDistrict, saveDistrict } from './save-district.js';
import { accessSchema, districtSchema } from './schema.js';
import {
  carriedBy,
  CLIENT,
  DISTRICT,
  DRAFT,
  draftOf,
  goOn,
  HOME,
  refusal,
  show,
  textIn,
  TOKEN,
} from './show-page.js';

const DISTRICT_REFUSALS = {
  none: 'There’s no district ID in this. It has 24 characters: 0 to 9 and a to f. Paste the ID or the whole login link.',
  several: 'There’s more than one ID in this. Paste only the district ID.',
  enabled:
    'Disable Clever first (step 6). A different district ID would import a different district’s people.',
  'district taken':
    'Another school account here already uses this district. Ask whoever hosts Slotbell, or use a district token.',
  'changed meanwhile': 'Somebody else changed this set-up a moment ago. Check it again.',
};

const ACCESS_REFUSALS = {
  'no district': 'Enter the district ID first (step 1).',
  'no application': 'This installation has no Clever application of its own. Select another way.',
  'district taken': DISTRICT_REFUSALS['district taken'],
  'changed meanwhile':
    'Somebody else saved an access while you had this page open. Check what’s saved now. To replace it anyway, enter yours again.',
};

/** Step 1: the district's id. */
export async function postDistrict(deps: Deps, req: Request, res: Response): Promise<void> {
  const saved = await keepDistrict(deps, req, res);
  if (!saved) return;
  const text = saved.changed ? 'The district ID is saved.' : 'This district ID was already saved.';
  await goOn(deps, req, res, { kind: 'ok', text }, { at: '#access', done: DISTRICT });
}

/** Saves the typed district. @returns undefined if the request was answered with a refusal or a question */
async function keepDistrict(
  deps: Deps,
  req: Request,
  res: Response,
): Promise<{ changed: boolean } | undefined> {
  const refuse = (form: Form) => show(deps, req, res, form).then(() => undefined);
  const parsed = parseForm(districtSchema, req.body);
  if (!parsed.ok) return refuse({ ...parsed, values: draftOf(req) });
  const found = parseDistrictId(parsed.value.district);
  if (!found.ok) return refuse(refusal(req, 'district', DISTRICT_REFUSALS[found.reason]));
  const saved = await saveDistrict(deps, actorOf(res), found.id, parsed.value.sure);
  if (!saved.ok && saved.reason === 'clears matches') {
    confirmDistrict(req, res, found.id, saved.matches);
    return undefined;
  }
  return saved.ok ? saved : refuse(refusal(req, 'district', DISTRICT_REFUSALS[saved.reason]));
}

/**
 * Step 2: one of the kinds of access, and the first district with it if one is typed: one button for both.
 * @param body the form, which says which kind
 */
export async function postAccess(deps: Deps, req: Request, res: Response, body: unknown): Promise<void> {
  const parsed = parseForm(accessSchema, body);
  if (!parsed.ok) return show(deps, req, res, { ...parsed, values: draftOf(req) });
  const actor = actorOf(res);
  const isFirst = textIn(req, 'district') !== '' && !(await hasDistrict(actor.account));
  if (isFirst && !(await keepDistrict(deps, req, res))) return;
  const { accessSeen, ...access } = parsed.value;
  const saved = await saveAccess(deps, actor, access, accessSeen);
  if (!saved.ok) return show(deps, req, res, refusal(req, 'access', ACCESS_REFUSALS[saved.reason]));
  // Checked at once, so that a typo in a token shows now and not tomorrow.
  const flash = sayApproval(await checkApproval(deps, actor.account), 'The access is saved.');
  const done = access.kind === 'token' ? TOKEN : access.kind === 'application' ? CLIENT : [];
  await goOn(deps, req, res, flash, { at: '#approval', done: [...done, ...(isFirst ? DISTRICT : [])] });
}

/** The result of asking Clever for the district's approval. @param before what was done first, as a sentence */
export function sayApproval(result: ApprovalCheck | undefined, before: string): Flash {
  if (!result) return { kind: 'notice', text: 'Save the district ID and the access first.' };
  if (result.fault) return { kind: 'danger', text: `${before} ${sayFault(result.fault)}` };
  if (result.approval === 'approved') return { kind: 'ok', text: `${before} Connected to the district.` };
  return {
    kind: 'notice',
    text: `${before} The district has not approved it yet. Slotbell asks again every hour.`,
  };
}

function confirmDistrict(req: Request, res: Response, districtId: string, matches: number): void {
  res.render('clever/confirm', {
    title: 'Change the district?',
    section: 'global-setup',
    confirm: {
      title: 'Change the district?',
      effects: [
        `${matches === 1 ? '1 school match is' : `${String(matches)} school matches are`} cleared. They belong to the old district.`,
        'A saved district token is removed. It only works for the old district.',
      ],
      notes: ['Your schools, people, and events stay.'],
      action: `${HOME}/district`,
      fields: { ...carriedBy(req), district: districtId, sure: 'yes' },
      submit: 'Change the district',
      danger: true,
      back: DRAFT,
    },
  });
}
