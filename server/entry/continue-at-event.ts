import type { Request, Response } from 'express';
import { accountsOf, actorIn } from '../accounts/load-actor.js';
import { childName } from '../meetings/name-meetings.js';
import { ensureHousehold } from '../booking/ensure-household.js';
import type { Deps } from '../deps.js';
import type { OneTimeLink } from '../models/one-time-link.js';
import type { User } from '../models/user.js';
import { findLinkedChildren } from '../parents/find-linked-children.js';
import type { Conference, Family } from '../parents/load-conference.js';
import { proveChild, readProof } from '../parents/prove-child.js';
import type { ChildProofForm } from '../parents/schema.js';
import { showChildren } from '../parents/show-children.js';
import { unseal } from '../seal.js';
import { wordsFor } from '../web/read-language.js';
import { say, type Flash } from '../web/session.js';

interface Arrival {
  conference: Conference;
  user: User;
  link: OneTimeLink;
  /** It is opened in the browser in which its child was typed. */
  isAsker: boolean;
  /** What happened on the way; '' for nothing. */
  said: string;
}

/**
 * Goes on at an event after a link was used: adds the child that was typed in this browser, and says so where it was another; where the
 * school knows further children of the address, they are offered first; else on where the person was.
 */
export function continueAtEvent(deps: Deps) {
  const prove = proveChild(deps);
  return async (
    req: Request,
    res: Response,
    { conference, user, link, isAsker, said }: Arrival,
  ): Promise<void> => {
    const { account, home } = conference;
    const tell = (more: string, kind: Flash['kind'] = said ? 'notice' : 'ok'): void => {
      const text = [said, more].filter(Boolean).join(' ');
      if (text) say(req, { kind, text });
    };
    // A school that blocked the login says so on its own page.
    if (!accountsOf(user).includes(account._id.toHexString())) {
      tell('');
      res.redirect(303, home);
      return;
    }
    const actor = actorIn(user, account);
    res.locals.actor = actor;
    const familyNow = async (): Promise<Family> => {
      const household = await ensureHousehold(account._id, user._id, deps.now());
      return { ...conference, actor, household };
    };
    const family = await familyNow();
    const next = isWithin(link.next, home) ? link.next : home;
    const t = wordsFor(res);
    if (link.proof && !isAsker) {
      tell(t('enter.childElsewhere'), 'notice');
      res.redirect(303, `${home}/children`);
      return;
    }
    const typed = link.proof ? openProof(deps, link.proof) : undefined;
    if (typed) {
      const read = readProof(typed, conference.event, deps.now());
      const proven = read.ok ? await prove(req, res, family, read.proof) : read;
      if (!proven.ok) {
        if (said) res.locals.flash = { kind: 'notice', text: said };
        await showChildren(res, family, { values: { ...typed }, errors: proven.errors });
        return;
      }
      tell(t('children.added', { name: childName(proven.student, t) }));
    } else tell('');
    const arrived = typed ? await familyNow() : family;
    const chooses = arrived.household.children.length === 0 || (await findLinkedChildren(arrived)).length > 0;
    res.redirect(303, next === home && chooses ? `${home}/children` : next);
  };
}

/** Only on pages of this event. */
function isWithin(next: string | undefined, home: string): next is string {
  return next !== undefined && (next === home || next.startsWith(`${home}/`) || next.startsWith(`${home}?`));
}

function openProof({ config }: Deps, sealed: string): ChildProofForm | undefined {
  const text = unseal(sealed, config.appSecret);
  return text === undefined ? undefined : (JSON.parse(text) as ChildProofForm);
}
