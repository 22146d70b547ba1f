import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import compression from 'compression';
import express, { type Response } from 'express';
import supertest from 'supertest';
import { watchCommands } from '../../server/database/follow-commands.js';
import { createLog } from '../../server/log.js';
import { ROOT } from '../../server/root.js';
import { databaseGuard } from '../../server/web/database-guard.js';
import { errorPages } from '../../server/web/errors.js';
import { saveBeforeRedirect } from '../../server/web/session.js';

describe('a page that comes after the one that says the database is gone', () => {
  /** What a handler begins when its answer was given in its place already. @returns what that was */
  async function answerLate(begin: (res: Response) => void): Promise<string> {
    const app = express();
    let late: Promise<void> | undefined;
    const answerFaults = errorPages({ log: createLog('silent') });
    app.use(databaseGuard({ ready: () => Promise.resolve(false), watchCommands }, answerFaults));
    app.get('/', (_req, res) => {
      late = once(res, 'finish').then(
        () =>
          new Promise<void>((resolve, reject) => {
            // As Express does with what a template gave.
            process.nextTick(() => {
              try {
                begin(res);
                setImmediate(resolve);
              } catch (error) {
                reject(error instanceof Error ? error : new Error(String(error)));
              }
            });
          }),
      );
    });
    app.use(answerFaults);
    app.engine('ejs', (_file, _values, done) => {
      done(null, 'gone');
    });
    app.set('view engine', 'ejs').set('views', path.join(ROOT, 'views'));
    const answer = await supertest(app).get('/');
    await late;
    return `${String(answer.status)} ${answer.text}`;
  }

  it('is thrown away, and the process goes on', async () => {
    assert.equal(await answerLate((res) => res.send('late')), '503 gone');
  });

  it('and so is a redirect', async () => {
    assert.equal(await answerLate((res) => res.redirect(303, '/next')), '503 gone');
  });

  it('and so is one whose session is saved only when that page was sent', async () => {
    const app = express();
    let saved: Promise<unknown> | undefined;
    const answerFaults = errorPages({ log: createLog('silent') });
    app.use(databaseGuard({ ready: () => Promise.resolve(false), watchCommands }, answerFaults));
    app.use((req, res, next) => {
      const save = (then: () => void): void => {
        saved = once(res, 'finish').then(then);
      };
      Object.assign(req, { sessionID: 'one', session: { save } });
      next();
    }, saveBeforeRedirect);
    app.get('/', (req, res) => {
      req.session.flash = { kind: 'ok', text: 'Saved.' };
      res.redirect(303, '/next');
    });
    app.engine('ejs', (_file, _values, done) => {
      done(null, 'gone');
    });
    app.set('view engine', 'ejs').set('views', path.join(ROOT, 'views'));
    assert.equal((await supertest(app).get('/')).status, 503);
    await saved;
  });

  it('and one that fails late does not cut the page that is on its way through the compression', async () => {
    const page = randomBytes(200_000).toString('hex');
    const app = express();
    const answerFaults = errorPages({ log: createLog('silent') });
    app.use(compression());
    app.use(databaseGuard({ ready: () => Promise.resolve(false), watchCommands }, answerFaults));
    app.get('/', (_req, res, next) => {
      const failLate = (): void => {
        if (res.headersSent) next(new Error('late'));
        else setImmediate(failLate);
      };
      failLate();
    });
    app.use(answerFaults);
    app.engine('ejs', (_file, _values, done) => {
      done(null, page);
    });
    app.set('view engine', 'ejs').set('views', path.join(ROOT, 'views'));
    const answer = await supertest(app).get('/').set('Accept-Encoding', 'gzip');
    assert.deepEqual([answer.status, answer.text.length], [503, page.length]);
  });

  it('nor does a session that cannot be kept after a page cut that page', async () => {
    const page = randomBytes(200_000).toString('hex');
    const app = express();
    app.use(compression());
    app.use(
      databaseGuard({ ready: () => Promise.resolve(true), watchCommands }, (_error, _req, _res, next) =>
        next(),
      ),
    );
    app.get('/', (_req, res, next) => {
      res.send(page);
      next(new Error('the session was not kept'));
    });
    app.use(errorPages({ log: createLog('silent') }));
    const answer = await supertest(app).get('/').set('Accept-Encoding', 'gzip');
    assert.deepEqual([answer.status, answer.text.length], [200, page.length]);
  });
});
