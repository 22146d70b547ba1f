import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createCleverClient, type CleverClient } from '../../server/clever/client.js';
import { CleverError } from '../../server/clever/explain-failure.js';
import type { ListPath, SinglePath } from '../../server/clever/schema.js';
import { ROOT } from '../../server/root.js';
import { readAll, serveLoopback } from '../support/clever/loopback.js';

/** Real answers of Clever's public demo district, beside the project; not part of it. */
const FOLDER = path.join(ROOT, '../shared/clever/recorded');

interface Recording {
  url: string;
  headers: Record<string, string>;
  body: { data: unknown; links?: { rel: string; uri: string }[] };
}

const LISTS = /^\/(schools|terms|courses|sections|users|events)(\/\w+\/\w+)?$/;
const SINGLE = /^(\/(?:schools|terms|courses|sections|users|events))\/(\w+)$/;

describe('Clever’s recorded answers', () => {
  const recordings = new Map<string, Recording>();
  const asked = new Set<string>();
  let server: Awaited<ReturnType<typeof serveLoopback>> | undefined;
  let client: CleverClient;

  before(async function () {
    if (!existsSync(FOLDER)) {
      process.stdout.write('      skipped: ../shared/clever/recorded is missing\n');
      this.skip();
    }
    for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.json'))) {
      const recording = JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Recording;
      recordings.set(keyOf(recording.url), recording);
    }
    server = await serveLoopback((request, response) => {
      const key = keyOf(request.url ?? '/');
      const recording = recordings.get(key);
      asked.add(key);
      if (!recording) return response.writeHead(404).end(JSON.stringify({ message: 'not recorded' }));
      response.setHeader('x-ratelimit-remaining', recording.headers['x-ratelimit-remaining'] ?? '1200');
      return response.end(JSON.stringify(recording.body));
    });
    client = createCleverClient({
      apiUrl: `${server.origin}/v3.0`,
      tokensUrl: server.origin,
      token: 't',
      pageSize: 100,
    });
  });
  after(() => server?.close());

  it('every recorded list comes through whole and in order, up to the first page that was not recorded', async () => {
    let objects = 0;
    let complete = 0;
    for (const { url } of [...recordings.values()]) {
      const { pathname, searchParams } = new URL(url, 'http://x');
      const path = pathname.replace('/v3.0', '');
      const first = recordings.get(keyOf(url))?.body;
      if (!LISTS.test(path) || !Array.isArray(first?.data)) continue;
      const { expected, ended } = chainFrom(url);
      const received: unknown[] = [];
      let last: unknown = null;
      try {
        for await (const page of client.pages(path as ListPath, Object.fromEntries(searchParams))) {
          assert.equal(page.skipped, 0);
          received.push(...page.objects);
        }
      } catch (error) {
        last = error;
      }
      assert.deepEqual(received, expected, url);
      assert.equal(last === null, ended, url);
      assert.ok(last === null || (last instanceof CleverError && last.kind === 'not-found'), url);
      objects += received.length;
      complete += ended ? 1 : 0;
    }
    assert.ok(objects > 2000 && complete >= 15, `${objects} objects, ${complete} complete lists`);
  });

  it('every recorded single object comes through whole', async () => {
    let singles = 0;
    for (const { url, body } of recordings.values()) {
      const [, path, id] = SINGLE.exec(url.replace('/v3.0', '')) ?? [];
      if (!path || !id) continue;
      assert.deepEqual(await client.one(path as SinglePath, id), body.data, url);
      singles += 1;
    }
    assert.ok(singles >= 7, `${singles} single objects`);
  });

  it('the district comes through, and every recording was asked for but single objects below others', async () => {
    assert.equal((await client.district()).id, '58da8a43cc70ab00017a1a87');
    const left = [...recordings.keys()].filter((key) => !asked.has(key));
    assert.deepEqual(
      left.filter((key) => !/\/(district|course|districts\?count=5)$/.test(key)),
      [],
    );
  });

  it('a list of nothing but a missing page is an error, never an empty list', async () => {
    await assert.rejects(readAll(client.pages('/users', { role: 'contact' })), CleverError);
  });

  /** The objects of a chain of recorded pages, and whether its end was recorded. */
  function chainFrom(url: string): { expected: unknown[]; ended: boolean } {
    const expected: unknown[] = [];
    for (let next: string | undefined = url; next !== undefined;) {
      const body: Recording['body'] | undefined = recordings.get(keyOf(next))?.body;
      if (!body) return { expected, ended: false };
      expected.push(...(body.data as { data: unknown }[]).map(({ data }) => data));
      next = body.links?.find(({ rel }) => rel === 'next')?.uri;
    }
    return { expected, ended: true };
  }
});

/** A page of 100 is what Clever gives unasked; the order of a query's parts does not matter. */
function keyOf(address: string): string {
  const url = new URL(address, 'http://x');
  if (url.searchParams.get('limit') === '100') url.searchParams.delete('limit');
  url.searchParams.sort();
  return `${url.pathname}${url.search}`;
}
