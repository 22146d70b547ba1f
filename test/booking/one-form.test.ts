import assert from 'node:assert/strict';
import { Contact } from '../../server/models/contact.js';
import { Household } from '../../server/models/household.js';
import { Desk } from '../support/booking/desk.js';

/** A page without scripts sends one form: a button must not lose what is selected or typed beside it. */
describe('the page of a family’s children', () => {
  let desk: Desk;
  const page = () => `${desk.home}/children`;
  const typed = { number: '1000', month: '3', day: '9', year: '2014', code: '' };

  beforeEach(async () => {
    desk = await Desk.open();
  });

  async function guardian(email: string): Promise<void> {
    const own = await Contact.findById(desk.fair.students[0]!._id).orFail().lean();
    const ids = ['twin-1', 'twin-2'];
    for (const id of ids) {
      const { _id, ...copy } = own;
      assert.ok(_id);
      await Contact.create({ ...copy, firstName: id, schoolId: '', numberKey: '', record: { id, hash: '' } });
    }
    await Contact.create({
      account: desk.fair.account._id,
      type: 'guardian',
      status: 'active',
      firstName: 'Kim',
      lastName: 'Lopez',
      email,
      relations: ids.map((student) => ({
        student,
        relationship: 'Parent',
        type: 'Parent/Guardian',
      })),
      source: 'hand',
      sortKey: 'lopez kim',
      searchKey: 'lopez kim',
    });
  }

  it('is one form, in which no button loses anything', async () => {
    const { visitor } = await desk.parent({ proven: false });
    const shown = (await visitor.get(page())).text;
    const form = [...shown.matchAll(/<form\b[\s\S]*?<\/form>/g)].find(([one]) =>
      one.includes('name="number"'),
    );
    assert.match(form?.[0] ?? '', /formaction="[^"]+\/prove"/);
    const sent = await visitor.post(`${desk.home}/prove`, typed, page());
    assert.equal(sent.status, 200);
    assert.match(sent.text, /this school doesn’t send emails yet/);
    assert.match(sent.text, /name="number"[^>]*value="1000"|value="1000"[^>]*name="number"/);
    assert.match(sent.text, /name="year" value="2014"/);
    assert.equal((await visitor.post(`${desk.home}/prove`, {}, page())).headers.location, page());
  });

  it('keeps which of the school’s children are selected, and what is typed for another', async () => {
    const { visitor, user } = await desk.parent();
    await guardian(user.email);
    const ids = [...(await visitor.get(page())).text.matchAll(/name="students" value="([0-9a-f]{24})"/g)].map(
      ([, id = '']) => id,
    );
    assert.equal(ids.length, 2);
    const [first = '', second = ''] = ids;
    const boxes = { offered: '1', students: first };
    const isChecked = (text: string, id: string) => new RegExp(`value="${id}" checked`).test(text);
    const wrong = await visitor.post(page(), { ...typed, day: '20', ...boxes }, page());
    assert.equal(wrong.status, 422);
    assert.deepEqual([isChecked(wrong.text, first), isChecked(wrong.text, second)], [true, false]);
    const none = await visitor.post(page(), { ...typed, day: '20', offered: '1' }, page());
    assert.deepEqual([isChecked(none.text, first), isChecked(none.text, second)], [false, false]);
    const right = await visitor.post(page(), { ...typed, ...boxes }, page());
    assert.match(right.text, /is added/);
    assert.deepEqual([isChecked(right.text, first), isChecked(right.text, second)], [true, false]);
    const other = { ...typed, number: '4242', ...boxes };
    const linked = await visitor.post(`${page()}/linked`, other, page());
    assert.match(linked.text, /Your child is added/);
    assert.match(linked.text, /value="4242"/);
    assert.equal((await Household.findOne().lean())?.children.length, 2);
  });
});
