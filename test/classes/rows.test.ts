import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Types } from 'mongoose';
import { CLASS_TYPES, type Class } from '../../server/models/class.js';
import { editsFrom } from '../../server/classes/edit-class.js';
import { filterRows, isClassRow, sortRows, type Row, type Sort } from '../../server/classes/filter-rows.js';
import { shorten } from '../../server/classes/queries.js';
import { wantedTypes, type TypesForm } from '../../server/classes/schema.js';
import { planTypes } from '../../server/classes/set-types.js';
import { nextSync } from '../../server/classes/say-return.js';

const row = (more: Partial<Row>): Row => ({
  id: new Types.ObjectId(),
  of: 'class',
  type: 'Class',
  imported: true,
  isClass: true,
  deleted: false,
  hidden: false,
  name: 'art',
  teacher: '',
  words: more.name ?? 'art',
  students: 0,
  school: '',
  ...more,
});

const typed = (type: Class['synced']['type'], edit?: Class['synced']['type']) =>
  ({ _id: new Types.ObjectId(), synced: { type }, edits: edit ? { type: edit } : {} }) as unknown as Class;

describe('rows of the Class Editor', () => {
  it('under "show only classes" are what was imported, and hand-made classes and homerooms', () => {
    assert.equal(isClassRow(true, 'Activity', 'Class'), true);
    assert.equal(isClassRow(true, 'Hide', 'Class'), true);
    assert.equal(isClassRow(false, 'Activity', 'Activity'), false);
    assert.equal(isClassRow(false, 'Hide', 'Group'), false);
    assert.equal(isClassRow(false, 'Homeroom', 'Homeroom'), true);
  });

  it('are counted by type as the other filters leave them, the deleted ones apart', () => {
    const rows = [
      row({ name: 'art' }),
      row({ name: 'art club', type: 'Activity', isClass: false }),
      row({ name: 'arts', deleted: true }),
      row({ name: 'biology' }),
    ];
    const found = filterRows(rows, { q: 'art', type: '', onlyClasses: false, school: '' });
    assert.deepEqual(
      found.rows.map(({ name }) => name),
      ['art', 'art club'],
    );
    assert.equal(found.counts[''], 2);
    assert.equal(found.counts.activity, 1);
    assert.equal(found.counts.deleted, 1);
    assert.equal(filterRows(rows, { q: '', type: '', onlyClasses: true, school: '' }).counts.activity, 0);
    assert.equal(filterRows(rows, { q: '', type: 'deleted', onlyClasses: false, school: '' }).rows.length, 1);
  });

  it('are found by every word, wherever it stands', () => {
    const rows = [row({ words: 'algebra 1 lee ana' }), row({ words: 'algebra 2 park' })];
    assert.equal(filterRows(rows, { q: 'ana alg', type: '', onlyClasses: false, school: '' }).rows.length, 1);
  });

  it('sort into one order whatever order they come in', () => {
    const some = fc.array(
      fc.record({
        name: fc.constantFrom('a', 'b', 'c'),
        teacher: fc.constantFrom('x', 'y'),
        students: fc.nat(3),
      }),
    );
    const sorts: Sort[] = ['name', '-name', 'teacher', '-students', 'type'];
    fc.assert(
      fc.property(some, fc.constantFrom(...sorts), (parts, sort) => {
        const rows = parts.map((part) => row(part));
        const ids = (list: Row[]) => list.map(({ id }) => id.toHexString());
        assert.deepEqual(ids(sortRows([...rows], sort)), ids(sortRows([...rows].reverse(), sort)));
      }),
    );
  });

  it('show hostile lengths cut, never in the middle of a character', () => {
    assert.equal(shorten('x'.repeat(10_000)).length, 80);
    assert.equal(shorten('😀'.repeat(500)).endsWith('😀…'), true);
    assert.equal(shorten('short'), 'short');
  });
});

