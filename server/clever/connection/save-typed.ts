import type { Request, Response } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { postAccess, postDistrict } from './post-access.js';
import { hasDistrict } from './save-district.js';
import { addSchool } from './school-routes.js';
import { CLIENT, draftOf, refusal, show, textIn } from './show-page.js';

/**
 * Handles the Enter key in a field of the page, which is one form: saves the step in which something is typed; the first district together
 * with its access. If several steps are filled in, or none, nothing is saved: each step has a button.
 */
export async function saveTyped(deps: Deps, req: Request, res: Response): Promise<void> {
  const body = req.body as Record<string, unknown> | undefined;
  const isTyped = (...names: readonly string[]) => names.some((name) => textIn(req, name) !== '');
  const ways = [
    ...(isTyped('token') ? [() => postAccess(deps, req, res, { ...body, kind: 'token' })] : []),
    ...(isTyped(...CLIENT) ? [() => postAccess(deps, req, res, { ...body, kind: 'application' })] : []),
  ];
  const isWithAccess = ways.length > 0 && !(await hasDistrict(actorOf(res).account));
  const steps = [
    ...(isTyped('district') && !isWithAccess ? [() => postDistrict(deps, req, res)] : []),
    ...ways,
    ...(isTyped('name') ? [() => addSchool(deps, req, res)] : []),
  ];
  const [only, ...others] = steps;
  if (only && others.length === 0) return only();
  if (only) return show(deps, req, res, refusal(req, '_form', SEVERAL));
  return show(deps, req, res, { values: draftOf(req), errors: {} });
}

const SEVERAL =
  'You typed in more than one step, and nothing is saved yet. Select the button of the step to save first.';
