import type { Request, Response } from 'express';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { actorOf } from '../../web/actor.js';
import { changedMeanwhile } from '../../web/compare-seen.js';
import { parseForm, type Form } from '../../web/parse.js';
import { chooseKinds } from './choose-kinds.js';
import { boxesOf, KINDS_FIELDS, kindsOf, kindsSchema } from './schema.js';
import { draftOf } from './show-page.js';

const REFUSALS = {
  none: 'Select at least one kind of people.',
  'no district': 'Save the district ID first (step 1).',
  'changed meanwhile': 'Somebody else changed this at the same moment. Save again.',
};

/** Saves the selected kinds. @returns the form again if they cannot be saved */
export async function saveKinds(deps: Deps, req: Request, res: Response): Promise<Form | undefined> {
  const values = { kinds: [], ...draftOf(req) };
  const parsed = parseForm(kindsSchema, req.body);
  if (!parsed.ok) return { ...parsed, values };
  const actor = actorOf(res);
  const account = await Account.findById(actor.account, { 'clever.kinds': 1 }).lean();
  const before = account?.clever?.kinds;
  const changed = changedMeanwhile(KINDS_FIELDS, req.body, { kinds: boxesOf(before) });
  // `seen` is the stored state, which the page is about to show.
  if (changed) return { ...changed, values: { ...values, ...changed.values, seen: undefined } };
  const chosen = await chooseKinds(deps, actor, kindsOf(parsed.value.kinds), before);
  return chosen.ok ? undefined : { values, errors: { kinds: REFUSALS[chosen.reason] } };
}

/** For a button that needs the kinds: saves the selected ones with it, if the page shows them. */
export async function saveKindsBeside(deps: Deps, req: Request, res: Response): Promise<Form | undefined> {
  const isThere = (req.body as Record<string, unknown> | undefined)?.step === 'kinds';
  return isThere ? saveKinds(deps, req, res) : undefined;
}
