import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createCleverClient } from '../../server/clever/client.js';
import { startSandbox, type Sandbox } from '../../server/sandbox/start-sandbox.js';
import { clientOf, failureOf, PLENTY, readAll, serveLoopback } from '../support/clever/loopback.js';
import { runs } from '../support/seed.js';

const LISTS = ['/schools', '/terms', '/courses', '/sections', '/users', '/events'] as const;

describe('the Clever client', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ students: 60, rateLimit: PLENTY });
  });
  after(() => sandbox.close());
  afterEach(() => {
    sandbox.behave();
  });

  it('reads every list to its end, whatever the page size', async () => {
    const whole = new Map<string, unknown[]>();
    for (const path of LISTS)
      whole.set(path, await readAll(clientOf(sandbox, { pageSize: 10_000 }).pages(path)));
    assert.equal(whole.get('/users')?.length, sandbox.totals().users);
    assert.equal(whole.get('/sections')?.length, sandbox.totals().sections);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...LISTS),
        fc.integer({ min: 1, max: 300 }),
        async (path, pageSize) => {
          assert.deepEqual(await readAll(clientOf(sandbox, { pageSize }).pages(path)), whole.get(path));
        },
      ),
      {
        numRuns: runs(25),
        examples: [
          ['/schools', 4],
          ['/terms', 1],
          ['/sections', whole.get('/sections')?.length ?? 0],
        ],
      },
    );
  });

  it('gives a page at a time, so that a list of any length fits in memory', async () => {
    const sizes: number[] = [];
    for await (const page of clientOf(sandbox, { pageSize: 25 }).pages('/users', { role: 'student' })) {
      sizes.push(page.objects.length);
    }
    assert.deepEqual(sizes, [25, 25, 10]);
  });

  for (const version of ['v3.0', 'v3.1'] as const) {
    it(`speaks ${version}, also behind a proxy's path`, async () => {
      const proxied = await startSandbox({ students: 40, version, prefix: '/clever/proxy' });
      try {
        assert.match(proxied.url, new RegExp(`/clever/proxy/${version}$`));
        const students = await readAll(
          clientOf(proxied, { pageSize: 7 }).pages('/users', { role: 'student' }),
        );
        assert.equal(students.length, 40);
        assert.ok(proxied.requests().every((address) => address.startsWith(`/${version}/users?`)));
      } finally {
        await proxied.close();
      }
    });
  }

  it('gives one object by its id, and null for an id that Clever does not have', async () => {
    const client = clientOf(sandbox);
    const id = sandbox.idOf('school', 1);
    assert.deepEqual({ ...(await client.one('/schools', id)) }, sandbox.read(id));
    assert.equal(await client.one('/schools', sandbox.idOf('school', 99)), null);
    assert.equal(await client.one('/users', sandbox.idOf('school', 1)), null);
  });

  it('never lets an id lead to another place on the server', async () => {
    const before = sandbox.requests().length;
    for (const id of ['../districts', '..', 'a/b', 'a?b=c', '%2e%2e', '']) {
      assert.equal(await clientOf(sandbox).one('/schools', id), null);
    }
    assert.equal(sandbox.requests().length, before);
  });

  it('reads what hangs below an object', async () => {
    const client = clientOf(sandbox);
    const school = sandbox.idOf('school', 2);
    const sections = await readAll(client.pages(`/schools/${school}/sections`));
    assert.ok(sections.length > 0 && sections.every((section) => section.school === school));
    const terms = await readAll(client.pages(`/schools/${school}/terms`));
    assert.deepEqual(new Set(terms.map(({ id }) => id)).has(sandbox.idOf('term', 2)), true);
  });

  it('names the district and the newest event', async () => {
    const client = clientOf(sandbox);
    assert.equal((await client.district()).id, sandbox.districtId);
    assert.deepEqual(await client.readableDistricts(), [sandbox.districtId]);
    const events = await readAll(client.pages('/events'));
    assert.equal(await client.newestEventId(), events.at(-1)?.id);
  });

  it('goes on from an event, and is told when the event is no longer known', async () => {
    const client = clientOf(sandbox);
    const last = await client.newestEventId();
    assert.ok(last);
    assert.deepEqual(await readAll(client.pages('/events', { starting_after: last })), []);
    const student = sandbox.idOf('student', 3);
    sandbox.change(student, { email: 'new@students.example.org' });
    const fresh = await readAll(client.pages('/events', { starting_after: last }));
    assert.deepEqual(
      fresh.map(({ type, data }) => [type, data?.object?.id]),
      [['users.updated', student]],
    );
    const unknown = client.pages('/events', { starting_after: 'f'.repeat(24) });
    assert.equal((await failureOf(readAll(unknown))).kind, 'bad-request');
  });

  it('counts entries without an id, and keeps keys that it does not know', async () => {
    const entries = [
      { data: { id: 'a', district: 'd', novelty: { x: 1 } }, uri: '' },
      { data: { name: 'no id' } },
      null,
      7,
    ];
    const server = await serveLoopback((_request, response) =>
      response.end(JSON.stringify({ data: entries, links: [] })),
    );
    try {
      const client = createCleverClient({
        apiUrl: `${server.origin}/v3.1`,
        tokensUrl: server.origin,
        token: 't',
      });
      const { value } = await client.pages('/schools').next();
      assert.deepEqual(value, { objects: [{ id: 'a', district: 'd', novelty: { x: 1 } }], skipped: 3 });
    } finally {
      await server.close();
    }
  });
});
