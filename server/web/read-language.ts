import type { Request, RequestHandler, Response } from 'express';
import type { Account } from '../models/account.js';
import { User } from '../models/user.js';
import { maybeActor } from './actor.js';
import { styleOf, type Style } from './place.js';
import { readCookie } from './read-cookie.js';
import { readPageBefore } from './read-page-before.js';
import {
  languageCalled,
  languageOf,
  markedWords,
  styleIn,
  USUAL_LANGUAGES,
  wordsOf,
  type Language,
  type Words,
} from './words.js';

const COOKIE = 'slotbell-language';
const YEAR_MS = 365 * 24 * 3600_000;

type School = Pick<Account, 'locale' | 'languages'>;

/** The language of the person who reads a parents' page. */
export interface Reader extends Style {
  language: Language;
}

/**
 * The language in which somebody reads a parents' page: the one in its address, else the person's own, else the one chosen in this browser,
 * else the browser's, else the school's.
 */
export function findReader(req: Request, school: School = {}): Reader {
  const offered = languagesOf(school);
  const chosen = [req.query.lang, req.user?.language, chosenHere(req), preferred(req, offered)];
  const code = chosen.find((one) => offered.some((language) => language.code === one));
  return readerCalled(typeof code === 'string' ? code : undefined, school);
}

/**
 * Somebody who reads what a school writes to them.
 * @param code of the language they chose, if any
 */
export function readerCalled(code: string | undefined, school: School): Reader {
  const language = languagesOf(school).find((one) => one.code === code) ?? languageOf(styleOf(school));
  return { language, ...styleIn(language, styleOf(school)) };
}

/** What a mail to a reader notes of its language. */
export function inLanguage({ language }: Reader): { language?: string } {
  return language.code === 'en' ? {} : { language: language.code };
}

/** The languages that a school's parents can choose from. */
export function languagesOf({ languages = [] }: Pick<School, 'languages'>): Language[] {
  return (languages.length > 0 ? languages : USUAL_LANGUAGES).flatMap((code) => languageCalled(code) ?? []);
}

/** The language of a locale as HTML names it: without its calendar and digits. */
export function langOf(locale: string): string {
  return locale.split('-u-', 1)[0] ?? '';
}

/** Makes the page of this answer use a language. */
export function speakIn(res: Response, { language, locale }: Reader, school?: School): void {
  const t = wordsOf({ locale });
  const offered = languagesOf(school ?? {});
  Object.assign(res.locals, {
    t,
    marked: markedWords(t),
    lang: langOf(locale),
    dir: language.direction,
    languages: offered
      .filter(({ code }) => code !== language.code)
      .map(({ code, name, direction }) => ({ code, name, direction, href: pageIn(res.req, code) })),
  });
  res.vary('Accept-Language').vary('Cookie').set('Content-Language', language.code);
  // Two people at one desk or behind one proxy may read different languages.
  if (!res.get('Cache-Control')) res.set('Cache-Control', 'private, no-cache');
}

/** Finds out who reads, makes the answer use their language, and keeps what they chose. */
export async function speakTo(res: Response, school?: School): Promise<Reader> {
  const reader = findReader(res.req, school);
  speakIn(res, reader, school);
  await keepChoice(res, languagesOf(school ?? {}));
  return reader;
}

/** The same for pages that belong to no school. Staff who are logged in read them in English, like all staff pages. */
export const speakToReader: RequestHandler = async (_req, res, next) => {
  const actor = maybeActor(res);
  if (!actor || actor.levelName === 'customer') await speakTo(res);
  next();
};

/** What an answer's page is written with. */
export function wordsFor(res: Response): Words {
  return res.locals.t as Words;
}

/**
 * Keeps the choice for later pages and mails: in this browser, and with the login. A parent who never chose gets mails in the language of
 * their browser, like the pages. The cookie alone says nothing about who is logged in: on a shared computer somebody else may have left it.
 */
async function keepChoice(res: Response, offered: Language[]): Promise<void> {
  const { req } = res;
  const named = offered.find(({ code }) => code === req.query.lang)?.code;
  if (named && named !== chosenHere(req))
    res.cookie(COOKIE, named, { httpOnly: true, sameSite: 'lax', secure: req.secure, maxAge: YEAR_MS });
  const { user } = req;
  if (!user) return;
  const own = named ?? (user.language || !isParentAlone(user) ? undefined : browsers(req, offered));
  if (!own || own === user.language) return;
  await User.updateOne({ _id: user._id }, { $set: { language: own } });
}

/** The language of the browser, unless another one was chosen in it: then nobody knows whose choice that was. */
function browsers(req: Request, offered: Language[]): string | undefined {
  const language = preferred(req, offered);
  const chosen = chosenHere(req);
  return chosen && chosen !== language ? undefined : language;
}

function isParentAlone({ grants }: Pick<User, 'grants'>): boolean {
  return grants.every(({ level }) => level === 'customer');
}

const chosenHere = (req: Request): string | undefined => readCookie(req, COOKIE);

/** The browser's language, if it is one that is offered. */
function preferred(req: Request, offered: Language[]): string | undefined {
  if (!req.get('accept-language')) return undefined;
  return req.acceptsLanguages(offered.map(({ code }) => code)) || undefined;
}

/** This page's address in another language. The answer to a form has no address, so it is that of the page before. */
function pageIn(req: Request, code: string): string {
  const isPage = req.method === 'GET' || req.method === 'HEAD';
  const address = `http://page${isPage ? req.originalUrl : readPageBefore(req)}`;
  if (!URL.canParse(address)) return `/?lang=${code}`;
  const page = new URL(address);
  page.searchParams.set('lang', code);
  // Two slashes would lead to another host.
  return page.pathname.replace(/^\/+/, '/') + page.search;
}
