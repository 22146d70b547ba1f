import assert from 'node:assert/strict';
import { createCleverClient } from '../../server/clever/client.js';
import { failureOf, readAll, serveLoopback } from '../support/clever/loopback.js';

describe('the Clever client, when a server is hostile', () => {
  const page = (ids: string[], next?: string) =>
    JSON.stringify({
      data: ids.map((id) => ({ data: { id, district: 'd' } })),
      links: next ? [{ rel: 'next', uri: next }] : [],
    });

  async function readFrom(answer: (url: URL) => string): Promise<{ kind: string; asked: number }> {
    let asked = 0;
    const server = await serveLoopback((request, response) => {
      asked += 1;
      response.end(answer(new URL(request.url ?? '/', 'http://x')));
    });
    try {
      const client = createCleverClient({
        apiUrl: `${server.origin}/v3.1`,
        tokensUrl: server.origin,
        token: 't',
        sleep: async () => undefined,
      });
      const reading = readAll(client.pages('/schools'));
      return { kind: (await failureOf(reading)).kind, asked };
    } finally {
      await server.close();
    }
  }

  it('never follows `next` to another host, and sends it nothing', async () => {
    let visits = 0;
    const thief = await serveLoopback((_request, response) => {
      visits += 1;
      response.end();
    });
    try {
      const stolen = (path: string) => readFrom(() => page(['a'], `${thief.origin}${path}`));
      assert.deepEqual(await stolen('/v3.1/schools?starting_after=a'), { kind: 'redirect', asked: 1 });
      assert.deepEqual(await readFrom(() => page(['a'], `//127.0.0.1:${new URL(thief.origin).port}/x?a=1`)), {
        kind: 'redirect',
        asked: 1,
      });
      const server = await serveLoopback((_request, response) =>
        response.writeHead(307, { location: thief.origin }).end(),
      );
      const client = createCleverClient({ apiUrl: server.origin, tokensUrl: server.origin, token: 't' });
      const failure = await failureOf(client.district()).finally(server.close);
      assert.equal(failure.kind, 'redirect');
    } finally {
      await thief.close();
    }
    assert.equal(visits, 0);
  });

  it('notices a circle over several pages', async () => {
    const ring: Record<string, string> = { a: 'b', b: 'c', c: 'a' };
    const answer = ({ searchParams }: URL) => {
      const at = searchParams.get('starting_after') ?? 'a';
      return page([`${at}1`], `/v3.1/schools?starting_after=${ring[at] ?? 'a'}`);
    };
    assert.deepEqual(await readFrom(answer), { kind: 'loop', asked: 4 });
  });

  it('notices cursors that are always new over records that are always the same, or none', async () => {
    let cursor = 0;
    const next = () => `/v3.1/schools?starting_after=${(cursor += 1)}`;
    assert.deepEqual(await readFrom(() => page(['a', 'b'], next())), { kind: 'loop', asked: 2 });
    assert.equal((await readFrom(() => page([], next()))).kind, 'loop');
  });

  it('refuses JSON that is not Clever’s', async () => {
    for (const body of ['[]', '{}', '"x"', 'null', '{"data":{"id":"a"}}', '{"data":"x"}']) {
      assert.deepEqual(await readFrom(() => body), {
        kind: 'not-clever',
        asked: body.includes('"id"') ? 1 : 6,
      });
    }
    assert.equal(
      (await readFrom(() => JSON.stringify({ data: [], links: [{ rel: 'next', uri: 7 }] }))).kind,
      'not-clever',
    );
  });
});
