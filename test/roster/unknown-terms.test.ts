import assert from 'node:assert/strict';
import { Class } from '../../server/models/class.js';
import { Section } from '../../server/models/section.js';
import { Term } from '../../server/models/term.js';
import { sayRemarks } from '../support/say-run.js';
import { EventNights } from '../support/roster/event-nights.js';

describe('facts of a class that nobody can read', () => {
  let nights: EventNights;
  let section: Section;
  beforeEach(async () => {
    nights = new EventNights();
    await nights.begin();
    section = await Section.findOne({
      term: sandbox().idOf('term', 0),
      status: 'active',
      course: { $ne: '' },
    })
      .orFail()
      .lean();
  });
  afterEach(() => nights.district.close());

  const sandbox = () => nights.district.sandbox;
  const stored = () => Section.findById(section._id).orFail().lean();
  const classNow = () => Class.findOne({ section: section._id }).orFail().lean();
  const night = async (how: 'full' | 'events') =>
    how === 'full' ? nights.district.refreshOf(await nights.district.sync()) : nights.night();

  for (const how of ['full', 'events'] as const)
    for (const [name, term] of [
      ['unknown', 'f'.repeat(24)],
      ['a formula without a result', '#N/A'],
      ['no text', { id: 'x' }],
      ['a text that is no id', 'Fall Term'],
    ] as const)
      it(`a term that is ${name} leaves the class in the one it had, and is told (${how})`, async () => {
        const before = await classNow();
        sandbox().change(section.record.id, { term_id: term });
        const refresh = await night(how);
        assert.equal(refresh.how, how);
        assert.equal((await stored()).term, section.term);
        assert.deepEqual((await classNow()).synced.term, before.synced.term);
        assert.match(
          sayRemarks(refresh).join(),
          /1 class has a term that Slotbell doesn’t know or can’t read. It keeps the term it had/,
        );
        await nights.isSettled();
      });

  it('a term that comes takes the class that had named it before, in a night by events too', async () => {
    const fresh = sandbox().idOf('term', 1);
    sandbox().remove(fresh);
    await night('full');
    sandbox().change(section.record.id, { term_id: fresh });
    await night('events');
    assert.equal((await stored()).term, section.term);
    sandbox().restore(fresh);
    await night('events');
    assert.deepEqual([(await stored()).term, (await stored()).termTold], [fresh, undefined]);
    await nights.isSettled();
  });

  it('none at all is none: the class has no term', async () => {
    sandbox().change(section.record.id, { term_id: '' });
    const refresh = await night('events');
    assert.equal((await stored()).term, '');
    assert.doesNotMatch(sayRemarks(refresh).join(), /has a term/);
  });

  for (const how of ['full', 'events'] as const)
    it(`a course, grade or school, and the dates of a term, keep what they were (${how})`, async () => {
      sandbox().change(section.record.id, { course: '#N/A', grade: 'null', name: 'Renamed' });
      const other = await Section.findOne({ _id: { $ne: section._id }, status: 'active' })
        .orFail()
        .lean();
      sandbox().change(other.record.id, { school: '#N/A', name: 'Not taken' });
      const term = await Term.findOne({ 'record.id': section.term }).orFail().lean();
      sandbox().change(section.term, { start_date: '31/31/2026', end_date: '#REF!' });
      await night(how);
      const { course, grade, name } = await stored();
      assert.deepEqual([course, grade, name], [section.course, section.grade, 'Renamed']);
      const kept = await Section.findById(other._id).orFail().lean();
      assert.deepEqual([kept.status, kept.name, kept.school], ['active', other.name, other.school]);
      const { start, end } = await Term.findById(term._id).orFail().lean();
      assert.deepEqual([start, end], [term.start, term.end]);
    });
});
