import { randomBytes } from 'node:crypto';
import { csrfSync } from 'csrf-sync';
import type { RequestHandler } from 'express';
import { countOf, fileSize, number } from './format-count.js';
import { FRESH_FORM } from './parse.js';
import { ENGLISH, markedWords } from './words.js';
import type { AssetUrl } from './assets.js';

const csrf = csrfSync({
  getTokenFromRequest: (req) => {
    const body = req.body as { _csrf?: unknown } | undefined;
    return typeof body?._csrf === 'string' ? body._csrf : req.get('x-csrf-token');
  },
});

/** Refuses a change without the form's token (403). Stands after the session and the body parser. */
export const csrfGuard: RequestHandler = csrf.csrfSynchronisedProtection;

/** Staff's pages are in English, and so is every other until it is known who reads it (`read-language.ts`). */
const IN_ENGLISH = { t: ENGLISH, marked: markedWords(ENGLISH), dir: 'ltr', languages: [] };

/**
 * What every page can show, also the page for a fault before there is a session.
 * @param hasMail whether an email server is set: without one no page says that somebody is told
 */
export function baseLocals(asset: AssetUrl, hasMail: () => boolean): RequestHandler {
  return (req, res, next) => {
    Object.assign(res.locals, {
      ...IN_ENGLISH,
      asset,
      hasMail: hasMail(),
      number,
      countOf,
      fileSize,
      nonce: randomBytes(16).toString('base64'),
      page: { path: req.path },
      actor: undefined,
      csrfToken: () => '',
      flash: undefined,
      section: '',
      form: FRESH_FORM,
    });
    next();
  };
}

/**
 * What pages show of the session: the form token, and the message that a change before this page left. The token is made when a form
 * asks for it: who only looks around, or was sent by a search engine, leaves no session behind.
 */
export const sessionLocals: RequestHandler = (req, res, next) => {
  // No session: the database went away in the middle of the request.
  res.locals.csrfToken = () => ('session' in req ? csrf.generateToken(req) : '');
  // Files and streams come by here too; only a page shows these.
  if (req.accepts('html') && !req.path.endsWith('/progress')) {
    if (req.method === 'GET' && req.session.flash) {
      res.locals.flash = req.session.flash;
      delete req.session.flash;
    }
  }
  next();
};
