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

/** Refuses a change without the form's token (403). Stands behind the session and the body parser. */
export const csrfGuard: RequestHandler = csrf.csrfSynchronisedProtection;

/** Staff's pages are in English, and so is every other until it is known who reads it (`read-language.ts`). */
const IN_ENGLISH = { t: ENGLISH, marked: markedWords(ENGLISH), dir: 'ltr', languages: [] };

/**
 * What every page can show, including an error page before there is a session.
 * @param hasMail whether an email server is set up: without one, no page says that somebody is told
 * @param showsMails the demo: a link to log in is read on the page
 */
export function baseLocals(asset: AssetUrl, hasMail: () => boolean, showsMails = false): RequestHandler {
  return (req, res, next) => {
    Object.assign(res.locals, {
      ...IN_ENGLISH,
      asset,
      hasMail: hasMail(),
      sendsLinks: hasMail() || showsMails,
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
 * What pages show from the session: the form token, and the message that an earlier change left. The token is made when a form asks for it,
 * so somebody who only looks around, like a search engine, leaves no session.
 */
export const sessionLocals: RequestHandler = (req, res, next) => {
  // There is no session, because the database went away during the request.
  res.locals.csrfToken = () => ('session' in req ? csrf.generateToken(req) : '');
  // Files and streams pass here too; only pages show these values.
  if (req.accepts('html') && !req.path.endsWith('/progress')) {
    if (req.method === 'GET' && req.session.flash) {
      res.locals.flash = req.session.flash;
      delete req.session.flash;
    }
  }
  next();
};