describe('choosing types', () => {
  it('the type that the sync says takes the choice away', () => {
    const item = typed('Class', 'Hide');
    const { changes } = planTypes([item], new Map([[item._id.toHexString(), { to: 'Class' as const }]]));
    assert.deepEqual(
      changes.map(({ from, to }) => [from, to]),
      [['Hide', null]],
    );
  });

  it('a row that somebody changed since is left alone and counted', () => {
    const item = typed('Class', 'Hide');
    const wanted = new Map([[item._id.toHexString(), { was: 'Class' as const, to: 'Group' as const }]]);
    assert.deepEqual(planTypes([item], wanted), { changes: [], stale: 1 });
  });

  it('after any change the class is of the wanted type', () => {
    const type = fc.constantFrom(...CLASS_TYPES);
    fc.assert(
      fc.property(type, fc.option(type, { nil: undefined }), type, (base, edit, to) => {
        const item = typed(base, edit);
        const { changes } = planTypes([item], new Map([[item._id.toHexString(), { to }]]));
        const [change] = changes;
        assert.equal(change ? (change.to ?? base) : (edit ?? base), to);
      }),
    );
  });

  it('selects that were left alone ask for nothing; ticked rows take the chosen type', () => {
    const [a, b, c] = [new Types.ObjectId(), new Types.ObjectId(), new Types.ObjectId()];
    const form: TypesForm = { action: 'set', ids: [c], to: 'Group' };
    form[`was-${a.toHexString()}`] = 'Class';
    form[`type-${a.toHexString()}`] = 'Class';
    form[`was-${b.toHexString()}`] = 'Class';
    form[`type-${b.toHexString()}`] = 'Hide';
    const wanted = wantedTypes(form);
    assert.deepEqual([...wanted.keys()].sort(), [b.toHexString(), c.toHexString()].sort());
    assert.deepEqual(wanted.get(b.toHexString()), { was: 'Class', to: 'Hide' });
    assert.deepEqual([...wantedTypes({ ...form, action: 'save' }).keys()], [b.toHexString()]);
  });

  it('on the page of one class, what Clever says is no choice', () => {
    const item = { synced: { name: 'Algebra', type: 'Class' } } as Class;
    const form = { name: 'Algebra', type: 'Class' as const, room: '', seen: '' };
    assert.deepEqual(editsFrom(item, form), {});
    assert.deepEqual(editsFrom(item, { ...form, name: 'Maths', type: 'Hide', room: '12', allowed: 2 }), {
      name: 'Maths',
      type: 'Hide',
      room: '12',
      allowed: 2,
    });
  });
});

describe('the next sync in words', () => {
  const sync = (hour: number) => ({ sync: { on: true, hour, schools: [], terms: [], noTerm: false } });
  const place = { timeZone: 'America/Chicago', locale: 'en-US' } as const;
  for (const [now, hour, said] of [
    ['2026-11-24T20:00:00Z', 1, 'tonight at 1 AM'],
    ['2026-11-24T06:30:00Z', 1, 'tonight at 1 AM'],
    ['2026-11-24T08:00:00Z', 1, 'tonight at 1 AM'],
    ['2026-11-24T20:00:00Z', 22, 'tonight at 10 PM'],
    ['2026-11-24T20:00:00Z', 15, 'today at 3 PM'],
    ['2026-11-24T20:00:00Z', 7, 'tomorrow at 7 AM'],
    ['2026-11-24T20:00:00Z', 0, 'tonight at 12 AM'],
    ['2026-03-08T07:30:00Z', 2, 'tonight at 3 AM'],
  ] as const)
    it(`at ${now} for ${String(hour)} o'clock is ${said}`, () => {
      assert.equal(nextSync(sync(hour), place, new Date(now)), said);
    });

  it('is none while the sync is off', () => {
    assert.equal(nextSync({}, place, new Date()), undefined);
    assert.equal(nextSync({ sync: { ...sync(1).sync, on: false } }, place, new Date()), undefined);
  });
});
