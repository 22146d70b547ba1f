import assert from 'node:assert/strict';
import { createCleverClient } from '../../server/clever/client.js';
import type { CleverFailure } from '../../server/models/clever-fault.js';
import type { Misbehaviour } from '../../server/sandbox/misbehave.js';
import { startSandbox, type Sandbox } from '../../server/sandbox/start-sandbox.js';
import { clientOf, failureOf, PLENTY, readAll, serveLoopback } from '../support/clever/loopback.js';

describe('the Clever client, when Clever misbehaves', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ students: 40, rateLimit: PLENTY });
  });
  afterEach(() => sandbox.close());

  const asked = () => sandbox.requests().filter((address) => address.includes('/sections')).length;

  const FATAL: [Misbehaviour['kind'], CleverFailure, RegExp][] = [
    ['400', 'bad-request', /full sync/],
    ['401', 'unauthorized', /set-up page/],
    ['403', 'forbidden', /administrator to share/],
    ['404', 'not-found', /Check that the Clever address/],
    ['413', 'page-too-large', /smaller page size/],
    ['501', 'server', /has a problem \(501\)/],
    ['loop', 'loop', /never end/],
    ['redirect', 'redirect', /didn’t follow it/],
  ];
  for (const [kind, failure, words] of FATAL) {
    it(`${kind}: fails at once as "${failure}", with words to act on`, async () => {
      sandbox.misbehave({ match: /\/sections/, kind, times: 9 });
      const client = clientOf(sandbox, { pageSize: 10 });
      const error = await failureOf(readAll(client.pages('/sections')));
      assert.equal(error.kind, failure);
      assert.match(error.message, words);
      assert.equal(asked(), 1);
      assert.deepEqual(client.slept, []);
    });
  }

  for (const kind of ['500', '502', '503', 'cut', 'html', 'truncated'] as const) {
    it(`${kind}: asks again after 1, 2 and 4 seconds and reads the whole list`, async () => {
      sandbox.misbehave({ match: /\/sections.*starting_after/, kind, times: 3 });
      const client = clientOf(sandbox, { pageSize: 10 });
      const sections = await readAll(client.pages('/sections'));
      assert.equal(sections.length, sandbox.totals().sections);
      assert.deepEqual(client.slept, [1000, 2000, 4000]);
    });
  }

  for (const [kind, failure, words] of [
    ['html', 'not-json', /web page came back/],
    ['truncated', 'truncated', /was cut off/],
  ] as const)
    it(`${kind}: an answer that is spoilt each time fails in words in the end`, async () => {
      sandbox.misbehave({ match: /\/sections/, kind, times: 99 });
      const client = clientOf(sandbox);
      const error = await failureOf(readAll(client.pages('/sections')));
      assert.deepEqual([error.kind, asked()], [failure, 6]);
      assert.match(error.message, words);
      assert.deepEqual(client.slept, [1000, 2000, 4000, 8000, 16_000]);
    });

  it('gives up after five retries', async () => {
    sandbox.misbehave({ match: /\/sections/, kind: '500', times: 99 });
    const client = clientOf(sandbox);
    const error = await failureOf(readAll(client.pages('/sections')));
    assert.deepEqual([error.kind, error.status, asked()], ['server', 500, 6]);
    assert.deepEqual(client.slept, [1000, 2000, 4000, 8000, 16_000]);
  });

  for (const [kind, bound] of [
    ['slow', 'headersTimeoutMs'],
    ['trickle', 'totalTimeoutMs'],
  ] as const) {
    it(`${kind}: an answer that takes too long is asked for again, then given up as a time-out`, async () => {
      sandbox.misbehave({ match: /\/sections/, kind });
      // Long enough for the answers that come, on a machine that is busy.
      const patient = clientOf(sandbox, { bounds: { [bound]: 6000 } });
      assert.equal((await readAll(patient.pages('/sections'))).length, sandbox.totals().sections);
      assert.deepEqual(patient.slept, [1000]);
      sandbox.misbehave({ match: /\/sections/, kind, times: 9 });
      const hasty = clientOf(sandbox, { bounds: { [bound]: 100 }, retries: 1 });
      assert.equal((await failureOf(readAll(hasty.pages('/sections')))).kind, 'time-out');
    });
  }

  it('refuses an answer larger than its bound', async () => {
    sandbox.misbehave({ match: /\/sections/, kind: 'huge', bytes: 300_000 });
    const client = clientOf(sandbox, { bounds: { maxBodyBytes: 100_000 } });
    assert.equal((await failureOf(readAll(client.pages('/sections')))).kind, 'too-large');
  });

  it('says that nothing listens at the address', async () => {
    const gone = await serveLoopback((_request, response) => response.end());
    await gone.close();
    const client = createCleverClient({
      apiUrl: gone.origin,
      tokensUrl: gone.origin,
      token: 't',
      retries: 0,
    });
    assert.equal((await failureOf(client.district())).kind, 'connection');
  });

  it('a chain that breaks off in the middle throws after the pages that came', async () => {
    sandbox.misbehave({ match: /starting_after/, kind: '403', times: 1 });
    let pages = 0;
    const reading = (async () => {
      for await (const page of clientOf(sandbox, { pageSize: 10 }).pages('/sections'))
        pages += page.objects.length / 10;
    })();
    assert.equal((await failureOf(reading)).kind, 'forbidden');
    assert.equal(pages, 1);
  });

  it('stops at once when told to, in a request and in a wait', async () => {
    sandbox.misbehave({ match: /\/sections/, kind: 'slow' });
    const inRequest = new AbortController();
    const reading = readAll(clientOf(sandbox, { signal: inRequest.signal }).pages('/sections'));
    await sandbox.nextRequest(/\/sections/);
    inRequest.abort();
    assert.equal((await failureOf(reading)).kind, 'stopped');

    sandbox.misbehave({ match: /\/terms/, kind: '500', times: 9 });
    const inWait = new AbortController();
    const onWait = () => void setImmediate(() => inWait.abort());
    const waiting = clientOf(sandbox, { signal: inWait.signal, sleep: undefined, onWait });
    assert.equal((await failureOf(readAll(waiting.pages('/terms')))).kind, 'stopped');
  });
});

