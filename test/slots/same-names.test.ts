import assert from 'node:assert/strict';
import { Contact } from '../../server/models/contact.js';
import { School } from '../../server/models/school.js';
import { startAs } from '../support/app.js';
import { makeClass, makeTeachingPerson } from '../support/classes/school-day.js';
import { makeEvent } from '../support/event.js';

describe('teachers of one name on the Slots page', () => {
  it('are told apart by their schools, where there are several, and their email', async () => {
    const { account, visitor } = await startAs('administrator', new Date('2026-11-20T18:00:00Z'));
    const event = await makeEvent(account);
    const [oak, elm] = await School.create([
      { account, name: 'Oak Elementary', sortKey: 'oak' },
      { account, name: 'Elm High', sortKey: 'elm' },
    ]);
    assert.ok(oak && elm);
    for (const [school, email] of [
      [oak, 'ana@oak.example'],
      [elm, ''],
    ] as const) {
      const { contact } = await makeTeachingPerson(event, 'Ana Lee');
      await Contact.updateOne({ _id: contact._id }, { $set: { email } });
      await makeClass(event, 'Art', { teachers: [contact._id], school: school._id });
    }
    const other = await makeTeachingPerson(event, 'Bo Park');
    await makeClass(event, 'Art', { teachers: [other.contact._id], school: oak._id });
    const { text } = await visitor.get(`/events/${event._id.toHexString()}/slots`);
    assert.deepEqual(
      [...text.matchAll(/>Ana Lee<\/a> <span class="soft">([^<]*)</g)].map(([, told]) => told).sort(),
      ['Elm High', 'Oak Elementary · ana@oak.example'],
    );
    assert.doesNotMatch(text, />Bo Park<\/a> <span class="soft">/);
  });
});
