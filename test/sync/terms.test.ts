import assert from 'node:assert/strict';
import { asApp } from '../support/scans.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import { Section } from '../../server/models/section.js';
import { Types } from 'mongoose';
import { Class } from '../../server/models/class.js';
import { Event } from '../../server/models/event.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { heirsOf, looksLike } from '../../server/sync/update/select-sections.js';
import { proposeTerms } from '../../server/sync/terms/propose-terms.js';
import { makeAccount, makeUser, Visitor } from '../support/app.js';
import { startDistrict, type TestDistrict } from '../support/roster/district.js';

describe('a term that looks like another', () => {
  const term = (name: string, start = '', end = '') => ({ name, start, end });
  const cases: [string, ReturnType<typeof term>, ReturnType<typeof term>, boolean][] = [
    ['has its name, however written', term('Fall  2026'), term('FALL 2026'), true],
    ['has its dates', term('A', '2026-08-01', '2026-12-20'), term('B', '2026-08-01', '2026-12-20'), true],
    ['is none with one date alone', term('A', '2026-08-01'), term('B', '2026-08-01'), false],
    ['is none without a name', term(''), term(''), false],
  ];
  for (const [what, one, other, like] of cases)
    it(what, () => {
      assert.equal(looksLike(one, other), like);
    });
});