describe('the Clever client, when something in between answers once', () => {
  const right = JSON.stringify({ data: [{ data: { id: 'a', district: 'd' } }], links: [] });
  const SPOILT: Record<string, string> = {
    nothing: '',
    spaces: ' \r\n',
    'half of it': right.slice(0, -9),
    'a web page': '<!doctype html><title>Please wait</title>',
    'a text': 'upstream connect error',
    'JSON of its own': '{"status":"maintenance"}',
    'no data': '{"data":null,"links":[]}',
    'a list': '[]',
    'a mark before it, cut off': `\uFEFF${right.slice(0, 20)}`,
  };
  for (const [what, spoilt] of Object.entries(SPOILT))
    for (const type of ['application/json', 'text/html'])
      it(`${what} as ${type}: asks again`, async () => {
        let asked = 0;
        const server = await serveLoopback((_request, response) => {
          asked += 1;
          response.setHeader('content-type', asked === 1 ? type : 'application/json');
          response.end(asked === 1 ? spoilt : right);
        });
        const slept: number[] = [];
        const client = createCleverClient({
          apiUrl: `${server.origin}/v3.1`,
          tokensUrl: server.origin,
          token: 't',
          sleep: async (ms) => void slept.push(ms),
        });
        try {
          assert.deepEqual(
            (await readAll(client.pages('/schools'))).map(({ id }) => id),
            ['a'],
          );
          assert.deepEqual([asked, slept], [2, [1000]]);
        } finally {
          await server.close();
        }
      });

  for (const status of [403, 404])
    it(`events that are switched off (${String(status)}) are not available, which is no fault of the address`, async () => {
      const server = await serveLoopback((_request, response) => {
        response.statusCode = status;
        response.end('{"error":"Not here"}');
      });
      const client = createCleverClient({
        apiUrl: `${server.origin}/v3.1`,
        tokensUrl: server.origin,
        token: 't',
      });
      try {
        const { message } = await failureOf(client.newestEventId());
        assert.match(message, /doesn’t offer its list of changes/);
        assert.doesNotMatch(message, /address/);
      } finally {
        await server.close();
      }
    });
});
