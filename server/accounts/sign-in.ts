import type { Request } from 'express';
import type { Deps } from '../deps.js';
import type { User } from '../models/user.js';
import { accountsOf } from './load-actor.js';

/** Starts a new session for this login; the old session's id is worthless from now on. */
export function signIn(req: Request, user: User, deps: Pick<Deps, 'now'>, account?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    req.logIn(user, (error: unknown) => {
      if (error) {
        reject(error instanceof Error ? error : new Error('logging in failed'));
        return;
      }
      req.session.signedInAt = deps.now().getTime();
      req.session.from = user.sessionsFrom?.getTime() ?? 0;
      if (account) req.session.account = account;
      resolve();
    });
  });
}

/**
 * Where somebody goes after logging in.
 * @param target where they wanted to go, or ''
 */
export function afterLogin(user: User, target: string): string {
  const next = target || '/';
  return accountsOf(user).length > 1 ? `/choose-school?next=${encodeURIComponent(next)}` : next;
}
