import assert from 'node:assert/strict';
import { createCleverClient } from '../../server/clever/client.js';
import type { Wait } from '../../server/clever/keep-pace.js';
import { startSandbox } from '../../server/sandbox/start-sandbox.js';
import { clientOf, failureOf, PLENTY, readAll, serveLoopback } from '../support/clever/loopback.js';

describe('the Clever client’s pace', () => {
  it('waits for the budget to be full again before it is used up', async () => {
    const sandbox = await startSandbox({ students: 40, rateLimit: { limit: 30, windowMs: 60_000 } });
    // Sandbox and client go by one clock, which a wait moves on.
    const { now } = Date;
    let waited = 0;
    Date.now = () => now() + waited;
    try {
      const waits: Wait[] = [];
      const sleep = async (ms: number) => void (waited += ms);
      const client = clientOf(sandbox, { pageSize: 1, sleep, onWait: (wait) => waits.push(wait) });
      assert.equal((await readAll(client.pages('/users', { role: 'student' }))).length, 40);
      // 40 full pages and the empty one: no request was in vain, so none was answered with 429.
      assert.equal(sandbox.requests().length, 41);
      assert.ok(
        waits.length >= 1 && waits.every(({ reason, ms }) => reason === 'rate-limit' && ms <= 61_000),
      );
    } finally {
      Date.now = now;
      await sandbox.close();
    }
  });

  it('429: waits until the reset by the server’s clock, then goes on', async () => {
    const serverNow = Date.parse('2001-02-03T04:05:06Z');
    let refused = false;
    const server = await serveLoopback((_request, response) => {
      response.setHeader('date', new Date(serverNow).toUTCString());
      if (refused) return response.end(JSON.stringify({ data: [], links: [] }));
      refused = true;
      return response.writeHead(429, { 'x-ratelimit-reset': String(serverNow / 1000 + 42) }).end();
    });
    try {
      const slept: number[] = [];
      const sleep = async (ms: number) => void slept.push(ms);
      const client = createCleverClient({
        apiUrl: server.origin,
        tokensUrl: server.origin,
        token: 't',
        sleep,
      });
      assert.deepEqual(await readAll(client.pages('/terms')), []);
      assert.deepEqual(slept, [42_000]);
    } finally {
      await server.close();
    }
  });

  it('429 without end: gives up after five waits and says when to try again', async () => {
    const sandbox = await startSandbox({ students: 40, rateLimit: PLENTY });
    try {
      sandbox.misbehave({ match: /./, kind: '429', times: 99 });
      const client = clientOf(sandbox);
      const error = await failureOf(client.district());
      assert.equal(error.kind, 'rate-limited');
      assert.match(error.message, /few minutes/);
      assert.equal(client.slept.length, 5);
    } finally {
      await sandbox.close();
    }
  });

  it('429 that asks for hours: fails instead of hanging', async () => {
    const server = await serveLoopback((_request, response) =>
      response.writeHead(429, { 'retry-after': '7200' }).end(),
    );
    try {
      const client = createCleverClient({ apiUrl: server.origin, tokensUrl: server.origin, token: 't' });
      assert.equal((await failureOf(client.district())).kind, 'rate-limited');
    } finally {
      await server.close();
    }
  });
});
