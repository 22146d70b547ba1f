import assert from 'node:assert/strict';
import type { CleverSection, CleverUser } from '../../server/clever/schema.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Resource } from '../../server/models/resource.js';
import { sayRemarks } from '../support/say-run.js';
import { WithheldPeople } from '../support/roster/withheld-people.js';

describe('teachers and guardians whose removal is withheld', () => {
  let people: WithheldPeople;
  beforeEach(() => {
    people = new WithheldPeople();
    return people.begin();
  });
  afterEach(() => people.district.close());

  it('stay the first teachers of their classes, before newer ones', async () => {
    const { sandbox } = people.district;
    const teachers = new Set(Array.from({ length: 25 }, (_, index) => sandbox.idOf('teacher', index)));
    const before = await Class.find().sort({ _id: 1 }).lean();
    const stand = sandbox.idOf('teacher', 30);
    let lost = 0;
    for (let index = 0; index < sandbox.totals().sections; index += 1) {
      const id = sandbox.idOf('section', index);
      const section = sandbox.read(id) as unknown as CleverSection | null;
      if (!section?.teacher || !teachers.has(section.teacher)) continue;
      lost += 1;
      sandbox.change(
        id,
        lost === 1 ? { teacher: stand, teachers: [stand] } : { teacher: undefined, teachers: [] },
      );
    }
    for (const id of teachers) sandbox.remove(id);
    const run = await people.sync();
    assert.equal((await people.district.refreshOf(run)).counts.teacher?.withheld, 25);
    assert.ok(lost > 20);
    const after = await Class.find().sort({ _id: 1 }).lean();
    const moved = after.filter(({ synced }, index) => synced.hash !== before[index]?.synced.hash);
    assert.equal(moved.length, 1, 'the one that somebody else teaches now');
    const [first, ...others] = moved[0]?.synced.teachers ?? [];
    assert.equal((await Contact.findById(first).lean())?.record?.id, stand);
    assert.equal(others.length, 1);
    assert.equal(await Resource.countDocuments({ status: 'gone' }), 0);
  });

  it('are withheld together with students, even if they are fewer than the guard asks about', async () => {
    const { sandbox } = people.district;
    for (let index = 0; index < 40; index += 1)
      for (const contact of contactsOf(people.student(index)).slice(index < 5 ? 99 : 0))
        sandbox.remove(contact);
    // It takes two nights, because a single one would be withheld.
    await people.decide(await people.sync(), 'accept');
    const alone = await Contact.find(
      { type: 'guardian', status: 'active', relations: { $size: 1 } },
      { relations: 1 },
    ).lean();
    const theirs = alone.flatMap(({ _id, relations }) =>
      relations.some((tie) => isAmong(tie.student)) ? [_id] : [],
    );
    assert.ok(theirs.length > 0 && theirs.length < 20, String(theirs.length));
    people.leave();
    const run = await people.sync();
    const refresh = await people.district.refreshOf(run);
    assert.equal(refresh.counts.guardian?.withheld, theirs.length);
    assert.match(
      sayRemarks(refresh).join(),
      /\d+ guardians? (is|are) missing from Clever\. .* until you review/,
    );
    assert.equal(await Contact.countDocuments({ _id: { $in: theirs }, status: 'active' }), theirs.length);
    await people.decide(run, 'accept');
    assert.equal(await Contact.countDocuments({ _id: { $in: theirs }, status: 'active' }), 0);
  });

  const isAmong = (id: string) => Array.from({ length: 40 }, (_, n) => people.student(n)).includes(id);
  function contactsOf(id: string): string[] {
    return Array.from({ length: 900 }, (_, index) => people.district.sandbox.idOf('contact', index)).filter(
      (contact) => {
        const user = people.district.sandbox.read(contact) as unknown as CleverUser | null;
        return user?.roles?.contact?.student_relationships?.some((tie) => tie.student === id);
      },
    );
  }
});
