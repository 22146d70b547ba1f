import assert from 'node:assert/strict';
import type { CleverClient } from '../../server/clever/client.js';
import type { CleverEvent } from '../../server/clever/schema.js';
import { startSandbox, type Sandbox } from '../../server/sandbox/start-sandbox.js';
import { clientOf, PLENTY, readAll } from '../support/clever/loopback.js';

const LISTS = ['/schools', '/terms', '/courses', '/sections', '/users'] as const;

/** Every record that the district shows, by its id. */
async function readDistrict(client: CleverClient): Promise<Map<string, object>> {
  const records = new Map<string, object>();
  for (const list of LISTS)
    for (const object of await readAll<{ id: string }>(client.pages(list))) records.set(object.id, object);
  return records;
}

function apply(records: Map<string, object>, event: CleverEvent): void {
  const [type, object] = [typeOf(event), event.data?.object];
  if (!object || type.startsWith('districts.')) return;
  if (type.endsWith('.deleted')) records.delete(object.id);
  else records.set(object.id, object);
}

const typeOf = ({ type }: CleverEvent) => type ?? '';
const sorted = (records: Map<string, object>) => [...records].sort(([a], [b]) => (a < b ? -1 : 1));

describe('what the sandbox shares', () => {
  let sandbox: Sandbox;
  let client: CleverClient;
  beforeEach(async () => {
    sandbox = await startSandbox({ students: 120, rateLimit: PLENTY });
    client = clientOf(sandbox);
  });
  afterEach(() => sandbox.close());

  /** Does something to the district; gives the types of its events, which tell of all that the lists show otherwise. */
  async function tells(act: () => void): Promise<string[]> {
    const [copy, last] = [await readDistrict(client), await client.newestEventId()];
    act();
    const events = await readAll(client.pages('/events', { starting_after: last ?? '' }));
    for (const event of events) apply(copy, event);
    assert.deepEqual(sorted(copy), sorted(await readDistrict(client)));
    return [...new Set(events.map(typeOf))].sort();
  }

  it('a school that is no longer shared takes its sections and people along, and brings the same again', async () => {
    const before = await readDistrict(client);
    const school = sandbox.idOf('school', 0);
    const gone = ['schools.deleted', 'sections.deleted', 'users.deleted'];
    assert.deepEqual(
      await tells(() => {
        sandbox.shareSchool(school, false);
      }),
      gone,
    );
    const after = await readDistrict(client);
    assert.ok(after.size < before.size && !after.has(school));
    for (const kind of ['section', 'student', 'staff'] as const)
      assert.ok(!after.has(sandbox.idOf(kind, 0)) && before.has(sandbox.idOf(kind, 0)), kind);
    const elsewhere = sandbox.idOf('student', 119);
    assert.ok(after.has(elsewhere));
    assert.deepEqual(
      await tells(() => {
        sandbox.shareSchool(school, true);
      }),
      gone.map((type) => type.replace('deleted', 'created')),
    );
    assert.deepEqual(sorted(await readDistrict(client)), sorted(before));
  });

  it('who is in another school too stays, and so do contacts with another child', async () => {
    const [first, second] = [sandbox.idOf('school', 0), sandbox.idOf('school', 1)];
    const [both, only, other] = [0, 1, 119].map((index) => sandbox.idOf('student', index));
    const [stays = '', goes = ''] = Array.from({ length: 12 }, (_, index) =>
      sandbox.idOf('contact', index),
    ).filter((id) => sandbox.read(id));
    const tie = (student?: string) => ({ student, relationship: 'Parent', type: 'Primary' });
    sandbox.change(both ?? '', { roles: { student: { school: first, schools: [first, second] } } });
    sandbox.change(stays, { roles: { contact: { student_relationships: [tie(only), tie(other)] } } });
    sandbox.change(goes, { roles: { contact: { student_relationships: [tie(only)] } } });
    await tells(() => {
      sandbox.shareSchool(first, false);
    });
    const shown = await readDistrict(client);
    assert.deepEqual(
      [both, only, stays, goes].map((id) => shown.has(id ?? '')),
      [true, false, true, false],
    );
  });

  it('tells of a school that is not shared nothing but who comes out of it and who goes into it', async () => {
    const [hidden, shown] = [sandbox.idOf('school', 0), sandbox.idOf('school', 2)];
    sandbox.shareSchool(hidden, false);
    const [inside, outside] = [sandbox.idOf('student', 3), sandbox.idOf('student', 60)];
    const move = (student: string, school: string) => () => {
      sandbox.change(student, { roles: { student: { school, schools: [school] } } });
    };
    const contact = sandbox.idOf('contact', 0);
    const tie = { relationship: 'Parent', type: 'Primary' };
    sandbox.change(contact, { roles: { contact: { student_relationships: [{ ...tie, student: inside }] } } });
    assert.deepEqual(
      await tells(() => {
        sandbox.change(inside, { name: { first: 'Not', last: 'Told' } });
        sandbox.remove(sandbox.idOf('section', 0));
      }),
      [],
    );
    assert.deepEqual(await tells(move(inside, shown)), ['users.created']);
    assert.ok((await readDistrict(client)).has(contact), 'comes with the child');
    assert.deepEqual(await tells(move(inside, hidden)), ['users.deleted']);
    assert.ok(!(await readDistrict(client)).has(contact), 'goes with the child');
    await tells(move(outside, hidden));
    for (let night = 0; night < 5; night += 1)
      await tells(() => {
        sandbox.advanceNight();
      });
  });

  it('a kind that is no longer shared is told record by record, and again when it is shared', async () => {
    for (const sharing of ['empty', '403'] as const) {
      assert.deepEqual(
        await typesOf(() => {
          sandbox.share('course', sharing);
        }),
        ['courses.deleted'],
      );
      assert.deepEqual(
        await typesOf(() => {
          sandbox.change(sandbox.idOf('course', 1), { name: sharing });
        }),
        [],
      );
      assert.deepEqual(
        await typesOf(() => {
          sandbox.share('course', 'shared');
        }),
        ['courses.created'],
      );
    }
    assert.deepEqual(
      await tells(() => {
        sandbox.share('contact', 'empty');
      }),
      ['users.deleted'],
    );
  });

  /** The types alone, where a list may be refused. */
  async function typesOf(act: () => void): Promise<string[]> {
    const last = await client.newestEventId();
    act();
    const events = await readAll(client.pages('/events', { starting_after: last ?? '' }));
    return [...new Set(events.map(typeOf))].sort();
  }
});
