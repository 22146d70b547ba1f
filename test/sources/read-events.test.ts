import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Types } from 'mongoose';
import { createCleverClient } from '../../server/clever/client.js';
import { NotByEvents, readEvents, type Changes } from '../../server/sources/download/read-events.js';
import type { ActiveRun } from '../../server/runs/engine/active-run.js';
import { mapCleverPerson } from '../../server/sources/records/map-clever-person.js';
import { ROOT } from '../../server/root.js';
import { serveLoopback } from '../support/clever/loopback.js';

const FOLDER = path.join(ROOT, '../shared/clever/recorded');
const PAGES = ['starting_after_640df950d306111b2385f72b', 'starting_after_64206e4531f12f05cc490ffd'];
const KINDS = { students: true, teachers: true, staff: true, contacts: true };
const run = { step: () => Promise.resolve() } as unknown as ActiveRun;

interface Body {
  data: unknown[];
  links: { rel: string; uri: string }[];
}

describe('reading events', () => {
  /** Reads pages of events as Clever would give them. */
  async function read(pages: Body[], most = 1000, schools: string[] = []): Promise<Changes> {
    let at = 0;
    const server = await serveLoopback((_, response) => {
      response.end(JSON.stringify(pages[at]));
      at += 1;
    });
    const client = createCleverClient({
      apiUrl: `${server.origin}/v3.0`,
      tokensUrl: server.origin,
      token: 't',
      pageSize: 100,
    });
    const matched = new Map(schools.map((id) => [id, new Types.ObjectId()]));
    try {
      return await readEvents(client, 'start', { run, schools: matched, most });
    } finally {
      await server.close();
    }
  }

  const event = (id: string, type: string, object?: object) => ({ data: { id, type, data: { object } } });
  const page = (...data: unknown[]): Body => ({ data, links: [] });
  const user = (first: string, roles: object = { student: {} }) => ({ id: 'u1', name: { first }, roles });

  it('takes Clever’s recorded events in, whole and in order', async function () {
    if (!existsSync(FOLDER)) {
      process.stdout.write('      skipped: ../shared/clever/recorded is missing\n');
      this.skip();
    }
    const pages = PAGES.map(
      (name) =>
        (JSON.parse(readFileSync(`${FOLDER}/v3_0_events_${name}.json`, 'utf8')) as { body: Body }).body,
    );
    const [, last] = pages;
    if (last) last.links = last.links.filter(({ rel }) => rel !== 'next');
    const changes = await read(pages);
    assert.deepEqual([changes.events, changes.schools, changes.unsure.size], [200, 4, 0]);
    assert.equal(changes.newest, '64206e4531f12f05cc491061');
    assert.ok(changes.users.size > 150);
    for (const [id, object] of changes.users) {
      assert.ok(object, id);
      const mapped = mapCleverPerson(object, KINDS, new Map());
      assert.ok(mapped.ok || mapped.reason.startsWith('It has no role'), id);
    }
  });

  it('keeps the last state of each record', async () => {
    const changes = await read([
      page(
        event('e1', 'users.created', user('First')),
        event('e2', 'users.deleted', user('First')),
        event('e3', 'users.created', user('Again')),
        event('e4', 'users.updated', user('Last')),
        event('e5', 'terms.updated', { id: 't1' }),
        event('e6', 'terms.deleted', { id: 't1' }),
        event('e7', 'districts.updated', { id: 'd1' }),
      ),
    ]);
    assert.deepEqual([...changes.users.values()], [user('Last')]);
    assert.deepEqual([...changes.terms], [['t1', null]]);
    assert.deepEqual([changes.events, changes.newest, changes.schools], [7, 'e7', 0]);
  });

  it('does not believe that somebody of two roles is gone', async () => {
    const both = user('First', { teacher: {}, contact: {} });
    assert.deepEqual([...(await read([page(event('e1', 'users.deleted', both))])).unsure], ['u1']);
    const back = [event('e1', 'users.deleted', both), event('e2', 'users.created', both)];
    assert.equal((await read([page(...back)])).unsure.size, 0);
  });

  for (const [why, events] of [
    ['a record without an id', [event('e1', 'users.updated', { name: {} })]],
    ['no record', [event('e1', 'sections.created')]],
    ['an unknown verb', [event('e1', 'courses.merged', { id: 'c1' })]],
    ['an event without an id', [{ data: { type: 'users.updated' } }]],
    ['a matched school that is gone', [event('e1', 'schools.deleted', { id: 's1' })]],
    [
      'more events than wanted',
      Array.from({ length: 11 }, (_, index) => event(`e${index}`, 'x.updated', {})),
    ],
  ] as const)
    it(`does not go by events with ${why}`, async () => {
      await assert.rejects(read([page(...events)], 10, ['s1']), NotByEvents);
    });
});
