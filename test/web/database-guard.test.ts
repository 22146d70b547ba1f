import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import compression from 'compression';
import express from 'express';
import supertest from 'supertest';
import { watchCommands } from '../../server/database/follow-commands.js';
import { createLog } from '../../server/log.js';
import { ROOT } from '../../server/root.js';
import { databaseGuard } from '../../server/web/database-guard.js';
import { errorPages } from '../../server/web/errors.js';

describe('a page that comes after the one that says the database is gone', () => {
  it('is thrown away, and the process goes on', async () => {
    const app = express();
    let late: Promise<void> | undefined;
    const answerFaults = errorPages({ log: createLog('silent') });
    app.use(databaseGuard({ ready: () => Promise.resolve(false), watchCommands }, answerFaults));
    app.get('/', (_req, res) => {
      late = once(res, 'finish').then(
        () =>
          new Promise<void>((resolve) => {
            // As Express does with what a template gave.
            process.nextTick(() => {
              res.send('late');
              resolve();
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
    assert.deepEqual([answer.status, answer.text], [503, 'gone']);
    await late;
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
