import path from 'node:path';
import compression from 'compression';
import express, { type Express } from 'express';
import helmet from 'helmet';
import { receiveLogo } from './accounts/brand/receive-logo.js';
import { connectPassport } from './accounts/connect-passport.js';
import { loadActor } from './accounts/load-actor.js';
import { followSource } from './audit/follow-source.js';
import { calendarFeed } from './calendar/serve-feed.js';
import { databaseAnswersAnew, databaseReady } from './database/connect.js';
import { watchCommands } from './database/follow-commands.js';
import { judgeRecovery } from './database/judge-recovery.js';
import type { Deps } from './deps.js';
import { unsubscribeRoutes } from './notifications/unsubscribing/routes.js';
import { readAhead } from './parents/read-ahead.js';
import { receiveFiles } from './uploads/receive-files.js';
import { ROOT } from './root.js';
import { LONG_FORMS, routes } from './routes.js';
import { assets } from './web/assets.js';
import { databaseGuard } from './web/database-guard.js';
import { errorPages, unknownPage } from './web/errors.js';
import { baseLocals, csrfGuard, sessionLocals } from './web/locals.js';
import { readForm, type FormLimits } from './web/read-form.js';
import { viewEngine } from './web/render-view.js';
import { saveBeforeRedirect, sessions } from './web/session.js';

/** The longest texts that forms take are 2,000 characters, each of up to 12 bytes in a form. */
const OPEN_FORM: FormLimits = { bytes: 32_000, fields: 1_000 };
const FORM: FormLimits = { bytes: 100_000, fields: 1_000 };
const LONG_FORM: FormLimits = { bytes: 300_000, fields: 6_000 };

/** Builds the app; whoever calls listens. The database must be connected. */
export function createApp(deps: Deps): Express {
  const app = express();
  const files = assets();
  const passport = connectPassport(readAhead);
  const answerFaults = errorPages(deps);

  app.set('trust proxy', deps.config.trustProxy);
  app.set('views', path.join(ROOT, 'views'));
  app.engine('ejs', viewEngine());
  app.set('view engine', 'ejs');
  // Not what the environment says: where it says nothing, Express would show strangers the stack of a fault.
  app.set('env', deps.config.production ? 'production' : 'development');
  app.set('view cache', deps.config.production);
  app.set('query parser', 'simple');
  app.disable('x-powered-by');

  app.use(baseLocals(files.url, () => deps.config.smtpUrl !== undefined, deps.showsMails));
  app.use(securityHeaders(deps));
  app.use(healthPages(deps));
  app.use(
    compression({ filter: (req, res) => !req.path.endsWith('/progress') && compression.filter(req, res) }),
  );
  app.use(files.router);
  app.use(requestLog(deps));
  app.use(databaseGuard(deps.guarded ?? { ready: databaseReady, watchCommands }, answerFaults));
  app.use(calendarFeed(deps));
  app.use(sessions(deps.config), saveBeforeRedirect);
  app.use(passport.initialize(), passport.session() as express.RequestHandler, loadActor(deps));
  app.post(LONG_FORMS, formOfWhoIsIn(LONG_FORM));
  app.use(formOfWhoIsIn(FORM), readForm(OPEN_FORM));
  app.use(keptNowhere, sessionLocals, receiveFiles(deps), receiveLogo, followSource);
  app.use(unsubscribeRoutes(deps), csrfGuard);
  app.use(routes(deps, passport));
  app.use(unknownPage);
  app.use(answerFaults);
  return app;
}

const LOST = 'the database answers others and not this process: restart it';

/** For whoever watches over the process: whether it lives, and whether it is to be sent requests now. */
function healthPages({ leaving, log }: Deps): express.Router {
  const router = express.Router();
  const recovery = judgeRecovery(databaseReady, databaseAnswersAnew);
  const say = (res: express.Response, status: number, text: string): void => {
    res.status(status).type('text').send(`${text}\n`);
  };
  router.get('/healthz', async (_req, res) => {
    const isLost = await recovery.isLost();
    if (isLost) log.error(LOST);
    say(res, isLost ? 503 : 200, isLost ? LOST : 'ok');
  });
  router.get('/readyz', async (_req, res) => {
    if (leaving?.aborted) say(res, 503, 'this process is about to end');
    else if (await databaseReady()) say(res, 200, 'ready');
    else say(res, 503, 'the database does not answer');
  });
  return router;
}

/** No script, style or frame but our own; nothing of ours inside a foreign frame. */
function securityHeaders(deps: Deps): express.RequestHandler {
  const secure = deps.config.publicUrl.startsWith('https:');
  const others = helmet({
    contentSecurityPolicy: false,
    strictTransportSecurity: secure,
    referrerPolicy: { policy: 'same-origin' },
  });
  const fixed = [
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "manifest-src 'self'",
    ...(secure ? ['upgrade-insecure-requests'] : []),
  ].join(';');
  return (req, res, next) => {
    // Only the nonce is new: helmet would put all of it together for every request.
    const nonce = String(res.locals.nonce);
    res.set('Content-Security-Policy', `default-src 'none';script-src 'nonce-${nonce}';${fixed}`);
    others(req, res, next);
  };
}

/** Reads forms of this size from who is logged in; what others send is read by a later, smaller measure. */
function formOfWhoIsIn(limits: FormLimits): express.RequestHandler {
  const read = readForm(limits);
  return (req, res, next) => {
    if (req.user) void read(req, res, next);
    else next();
  };
}

/** Pages of somebody who is logged in stay in no browser, which the next one at the desk would page back through. */
const keptNowhere: express.RequestHandler = (req, res, next) => {
  if (req.user) res.set('Cache-Control', 'no-store');
  next();
};

/** Method, status and time of each request; nothing of its address, which can hold a secret or a person. */
function requestLog({ log }: Deps): express.RequestHandler {
  return ({ method }, res, next) => {
    const began = performance.now();
    res.on('close', () => {
      const { statusCode: status, writableFinished: isWhole } = res;
      const said = {
        method,
        status,
        ms: Math.round(performance.now() - began),
        ...(isWhole ? {} : { isCut: true }),
      };
      if (status >= 500) log.error(said, 'request failed');
      else log.debug(said, 'request');
    });
    next();
  };
}
