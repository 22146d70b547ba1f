import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { NO_MAPPING, type FieldMapping } from '../../server/models/field-mapping.js';
import { Contact, type RosterPerson } from '../../server/models/contact.js';
import { contactKeys } from '../../server/models/person-keys.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { User } from '../../server/models/user.js';
import { noteDuplicates } from '../../server/roster/people/note-duplicates.js';
import { matchPeople } from '../../server/roster/people/match-people.js';
import { mapCleverPerson } from '../../server/sources/records/map-clever-person.js';
import { rosterRecord } from '../../server/sources/records/roster-record.js';
import { emptyDatabase } from '../support/hooks.js';
import { asApp } from '../support/scans.js';

const MAPPING: FieldMapping = {
  ...NO_MAPPING,
  student: { communityId: 'student_number', barcode: 'state_id' },
};

describe('matching new records with the contacts of the account', () => {
  const account = new Types.ObjectId();
  const school = new Types.ObjectId();
  beforeEach(() => emptyDatabase());

  const add = (fields: Partial<Contact>) =>
    Contact.create({
      account,
      type: 'student',
      source: 'hand',
      status: 'active',
      ...fields,
      ...contactKeys({ firstName: '', lastName: '', email: '', schoolId: '', ...fields }),
    });
  const record = (id: string, fields: Partial<RosterPerson>) => {
    const user = { id, district: 'd', roles: { student: { school: 's' } } };
    const mapped = mapCleverPerson(
      user,
      { students: true, teachers: true, staff: true, contacts: true },
      new Map([['s', school]]),
    );
    assert.ok(mapped.ok);
    return rosterRecord(id, { ...mapped.record.fields, ...fields });
  };
  const match = async (
    records: ReturnType<typeof record>[],
    isCurrent: (id: string) => boolean = () => true,
    taken?: Set<string>,
  ) => asApp(() => matchPeople(account, records, MAPPING, isCurrent, taken));
  const matchedWith = async (...given: Parameters<typeof match>) => (await match(...given)).matched.get('r');

  it('finds by either number, by e-mail and by a student in common', async () => {
    const one = await add({ identifiers: { communityId: '77' } });
    const two = await add({ identifiers: { barcode: '88' } });
    const three = await add({ lastName: 'Lee', email: 'lee@example.org' });
    const four = await add({
      type: 'guardian',
      phone: '312-555-0100',
      relations: [{ student: 's1', relationship: 'Parent', type: '' }],
    });
    const { matched } = await match([
      record('a', { identifiers: { communityId: '77', barcode: '' } }),
      record('b', { identifiers: { communityId: '', barcode: '88' } }),
      record('c', { lastName: 'LEE', firstName: 'Al', email: 'lee@example.org' }),
      record('d', {
        type: 'guardian',
        lastName: 'New',
        phone: '(312) 5550100',
        relations: [{ student: 's1', relationship: 'Parent', type: '' }],
      }),
    ]);
    assert.deepEqual(
      [...matched.values()].map(String),
      [one, two, three, four].map(({ _id }) => String(_id)),
    );
  });

  it('takes somebody with a record id only when the source lists none of theirs any more', async () => {
    const old = await add({
      record: { id: 'old', hash: 'x', also: ['older'] },
      status: 'transferred',
      identifiers: { communityId: '77' },
    });
    const one = record('r', { identifiers: { communityId: '77' } });
    assert.equal(await matchedWith([one], () => true), undefined);
    assert.equal(await matchedWith([one], (id) => id === 'older'), undefined);
    assert.equal(await matchedWith([one], (id) => id === 'old'), undefined);
    assert.deepEqual(await matchedWith([one], () => false), old._id);
  });

  it('leaves another account’s people alone', async () => {
    await add({ account: new Types.ObjectId(), identifiers: { communityId: '77' } });
    const found = await match([record('r', { identifiers: { communityId: '77' } })]);
    assert.deepEqual(found, { matched: new Map(), doubtful: [] });
  });

  it('leaves out people who were matched earlier in a run that has written nothing yet', async () => {
    const one = await add({ identifiers: { communityId: '77' } });
    const asked = [record('r', { identifiers: { communityId: '77' } })];
    assert.equal(await matchedWith(asked, undefined, new Set([one._id.toHexString()])), undefined);
  });

  it('knows whose login a contact is', async () => {
    const one = await add({ type: 'teacher', lastName: 'Lee', email: 'lee@example.org' });
    const asked = [record('r', { type: 'teacher', lastName: 'Lee', email: 'lee@example.org' })];
    const user = await User.create({
      email: 'lee@example.org',
      name: 'A Lee',
      grants: [{ account, level: 'resource administrator', contact: one._id }],
      createdAt: new Date(),
    });
    assert.deepEqual((await match(asked)).doubtful[0]?.reason, { code: 'email' });
    await User.updateOne({ _id: user._id }, { $set: { emailProvenAt: new Date() } });
    assert.deepEqual(await matchedWith(asked), one._id);
  });

  it('remembers by the record who was kept apart, even if the contact has lost the record since', async () => {
    const one = await add({ firstName: 'Ana', lastName: 'Lee' });
    const two = await add({ firstName: 'Ana', lastName: 'Lee' });
    await noteDuplicates(
      account,
      [{ contact: two._id, candidate: one._id, reason: { code: 'name' } }],
      new Date(),
    );
    const asked = [record('r', { firstName: 'Ana', lastName: 'Lee' })];
    const listed = async () =>
      (await match(asked)).doubtful.flatMap(({ candidates }) => candidates.map(String));
    assert.deepEqual((await listed()).sort(), [String(one._id), String(two._id)].sort());
    await Duplicate.updateOne({}, { $set: { state: 'separate', records: [{ contact: two._id, id: 'r' }] } });
    assert.deepEqual(await listed(), [String(two._id)]);
  });

  it('lists a pair once, whichever comes first, and never again after a decision', async () => {
    const [one, two] = [await add({ lastName: 'Lee' }), await add({ lastName: 'Lim' })];
    const note = (contact: Types.ObjectId, candidate: Types.ObjectId) =>
      asApp(() => noteDuplicates(account, [{ contact, candidate, reason: { code: 'name' } }], new Date()));
    assert.equal(await note(one._id, two._id), 1);
    assert.equal(await note(two._id, one._id), 0);
    await Duplicate.updateOne({}, { $set: { state: 'separate' } });
    assert.equal(await note(one._id, two._id), 0);
    assert.equal(await note(one._id, one._id), 0);
    assert.equal(await note(one._id, new Types.ObjectId()), 0);
    assert.deepEqual(
      (await Duplicate.find().lean()).map(({ state, searchKey }) => [state, searchKey]),
      [['separate', 'lee lim']],
    );
  });
});
