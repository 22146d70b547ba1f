import assert from 'node:assert/strict';
import type { CleverEvent, CleverSection, CleverUser } from '../../server/clever/schema.js';
import { startSandbox, type Sandbox } from '../../server/sandbox/start-sandbox.js';
import { clientOf, failureOf, PLENTY, readAll } from '../support/clever/loopback.js';

interface Snapshot {
  users: Map<string, CleverUser>;
  sections: Map<string, CleverSection>;
}

async function snapshot(sandbox: Sandbox): Promise<Snapshot> {
  const client = clientOf(sandbox);
  const [users, sections] = [await readAll(client.pages('/users')), await readAll(client.pages('/sections'))];
  return {
    users: new Map(users.map((user) => [user.id, user])),
    sections: new Map(sections.map((section) => [section.id, section])),
  };
}

describe('a night in the sandbox', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({
      students: 900,
      rateLimit: PLENTY,
      today: new Date('2026-03-04T05:06:07Z'),
    });
  });
  afterEach(() => sandbox.close());

  const holders = ({ sections }: Snapshot, student: string) =>
    [...sections.values()].filter(({ students }) => students?.includes(student)).map(({ id }) => id);

  it('brings leavers, arrivals, moves and changed classes, and tells which', async () => {
    const before = await snapshot(sandbox);
    const night = sandbox.advanceNight();
    const after = await snapshot(sandbox);
    assert.ok(night.left.length >= 2 && night.arrived.length >= 2 && night.changedClass.length > 0);
    for (const id of night.left) {
      assert.ok(before.users.has(id) && !after.users.has(id));
      assert.deepEqual(holders(after, id), []);
    }
    for (const id of night.arrived) {
      assert.ok(!before.users.has(id) && after.users.has(id));
      assert.ok(holders(after, id).length >= 4);
    }
    for (const id of night.movedSchool) {
      assert.notEqual(
        before.users.get(id)?.roles?.student?.school,
        after.users.get(id)?.roles?.student?.school,
      );
    }
    for (const id of night.changedClass) assert.notDeepEqual(holders(before, id), holders(after, id));
    const { sectionGone, sectionRenamed, teacherChanged } = night;
    assert.ok(sectionGone && sectionRenamed && teacherChanged);
    assert.ok(before.sections.has(sectionGone) && !after.sections.has(sectionGone));
    assert.equal(
      after.sections.get(sectionRenamed)?.name,
      `${before.sections.get(sectionRenamed)?.name ?? ''} (Honors)`,
    );
    assert.notEqual(
      before.sections.get(teacherChanged)?.teacher,
      after.sections.get(teacherChanged)?.teacher,
    );
  });

  it('leaves everything else, and the sample family, as it was', async () => {
    const family = sandbox.sampleFamily();
    const before = await snapshot(sandbox);
    for (let night = 0; night < 5; night += 1) sandbox.advanceNight();
    const after = await snapshot(sandbox);
    assert.ok(after.users.has(family?.guardian.id ?? ''));
    for (const { id, sectionIds } of family?.children ?? []) {
      assert.deepEqual(after.users.get(id), before.users.get(id));
      for (const section of sectionIds)
        assert.equal(after.sections.get(section)?.teacher, before.sections.get(section)?.teacher);
      assert.deepEqual(holders(after, id), holders(before, id));
    }
    assert.ok(sandbox.totals().dangling === 3);
  });

  it('brings one leaver back the night after, with classes and contacts', async () => {
    const before = await snapshot(sandbox);
    const first = sandbox.advanceNight();
    const second = sandbox.advanceNight();
    const [back = ''] = second.returned;
    assert.equal(back, first.left[0]);
    const after = await snapshot(sandbox);
    assert.deepEqual(after.users.get(back), before.users.get(back));
    const gone = [first.sectionGone, second.sectionGone];
    assert.deepEqual(
      holders(after, back),
      holders(before, back).filter((id) => !gone.includes(id)),
    );
    const client = clientOf(sandbox);
    assert.ok(
      (await readAll(client.pages(`/users/${back}/mycontacts`))).every(({ id }) => before.users.has(id)),
    );
  });

  it('is told by events: applied to a copy of before, they give the state of after', async () => {
    const client = clientOf(sandbox, { pageSize: 50 });
    const last = await client.newestEventId();
    const copy = await snapshot(sandbox);
    for (let night = 0; night < 3; night += 1) sandbox.advanceNight();
    const events = await readAll(client.pages('/events', { starting_after: last ?? '' }));
    for (const event of events) apply(copy, event);
    assert.deepEqual(sorted(copy), sorted(await snapshot(sandbox)));
    const times = events.map(({ created }) => created ?? '');
    assert.deepEqual(times, [...times].sort());
  });

  it('previous attributes say what a changed field was', async () => {
    const client = clientOf(sandbox);
    const last = await client.newestEventId();
    const section = sandbox.idOf('section', 1);
    const was = sandbox.read(section);
    sandbox.change(section, { name: 'Changed', term_id: undefined, period: 'late' });
    const [event] = await readAll(client.pages('/events', { starting_after: last ?? '' }));
    assert.equal(event?.type, 'sections.updated');
    assert.deepEqual(event.data?.previous_attributes, {
      name: was?.name,
      term_id: was?.term_id,
      period: was?.period ?? '',
    });
  });

  it('events older than 30 days are no longer known', async () => {
    const client = clientOf(sandbox);
    const last = await client.newestEventId();
    for (let night = 0; night < 31; night += 1) sandbox.advanceNight();
    const reading = readAll(client.pages('/events', { starting_after: last ?? '' }));
    assert.equal((await failureOf(reading)).kind, 'bad-request');
  });

  it('the same nights bring the same', async () => {
    const twin = await startSandbox({ students: 900, today: new Date('2026-03-04T05:06:07Z') });
    try {
      for (let night = 0; night < 3; night += 1)
        assert.deepEqual(sandbox.advanceNight(), twin.advanceNight());
    } finally {
      await twin.close();
    }
  });

  it('removes and restores on order', async () => {
    const [student, section] = [sandbox.idOf('student', 30), sandbox.idOf('section', 2)];
    const before = await snapshot(sandbox);
    sandbox.removeStudent(student);
    sandbox.removeSection(section);
    const between = await snapshot(sandbox);
    assert.ok(!between.users.has(student) && !between.sections.has(section));
    sandbox.restore(section);
    sandbox.restore(student);
    assert.deepEqual(withoutOrder(await snapshot(sandbox)), withoutOrder(before));
  });

  it('all ids but the schools’ become new on order, all else stays, and events tell it', async () => {
    sandbox.advanceNight();
    const client = clientOf(sandbox);
    const [before, last] = [await snapshot(sandbox), await client.newestEventId()];
    const [gone, school] = [sandbox.idOf('student', 30), sandbox.idOf('school', 0)];
    sandbox.reissue();
    const after = await snapshot(sandbox);
    const kept = [...after.users.keys(), ...after.sections.keys()].filter(
      (id) => before.users.has(id) || before.sections.has(id),
    );
    assert.deepEqual([kept, sandbox.read(gone), sandbox.idOf('school', 0)], [[], null, school]);
    assert.ok(withoutIds(after) === withoutIds(before), 'all but the ids is as it was');
    const events = await readAll(client.pages('/events', { starting_after: last ?? '' }));
    for (const event of events) if (/^(users|sections)/.test(event.type ?? '')) apply(before, event);
    assert.deepEqual(sorted(before), sorted(after));
    assert.ok(sandbox.advanceNight().left.length > 0);
  });
});

/** Each id by the order in which it comes, but those of the schools. */
function withoutIds(state: Snapshot): string {
  const met = new Map<string, string>();
  return JSON.stringify(sorted(state)).replace(/(?<=")(?!58da8c58)[0-9a-f]{24}(?=")/g, (id) => {
    const name = met.get(id) ?? `id ${String(met.size)}`;
    met.set(id, name);
    return name;
  });
}

function apply({ users, sections }: Snapshot, { type, data }: CleverEvent): void {
  const [plural, action] = (type ?? '').split('.');
  const object = data?.object;
  assert.ok(object);
  const target: Map<string, unknown> = plural === 'users' ? users : sections;
  if (plural === 'districts') return;
  if (action === 'deleted') target.delete(object.id);
  else target.set(object.id, object);
}

function sorted({ users, sections }: Snapshot): unknown[] {
  return [...users.values(), ...sections.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Who comes back is listed last, and the record bears a newer time. */
function withoutOrder(state: Snapshot): unknown[] {
  return sorted(state).map((object) => {
    const copy = structuredClone(object) as CleverSection;
    copy.students?.sort();
    return { ...copy, last_modified: '' };
  });
}
