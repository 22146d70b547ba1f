import type { Request, Response } from 'express';
import type { Deps } from '../../deps.js';
import { Account, type CleverKinds } from '../../models/account.js';
import { actorOf, type Actor } from '../../web/actor.js';
import { parseForm, type Form } from '../../web/parse.js';
import { saveSeen } from '../../web/save-seen.js';
import { chooseKinds } from './choose-kinds.js';
import { boxesOf, KINDS_FIELDS, kindsOf, kindsSchema } from './schema.js';
import { draftOf } from './show-page.js';

const REFUSALS = {
  none: 'Select at least one kind of people.',
  'no district': 'Save the district ID first (step 1).',
};

/** Saves the selected kinds. @returns the form again if they cannot be saved */
export async function saveKinds(deps: Deps, req: Request, res: Response): Promise<Form | undefined> {
  const values = { kinds: [], ...draftOf(req) };
  const parsed = parseForm(kindsSchema, req.body);
  if (!parsed.ok) return { ...parsed, values };
  const actor = actorOf(res);
  const before = await storedKinds(actor);
  const { form, saved } = await saveSeen(
    { fields: KINDS_FIELDS, body: req.body, shown: { kinds: boxesOf(before) } },
    () => chooseKinds(deps, actor, kindsOf(parsed.value.kinds), before),
    async () => ({ kinds: boxesOf(await storedKinds(actor)) }),
  );
  // `seen` is the stored state, which the page is about to show.
  if (form) return { ...form, values: { ...values, ...form.values, seen: undefined } };
  return saved.ok ? undefined : { values, errors: { kinds: REFUSALS[saved.reason] } };
}

async function storedKinds({ account }: Actor): Promise<CleverKinds | undefined> {
  const found = await Account.findById(account, { 'clever.kinds': 1 }).lean();
  return found?.clever?.kinds;
}

/** For a button that needs the kinds: saves the selected ones with it, if the page shows them. */
export async function saveKindsBeside(deps: Deps, req: Request, res: Response): Promise<Form | undefined> {
  const isThere = (req.body as Record<string, unknown> | undefined)?.step === 'kinds';
  return isThere ? saveKinds(deps, req, res) : undefined;
}
