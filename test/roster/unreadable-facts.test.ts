import assert from 'node:assert/strict';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { School } from '../../server/models/school.js';
import { Section } from '../../server/models/section.js';
import { EventNights } from '../support/roster/event-nights.js';
import { sayRemarks } from '../support/say-run.js';

describe('facts of a person that nobody can read', () => {
  let nights: EventNights;
  let student: Contact;
  beforeEach(async () => {
    nights = new EventNights();
    await nights.begin();
    student = await Contact.findOne({
      type: 'student',
      status: 'active',
      grade: { $ne: '' },
      birthDate: { $ne: '' },
      'schools.0': { $exists: true },
    })
      .sort({ _id: 1 })
      .orFail()
      .lean();
  });
  afterEach(() => nights.district.close());

  const sandbox = () => nights.district.sandbox;
  const stored = (of: Contact = student) => Contact.findById(of._id).orFail().lean();
  const idOf = (of: Contact = student) => of.record?.id ?? assert.fail();
  const night = async (how: 'full' | 'events') =>
    how === 'full' ? nights.district.refreshOf(await nights.district.sync()) : nights.night();
  const patch = (of: Contact, role: 'student' | 'teacher' | 'staff', facts: object) => {
    const was = sandbox().read(idOf(of)) as { roles: Record<string, object> };
    sandbox().change(idOf(of), { roles: { [role]: { ...was.roles[role], ...facts } } });
  };

  for (const how of ['full', 'events'] as const) {
    for (const [name, facts] of [
      ['a school that is a formula without a result', { school: '#N/A', schools: ['#N/A'] }],
      ['a school that is no text', { school: { id: 'x' }, schools: [] }],
      ['a school that is a number', { school: 12, schools: [12] }],
      ['a school that is a text and no id', { school: 'Maple High School', schools: [] }],
      ['schools that are no list', { school: '', schools: 'null' }],
      ['a grade that is a formula without a result', { grade: '#REF!' }],
      ['a grade that is no text', { grade: ['9'] }],
      ['a birth date that is none', { dob: '31/31/2014' }],
    ] as const)
      it(`${name} leaves what was known, and is told (${how})`, async () => {
        const before = await stored();
        patch(student, 'student', facts);
        const refresh = await night(how);
        assert.equal(refresh.how, how);
        assert.deepEqual(await stored(), before);
        assert.match(
          sayRemarks(refresh).join(),
          /The school, grade, birth date, or email of 1 person can’t be read. This person keeps what they had/,
        );
        await nights.isSettled();
      });

    it(`a teacher’s or staff member’s school likewise; it counts people, not places (${how})`, async () => {
      const [teacher, staff] = await Promise.all(
        (['teacher', 'staff'] as const).map((type) =>
          Contact.findOne({ type, status: 'active', 'schools.0': { $exists: true } })
            .sort({ _id: 1 })
            .orFail()
            .lean(),
        ),
      );
      assert.ok(teacher && staff);
      const before = [await stored(teacher), await stored(staff)];
      patch(teacher, 'teacher', { school: '#N/A', schools: ['#N/A', '#REF!'] });
      patch(staff, 'staff', { schools: ['no id'] });
      const refresh = await night(how);
      assert.deepEqual([await stored(teacher), await stored(staff)], before);
      assert.match(sayRemarks(refresh).join(), /of 2 people can’t be read. They keep what they had/);
    });
  }

  it('a school of a student in no class keeps the family too, of whom no event speaks', async () => {
    const alone = await Contact.find({ type: 'guardian', status: 'active', relations: { $size: 1 } }).lean();
    student = await Contact.findOne({
      'record.id': { $in: alone.flatMap(({ relations }) => relations.map((tie) => tie.student)) },
      type: 'student',
      status: 'active',
      'schools.0': { $exists: true },
    })
      .sort({ _id: 1 })
      .orFail()
      .lean();
    for (const section of await Section.find({ studentIds: idOf() }).lean())
      sandbox().change(section.record.id, { students: section.studentIds.filter((id) => id !== idOf()) });
    await night('full');
    const family = () => Contact.find({ 'relations.student': idOf() }).sort({ _id: 1 }).lean();
    const before = await family();
    assert.ok(before.length > 0 && before.every(({ status }) => status === 'active'));
    patch(student, 'student', { school: '#N/A', schools: ['#N/A'] });
    assert.equal((await night('events')).how, 'events');
    assert.deepEqual(await family(), before);
    await nights.isSettled();
  });

  it('comes in once it can be read, and none is none', async () => {
    patch(student, 'student', { grade: '#N/A' });
    await night('full');
    patch(student, 'student', { grade: '12' });
    await night('events');
    assert.equal((await stored()).grade, '12');
    patch(student, 'student', { grade: '', dob: '' });
    const refresh = await night('events');
    assert.deepEqual([(await stored()).grade, (await stored()).birthDate], ['', '']);
    assert.doesNotMatch(sayRemarks(refresh).join(), /can’t be read/);
  });

  it('does not hide that somebody else has the id: a spoilt birth date speaks for nobody', async () => {
    sandbox().change(idOf(), { name: { first: 'Quentin', middle: '', last: 'Zzyzx' } });
    patch(student, 'student', { dob: '#N/A' });
    const refresh = await night('full');
    assert.equal((await stored()).firstName, student.firstName);
    assert.match(sayRemarks(refresh).join(), /1 ID now has a different name/);
  });
});

describe('a class’s school', () => {
  let nights: EventNights;
  beforeEach(async () => {
    nights = new EventNights();
    await nights.begin();
  });
  afterEach(() => nights.district.close());

  it('that never was matched takes the class out, as one of a school that is not ours', async () => {
    const { sandbox, event } = nights.district;
    const section = await Section.findOne({ status: 'active' }).orFail().lean();
    sandbox.change(section.record.id, { school: sandbox.idOf('school', 1) });
    await nights.night();
    assert.equal((await Section.findById(section._id).orFail().lean()).status, 'archived');
    assert.equal((await Class.findOne({ event, section: section._id }).orFail().lean()).status, 'gone');
    await nights.isSettled();
  });

  it('that is matched and no longer listed keeps the class, and says so', async () => {
    const { sandbox, event, schools } = nights.district;
    const section = await Section.findOne({ status: 'active' }).orFail().lean();
    const { clever } = await School.findById(section.school).orFail().lean();
    assert.ok(schools.some((id) => id.equals(section.school)));
    sandbox.remove(clever?.id ?? '');
    const refresh = await nights.district.refreshOf(await nights.district.sync());
    assert.match(sayRemarks(refresh).join(), /no longer lists one of the matched schools/);
    assert.equal((await Section.findById(section._id).orFail().lean()).status, 'active');
    assert.equal((await Class.findOne({ event, section: section._id }).orFail().lean()).status, 'active');
  });
});
