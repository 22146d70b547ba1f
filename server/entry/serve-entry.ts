import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { ClearHouseholds, Cleared } from '../accounts/choose-password.js';
import { checkPassword } from '../accounts/hash-password.js';
import { limitLogins, type LoginTry } from '../accounts/limit-logins.js';
import { markDevice } from '../accounts/mark-device.js';
import { worksSomewhere } from '../accounts/policy.js';
import { sayCleared } from '../accounts/say-cleared.js';
import { afterLogin, signIn } from '../accounts/sign-in.js';
import type { Deps } from '../deps.js';
import type { User } from '../models/user.js';
import type { Conference } from '../parents/load-conference.js';
import { FRESH_FORM, parseForm, statusOf, typedValues, type Form } from '../web/parse.js';
import { findReader, wordsFor } from '../web/read-language.js';
import { refusedTry } from '../web/rate-limit.js';
import { senderOf } from '../web/sender.js';
import { say } from '../web/session.js';
import { languageOf } from '../web/words.js';
import { findEntry, isLive, openEntry, type Entry, type Opened } from './find-entry.js';
import { findMailHere } from './find-mail.js';
import { sendsLinks } from './policy.js';
import { continueAtEvent } from './continue-at-event.js';
import { limitAsking, type CountedAsk } from './limit-asking.js';
import { forgetAsker, isAsker } from './mark-asker.js';
import { redeemEntry } from './redeem-entry.js';
import { entrySchema } from './schema.js';
import { ENTRY_MINUTES, sendEntry } from './send-entry.js';
import { placeOf } from './serve-asking.js';

/** The page is for whoever holds the secret in its address. The address itself goes to no other host, as of every page. */
const keptToItself: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
};

/** Links that log in, of an event or of the login page. Opening one only shows a button, because mail scanners open links too. */
export function entryPages(deps: Deps, clear: ClearHouseholds): Router {
  const router = express.Router({ mergeParams: true });
  const limits = limitAsking(deps);
  const countTry = limitLogins(deps);
  const goOn = continueAtEvent(deps);
  router.use(keptToItself);

  router.get('/', async (_req, res) => {
    if (!sendsLinks(deps)) {
      res.redirect(303, homeOf(res));
      return;
    }
    const title = wordsFor(res)('register.checkEmail');
    res.render('entry/sent', {
      title,
      minutes: ENTRY_MINUTES,
      again: homeOf(res),
      mail: await findMailHere(deps),
      isSure: conferenceIn(res) !== undefined,
    });
  });

  router.get('/:secret', async (req, res) => {
    const entry = await findHere(req, res);
    if (!entry || !isLive(entry, deps.now())) showOver(req, res, entry);
    else showEntry(deps, res, entry, await openEntry(entry, req.user?._id));
  });

  router.post('/:secret', async (req, res) => {
    const conference = conferenceIn(res);
    const entry = await findHere(req, res);
    if (!entry || !isLive(entry, deps.now())) {
      showOver(req, res, entry);
      return;
    }
    const opened = await openEntry(entry, req.user?._id);
    const parsed = parseForm(entrySchema, req.body, wordsFor(res));
    if (opened.refused || !parsed.ok) {
      showEntry(deps, res, entry, opened, parsed.ok ? FRESH_FORM : parsed);
      return;
    }
    const { name, password } = parsed.value;
    const errors = {
      ...(isNew(opened) && !name ? { name: wordsFor(res)('forms.enterName') } : {}),
      ...(password && opened.asksPassword && opened.user
        ? await comparePassword(req, res, opened.user, password)
        : {}),
    };
    if (Object.keys(errors).length > 0) {
      showEntry(deps, res, entry, opened, { values: typedValues(req.body), errors });
      return;
    }
    const redeemed = await redeemEntry(deps, clear, entry, {
      name,
      language: languageOf(conference?.event ?? findReader(req)).code,
      account: conference?.account,
      knowsPassword: opened.asksPassword ? password !== '' : opened.isIn,
    });
    // It may have become a login that works somewhere at this moment.
    if (!redeemed || (worksSomewhere(redeemed.user) && !opened.isIn)) {
      showOver(req, res, await findHere(req, res));
      return;
    }
    const { user, cleared, hadPassword, link } = redeemed;
    const { account } = opened.isIn ? req.session : {};
    await signIn(req, user, deps, account);
    markDevice(deps.config, req, res, user);
    await limits.wasUsed(link);
    const said = saidOf(res, cleared, hadPassword);
    const isTheirs = isAsker(deps.config, req, link);
    forgetAsker(deps.config, req, res);
    if (conference) await goOn(req, res, { conference, user, link, isAsker: isTheirs, said });
    else {
      if (said) say(req, { kind: 'notice', text: said });
      res.redirect(303, afterLogin(user, link.next ?? ''));
    }
  });

  /** To the same address, and on to the same place; with the child that was typed, where it was typed in this browser. */
  router.post('/:secret/again', async (req, res) => {
    const conference = conferenceIn(res);
    const entry = await findHere(req, res);
    if (!entry || !sendsLinks(deps)) {
      showOver(req, res, entry);
      return;
    }
    let counted: CountedAsk | undefined;
    const at = { event: conference?.event._id };
    const tooMany = await refusedTry(res, async () => (counted = await limits.take(req, entry.email, at)));
    if (tooMany) {
      showOver(req, res, entry, { values: {}, errors: { _form: tooMany } });
      return;
    }
    const place = conference ? placeOf(conference) : { path: askedAt(res), reader: findReader(req) };
    const { email, name = '', next = '', proof, asker } = entry;
    const carried = proof && asker && isAsker(deps.config, req, entry) ? { proof, asker } : {};
    const isNew = await sendEntry(deps, place, {
      ...{ email, name, next, sender: senderOf(req), device: counted?.device },
      ...{ ...carried, once: `again ${entry._id} ${carried.asker ?? ''}` },
    });
    if (!isNew) await counted?.giveBack();
    say(req, { kind: 'ok', text: wordsFor(res)('enter.sentTo', { email: maskEmail(email) }) });
    res.redirect(303, askedAt(res));
  });

  async function comparePassword(
    req: Request,
    res: Response,
    user: User,
    password: string,
  ): Promise<Form['errors']> {
    let counted: LoginTry | undefined;
    const tooMany = await refusedTry(res, async () => (counted = await countTry(req, user.email)));
    if (tooMany) return { password: tooMany };
    if (!(await checkPassword(user.passwordHash, password)))
      return { password: wordsFor(res)('enter.wrongPassword') };
    await counted?.wasRight();
    return {};
  }
  return router;
}

