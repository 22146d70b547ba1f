import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { endAppointment } from '../../server/booking/end-appointment.js';
import { deleteContacts } from '../../server/contacts/deletion/delete-contacts.js';
import { Contact, CONTACT_TYPES } from '../../server/models/contact.js';
import { personKeys } from '../../server/models/person-keys.js';
import { ContactDeletion } from '../../server/models/contact-deletion.js';
import { startAs, type TestApp, type Visitor } from '../support/app.js';
import { asApp, findWasteful, watchQueries } from '../support/scans.js';

const HOME = '/global-setup/contacts';
const MANY = 6000;

describe('very many contacts', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let visitor: Visitor;

  before(async () => {
    ({ test, account, visitor } = await startAs('administrator', new Date('2026-11-23T18:00:00Z')));
    // Every tenth lacks a number, every seventh a birth date, and most an email.
    const people = Array.from({ length: MANY }, (_, n) => {
      const facts = {
        type: CONTACT_TYPES[n % 4]!,
        firstName: `First${String(n % 90)}`,
        lastName: `Last${String(n % 700)}`,
        email: n % 3 === 0 ? `person-${String(n)}@example.org` : '',
        schoolId: n % 10 === 0 ? '' : String(100_000 + n),
        birthDate: n % 7 === 0 ? '' : '2014-03-09',
      };
      return {
        ...{
          account,
          source: 'file' as const,
          status: n % 20 ? ('active' as const) : ('transferred' as const),
        },
        ...{ record: { id: `r-${String(n)}`, hash: '' }, schools: [], relations: [] },
        ...facts,
        ...personKeys(facts),
      };
    });
    await Contact.collection.insertMany(people);
  });

  it('are counted and listed by what is missing, without looking at others', async () => {
    const { _id } = await Contact.findOne({ account, type: 'student' }).orFail().lean();
    watchQueries();
    const { text } = await visitor.get(`${HOME}?type=student&missing=number`);
    assert.match(text, new RegExp(`No Student ID <span class="count">${count('number')}<`));
    assert.match(text, new RegExp(`No birth date <span class="count">${count('birthDate')}<`));
    for (const path of [
      '',
      '?missing=birthDate&q=last1',
      '?missing=email&status=transferred',
      `/${_id.toHexString()}`,
      '/deletions',
    ])
      assert.equal((await visitor.get(HOME + path)).status, 200, path);
    assert.deepEqual(await findWasteful(), []);
  });

  /** Of students, as they were made. */
  function count(missing: 'number' | 'birthDate'): string {
    const students = Array.from({ length: MANY }, (_, n) => n).filter((n) => n % 4 === 0);
    const lacking = students.filter((n) => n % (missing === 'number' ? 10 : 7) === 0);
    return lacking.length.toLocaleString('en-US');
  }

  it('are deleted in batches', async () => {
    const made = await ContactDeletion.create({
      account,
      by: new Types.ObjectId(),
      level: 'event administrator',
      appointments: false,
      cleared: true,
      state: 'queued',
      createdAt: test.deps.now(),
    });
    watchQueries();
    await asApp(() =>
      deleteContacts(
        test.deps,
        made._id.toHexString(),
        new AbortController().signal,
        endAppointment(test.deps),
      ),
    );
    assert.deepEqual(await findWasteful(), []);
    const { state, stages } = await ContactDeletion.findById(made._id).orFail().lean();
    const people = stages.find(({ name }) => name === 'people');
    assert.deepEqual([state, people?.done, people?.total], ['done', MANY, MANY]);
    assert.equal(await Contact.countDocuments({ account }), 0);
  });
});