describe('terms that change at Clever', () => {
  let district: TestDistrict;
  let term: string;
  let office: Visitor;
  const path = () => `/events/${district.event.toHexString()}/sync`;
  const sections = () =>
    Array.from({ length: district.sandbox.totals().sections }, (_, index) =>
      district.sandbox.idOf('section', index),
    ).filter((id) => district.sandbox.read(id)?.term_id === term);
  const active = () => Class.countDocuments({ event: district.event, status: 'active' });

  beforeEach(async () => {
    district = await startDistrict({ students: 100 });
    term = district.sandbox.idOf('term', 0);
    const { name, start_date, end_date } = district.sandbox.read(term) as Record<string, string>;
    const terms = [{ id: term, name, start: start_date, end: end_date }];
    await Event.updateOne({ _id: district.event }, { $set: { 'sync.terms': terms, 'sync.noTerm': false } });
    await district.sync();
    office = await new Visitor(district.test.app).logIn(await makeUser(district.account, 'administrator'));
  });
  afterEach(() => district.close());

  /** The district replaces the term by another one with the same name. */
  function reissue(): string {
    const heir = district.sandbox.idOf('term', 1);
    const { name } = district.sandbox.read(term) as { name: string };
    district.sandbox.change(heir, { name });
    for (const id of sections()) district.sandbox.change(id, { term_id: heir });
    district.sandbox.remove(term);
    return heir;
  }

  it('an id that changed keeps the known classes in step, and new ones do not come', async () => {
    const before = await active();
    const [first = '', other = ''] = sections();
    const heir = reissue();
    district.sandbox.change(first, { name: 'Renamed' });
    const elsewhere = Array.from({ length: district.sandbox.totals().sections }, (_, index) =>
      district.sandbox.idOf('section', index),
    ).filter((id) => district.sandbox.read(id)?.term_id === heir);
    assert.ok(elsewhere.includes(other) && elsewhere.length > sections().length);
    await district.sync();
    assert.equal(await active(), before);
    assert.equal(await Class.countDocuments({ event: district.event, 'synced.name': 'Renamed' }), 1);
  });

  it('is proposed on the Sync tab, and taken by a button, once', async () => {
    reissue();
    await district.sync();
    const event = await Event.findById(district.event).orFail().lean();
    const [proposal] = await proposeTerms(event, new Date());
    assert.ok(proposal);
    assert.equal(proposal.instead?.id, term);
    const page = await office.get(path());
    assert.match(page.text, /The terms have changed/);
    const answers = await Promise.all(
      [1, 2].map(() => office.post(`${path()}/terms`, { term: proposal.term.id }, path())),
    );
    assert.deepEqual(
      answers.map(({ status }) => status),
      [303, 303],
    );
    const { sync } = await Event.findById(district.event).orFail().lean();
    assert.deepEqual(
      sync?.terms.map(({ id }) => id),
      [proposal.term.id],
    );
    const run = await SyncRun.findOne({ state: 'queued' }).orFail().lean();
    await district.work(run._id);
    assert.deepEqual(
      await proposeTerms(await Event.findById(district.event).orFail().lean(), new Date()),
      [],
    );
    assert.doesNotMatch((await office.get(path())).text, /The terms have changed/);
  });

  it('one that live sections still name stays chosen when another is taken: no class goes unasked; undo brings the choice back', async () => {
    const [first = '', ...others] = sections();
    const heir = district.sandbox.idOf('term', 1);
    const { start_date, end_date } = district.sandbox.read(term) as Record<string, string>;
    // It has only the dates in common.
    district.sandbox.change(heir, { name: 'Trimester 3', start_date, end_date });
    district.sandbox.change(first, { term_id: heir });
    district.sandbox.remove(term);
    await district.sync();
    const before = await active();
    const chosen = (await Event.findById(district.event).orFail().lean()).sync?.terms;
    const page = await office.get(path());
    assert.doesNotMatch(page.text, /Take Trimester 3 instead/);
    await office.post(`${path()}/terms`, { term: heir }, path());
    const run = await SyncRun.findOne({ state: 'queued' }).orFail().lean();
    await district.work(run._id);
    const { sync } = await Event.findById(district.event).orFail().lean();
    assert.deepEqual(
      sync?.terms.map(({ id }) => id),
      [term, heir],
    );
    assert.ok((await active()) >= before);
    const kept = await Section.find({ 'record.id': { $in: others } }, { _id: 1 }).lean();
    const theirs = { section: { $in: kept.map(({ _id }) => _id) }, event: district.event };
    assert.equal(await Class.countDocuments({ ...theirs, status: 'active' }), others.length);
    const asked = { by: new Types.ObjectId(), reason: '', whole: true, stopNightly: false };
    const undo = await asApp(async () =>
      undoRun(district.deps, await SyncRun.findById(run._id).orFail().lean(), asked),
    );
    assert.ok(undo.ok);
    assert.equal((await district.work(undo.run)).state, 'done');
    const after = (await Event.findById(district.event).orFail().lean()).sync?.terms;
    assert.deepEqual(after, chosen);
    assert.equal(await active(), before);
  });

  it('refuses a term that is not proposed, and another account', async () => {
    const heir = reissue();
    await district.sync();
    for (const wrong of ['ffffffffffffffffffffffff', '', { $gt: '' }]) {
      await office.post(`${path()}/terms`, { term: wrong as string }, path());
      const { sync } = await Event.findById(district.event).orFail().lean();
      assert.equal(sync?.terms[0]?.id, term);
    }
    const other = await makeAccount('Elsewhere');
    const stranger = await new Visitor(district.test.app).logIn(await makeUser(other._id, 'administrator'));
    assert.equal((await stranger.post(`${path()}/terms`, { term: heir }, '/importer')).status, 404);
  });

  it('one that is deleted while its sections live, with or without naming it, keeps them', async () => {
    const before = await active();
    const [first = ''] = sections();
    district.sandbox.change(first, { term_id: undefined });
    district.sandbox.remove(term);
    await district.sync();
    assert.equal(await active(), before);
  });

  it('has no heirs while it is there', () => {
    const chosen = {
      on: true,
      hour: 1,
      schools: [],
      terms: [{ id: 'a', name: 'A', start: '', end: '' }],
      noTerm: false,
    };
    const here = { id: 'a', name: 'A', start: '', end: '', status: 'active' as const };
    assert.equal(heirsOf(chosen, [here]), undefined);
    const again = { ...here, id: 'b' };
    assert.deepEqual(heirsOf(chosen, [{ ...here, status: 'archived' }, again])?.terms, ['b']);
  });
});