/** Nobody has this login yet, and its name may have been typed by a stranger. */
function isNew({ user }: Opened): boolean {
  return user === null;
}

function conferenceIn(res: Response): Conference | undefined {
  return res.locals.conference as Conference | undefined;
}

/** The link of the address, as far as it is one of this place. */
function findHere({ params }: Request, res: Response): Promise<Entry | null> {
  return findEntry(params.secret, conferenceIn(res)?.event._id);
}

/** Where these pages are. */
function askedAt(res: Response): string {
  const conference = conferenceIn(res);
  return conference ? `${conference.home}/enter` : '/login/link';
}

/** Where a link can be asked for. */
function homeOf(res: Response): string {
  return conferenceIn(res)?.home ?? '/login';
}

function showEntry(
  { config }: Deps,
  res: Response,
  entry: Entry,
  opened: Opened,
  form: Form = FRESH_FORM,
): void {
  const { user, isIn, refused, asksPassword } = opened;
  if (res.statusCode === 200) res.status(statusOf(form));
  const t = wordsFor(res);
  res.render('entry/link', {
    title: t(refused ? 'logins.logIn' : 'enter.heading'),
    email: entry.email,
    other: !isIn && res.req.user ? res.req.user.email : '',
    refused,
    asksName: !user || asksPassword || (user.emailProvenAt === undefined && !isIn),
    name: entry.name ?? '',
    asksPassword,
    hasPassword: user?.passwordHash !== undefined,
    hasChild: entry.proof !== undefined,
    addsChild: isAsker(config, res.req, entry),
    login: `/login?next=${encodeURIComponent(res.req.originalUrl)}`,
    form,
  });
}

/** A link that is used, over, replaced by a newer one, or none of ours; with a new one for one press where it is known whose it was. */
function showOver(req: Request, res: Response, entry: Entry | null, form: Form = FRESH_FORM): void {
  const t = wordsFor(res);
  const isIn = entry !== null && req.user?.email === entry.email;
  if (res.statusCode === 200) res.status(410);
  res.render('entry/over', {
    title: t('logins.usedUp'),
    isUsed: entry?.usedAt !== undefined,
    minutes: ENTRY_MINUTES,
    masked: entry ? maskEmail(entry.email) : '',
    next: isIn ? entry.next || homeOf(res) : '',
    lost: isIn && entry.proof ? `${homeOf(res)}/children` : '',
    again: entry ? `${askedAt(res)}/${String(req.params.secret)}/again` : '',
    home: homeOf(res),
    form,
  });
}

function saidOf(res: Response, cleared: Cleared, hadPassword: boolean): string {
  const t = wordsFor(res);
  const what = sayCleared(res, cleared);
  const parts = [
    ...(what ? [t('enter.cleared', { what })] : []),
    ...(hadPassword ? [t('enter.passwordGone')] : []),
  ];
  return parts.join(' ');
}

/** "m…@example.org": enough for the owner, and nothing for who finds an old link. */
function maskEmail(email: string): string {
  const [local = '', host = ''] = email.split('@');
  return `${local.slice(0, 1)}…@${host}`;
}
