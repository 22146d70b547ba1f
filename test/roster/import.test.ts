import assert from 'node:assert/strict';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Course } from '../../server/models/course.js';
import { Section } from '../../server/models/section.js';
import { Term } from '../../server/models/term.js';
import { startDistrict, type TestDistrict } from '../support/roster/district.js';
import { sayResult } from '../support/say-run.js';

describe('the import of a district', () => {
  let district: TestDistrict;
  before(async () => {
    district = await startDistrict();
  });
  after(() => district.close());

  it('imports everything that the district shares, and says what it was', async () => {
    const { sandbox } = district;
    const totals = sandbox.totals();
    const run = await district.sync();
    assert.equal(run.state, 'done', sayResult(run));
    assert.match(sayResult(run), /^\d+ new students, /);
    assert.equal(await Contact.countDocuments({ type: 'student' }), totals.roles.student);
    assert.equal(await Section.countDocuments(), totals.sections);
    assert.equal(await Class.countDocuments({ status: 'active' }), totals.sections);
    assert.equal(await Term.countDocuments(), totals.terms);
    assert.equal(await Course.countDocuments(), totals.courses);
    const classes = await Class.find().lean();
    const enrolments = classes.reduce((sum, { synced }) => sum + synced.students.length, 0);
    assert.equal(enrolments, totals.enrolments - totals.dangling);
  });
});
