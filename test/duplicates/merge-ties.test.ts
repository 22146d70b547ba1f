import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { findLinkedChildren } from '../../server/parents/find-linked-children.js';
import type { Family } from '../../server/parents/load-conference.js';
import { Contact, type Relation } from '../../server/models/contact.js';
import { createTestApp, makeUser, Visitor } from '../support/app.js';
import { Merging } from '../support/roster/merging.js';

describe('merging two guardians', () => {
  const tie = (student: string): Relation => ({ student, relationship: 'Mother', type: 'Parent/Guardian' });
  const proof = { email: 'pat@example.org', status: 'active', source: 'clever', type: 'guardian' } as const;
  let merging: Merging;
  let students: Contact[];
  let office: Visitor;

  beforeEach(async () => {
    merging = new Merging();
    await merging.twoTeachers();
    ({ students } = merging.fair);
    const { _id } = merging.fair.account;
    office = await new Visitor(createTestApp().app).logIn(await makeUser(_id, 'administrator'));
  });

  const make = async (id: string, more: object = {}) => {
    const made = { account: merging.fair.account._id, ...proof, record: { id, hash: 'h' } };
    return (
      await Contact.create({ ...made, lastName: 'Lopez', relations: [tie('student-0')], ...more })
    ).toObject();
  };
  const linkOf = (one: Contact) => `/global-setup/contacts/${String(one._id)}/links`;
  /** The office takes the first student away. */
  const unlink = (one: Contact) => {
    const path = `${linkOf(one)}/${String(students[0]!._id)}`;
    return office.post(path, {}, path);
  };
  const link = (one: Contact) =>
    office.post(linkOf(one), { other: String(students[0]!._id), relationship: 'Guardian' }, linkOf(one));
  const merge = async (keep: Contact, drop: Contact) => {
    await merging.list(keep, drop);
    assert.deepEqual(await merging.merge(keep, drop), { ok: true });
    return Contact.findById(keep._id).orFail().lean();
  };
  const offered = async () => {
    const { account } = merging.fair;
    const family = { account, actor: { email: proof.email, emailProven: true }, household: { children: [] } };
    const found = await findLinkedChildren(family as unknown as Family);
    return found.map(({ _id }: { _id: Types.ObjectId }) => String(_id));
  };

  for (const from of ['kept', 'other'] as const)
    it(`leaves a child that the office took away from the ${from} one away, for the next sync too`, async () => {
      const [keep, drop] = [await make('g-1'), await make('g-2')];
      await unlink(from === 'kept' ? keep : drop);
      const { relations, notTied } = await merge(keep, drop);
      assert.deepEqual([relations, notTied], [[], ['student-0']]);
      assert.deepEqual(await offered(), []);
    });

  it('leaves the kept one’s tie by hand, whatever was taken away from the other; not the other way round', async () => {
    const [keep, drop] = [await make('g-1', { relations: [] }), await make('g-2')];
    await link(keep);
    await unlink(drop);
    const kept = await merge(keep, drop);
    assert.deepEqual([kept.tied?.length, kept.notTied ?? []], [1, []]);
    assert.deepEqual(await offered(), [String(students[0]!._id)]);

    const [third, fourth] = [await make('g-3'), await make('g-4', { relations: [] })];
    await Contact.deleteOne({ _id: keep._id });
    await unlink(third);
    await link(fourth);
    const { relations, tied, notTied } = await merge(third, fourth);
    assert.deepEqual([relations, tied ?? [], notTied], [[], [], ['student-0']]);
    assert.deepEqual(await offered(), []);
  });
});
