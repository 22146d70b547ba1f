import express, { type RequestHandler, type Response, type Router } from 'express';
import { isShutOut, accountsOf } from '../accounts/load-actor.js';
import { worksSomewhere } from '../accounts/policy.js';
import { findUserByEmail } from '../accounts/queries.js';
import { nextQuery } from '../accounts/schema.js';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { findByLink } from '../parents/find-by-link.js';
import { conferenceOf, type Conference } from '../parents/load-conference.js';
import { isTyped, readProof } from '../parents/prove-child.js';
import type { ChildProofForm } from '../parents/schema.js';
import { showWelcome } from '../parents/show-welcome.js';
import { seal } from '../seal.js';
import { afterAnswer } from '../web/after-answer.js';
import { parseForm, parseQuery, typedValues } from '../web/parse.js';
import { placed } from '../web/place.js';
import { findReader, readerCalled, wordsFor } from '../web/read-language.js';
import { refusedTry } from '../web/rate-limit.js';
import { senderOf } from '../web/sender.js';
import { say } from '../web/session.js';
import { brandOf } from '../web/show-brand.js';
import { languageOf } from '../web/words.js';
import { hasLiveEntry } from './find-entry.js';
import { limitAsking, type CountedAsk } from './limit-asking.js';
import { markAsker } from './mark-asker.js';
import { sendsLinks } from './policy.js';
import { askingSchema, loginAskingSchema } from './schema.js';
import { sendEntry, type EntryPlace } from './send-entry.js';

/** Asking for a link by mail, at an event's link: who has no login yet gets one by using it. */
export function askingPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  const limits = limitAsking(deps);

  router.post('/', async (req, res) => {
    const conference = conferenceOf(res);
    // Without an email server nothing is promised: the page asks for a password.
    if (!sendsLinks(deps)) {
      res.redirect(303, `${conference.home}/register`);
      return;
    }
    const parsed = parseForm(askingSchema, req.body, wordsFor(res));
    if (!parsed.ok) {
      showWelcome(deps, res, parsed);
      return;
    }
    const values = typedValues(req.body);
    const { email, name, key, ...proof } = parsed.value;
    const read = isTyped(proof) ? readProof(proof, conference.event, deps.now()) : undefined;
    if (read && !read.ok) {
      showWelcome(deps, res, { values, errors: read.errors });
      return;
    }
    let counted: CountedAsk | undefined;
    const at = { event: conference.event._id };
    const tooMany = await refusedTry(res, async () => (counted = await limits.take(req, email, at)));
    if (tooMany) {
      showWelcome(deps, res, { values, errors: { email: tooMany } });
      return;
    }
    const isNew = await sendEntry(deps, placeOf(conference), {
      ...{ email, name, next: conference.home, sender: senderOf(req), device: counted?.device },
      ...(read ? { proof: sealProof(deps, proof), asker: markAsker(deps.config, req, res) } : {}),
      ...(key ? { once: `${key} ${JSON.stringify(proof)}` } : {}),
    });
    if (!isNew) await counted?.giveBack();
    sayAsked(res, email, true);
    res.redirect(303, `${conference.home}/enter`);
  });
  return router;
}

/** Asking for a link by mail beside the password. To which event somebody wants says whose link it is; else it is for logins that there are. */
export function loginAskingPages(deps: Deps): Router {
  const router = express.Router();
  const limits = limitAsking(deps);

  router.post('/', async (req, res) => {
    if (!sendsLinks(deps)) {
      res.redirect(303, '/login');
      return;
    }
    const t = wordsFor(res);
    const title = t('logins.logIn');
    const parsed = parseForm(loginAskingSchema, req.body, t);
    if (!parsed.ok) {
      res.status(422).render('accounts/login', { title, form: parsed });
      return;
    }
    const { email, next } = parsed.value;
    const conference = wantedIn(res);
    const at = conference && { event: conference.event._id };
    let counted: CountedAsk | undefined;
    const tooMany = await refusedTry(res, async () => (counted = await limits.take(req, email, at)));
    if (tooMany) {
      const form = { values: typedValues(req.body), errors: { email: tooMany } };
      res.render('accounts/login', { title, form });
      return;
    }
    const asked = { email, name: '', next, sender: senderOf(req), device: counted?.device };
    const reader = findReader(req);
    if (conference) await sendEntry(deps, placeOf(conference), asked);
    // Whether there is such a login shows in no answer's time.
    else
      afterAnswer(deps, res, async () => {
        const user = await findUserByEmail(email);
        if (!user || isShutOut(user) || worksSomewhere(user)) return;
        if (counted?.isFull && (await hasLiveEntry(email, undefined, deps.now()))) return;
        const [only, ...others] = accountsOf(user);
        const account = others.length === 0 && only ? await Account.findById(only).lean() : null;
        await sendEntry(
          deps,
          {
            ...(account ? { account } : {}),
            path: '/login/link',
            reader: account ? readerCalled(reader.language.code, account) : reader,
          },
          asked,
        );
      });
    sayAsked(res, email, conference !== undefined);
    res.redirect(303, conference ? `${conference.home}/enter` : '/login/link');
  });
  return router;
}

/** Shows on the pages to log in, and on those beside them, whose event somebody wants to go on to. */
export const showSchool: RequestHandler = async (req, res, next) => {
  const wanted = parseQuery(nextQuery, req.method === 'POST' ? req.body : req.query).next;
  const [, link] = /^\/e\/([\w-]{1,60})(?=[/?#]|$)/.exec(wanted) ?? [];
  const found = link ? await findByLink(link) : undefined;
  if (found)
    Object.assign(res.locals, {
      school: brandOf(found.account),
      askedEvent: found.event.name,
      wanted: found,
    });
  next();
};

/** The event that somebody wants to go on to, as they read it; behind `showSchool`. */
function wantedIn({ locals, req }: Response): Conference | undefined {
  const found = locals.wanted as Awaited<ReturnType<typeof findByLink>>;
  if (!found) return undefined;
  const { event, account } = found;
  return { event: placed(event, findReader(req, account)), account, home: `/e/${event.link}` };
}

/** How the mail of an event is written: in the language of the page on which it was asked for. */
export function placeOf({ event, account, home }: Conference): EntryPlace {
  const reader = readerCalled(languageOf(event).code, account);
  return { event, account, path: `${home}/enter`, reader };
}

/** What somebody typed about a child, until they have shown who they are. */
function sealProof({ config }: Deps, proof: ChildProofForm): string {
  return seal(JSON.stringify(proof), config.appSecret);
}

/** Without an event only logins that there are get an email, and nobody is told whether it is one. */
function sayAsked(res: Response, email: string, isSure: boolean): void {
  say(res.req, { kind: 'ok', text: wordsFor(res)(isSure ? 'enter.sentTo' : 'enter.sentIf', { email }) });
}
