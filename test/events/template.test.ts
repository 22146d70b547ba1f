import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { readForm } from '../../server/scratch/read-form.js';
import { Class } from '../../server/models/class.js';
import { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { makeAccount, makeUser, startAs, Visitor, type TestApp } from '../support/app.js';
import { makeEvent, makeSlot, makeTeacher } from '../support/event.js';

const NOW = new Date('2027-11-02T15:00:00Z');

describe('a new event from a past one', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let office: Visitor;
  let past: Event;

  beforeEach(async () => {
    ({ test, account, visitor: office } = await startAs('event administrator', NOW));
    past = await makeEvent(account, {
      ...{ name: 'Fall conferences 2026', place: 'The gym', description: 'North door', status: 'archived' },
      booking: {
        opensAt: new Date('2026-11-01T14:00:00Z'),
        perHousehold: 6,
        perStudent: 2,
        gapMinutes: 5,
        waitlistMinutes: 240,
        inARow: 2,
        siblings: 'together',
        eachHousehold: true,
        twoAtOnce: true,
        earlyMinutes: 60,
        earlyChildren: 3,
        walkRooms: 3,
        walkSchools: 12,
      },
      fields: [
        {
          ...{ id: 'a'.repeat(24), label: 'Allergies?', kind: 'text', choices: [] },
          ...{ required: true, staffOnly: false },
        },
      ],
      messages: { booked: { subject: 'Own {when}', text: 'Own words\n' } },
      office: { phone: '555-010-2000', email: '', replyTo: '' },
      reminders: [24],
      reminded: { h24: new Date('2026-11-24T00:00:00Z') },
      checked: ['classes', 'link'],
      sync: { on: true, hour: 1, schools: [], terms: [], noTerm: false },
    });
    const teacher = await makeTeacher(past, 'Ms. Bennett');
    await makeSlot(past, teacher, '2026-11-24T17:00');
    await Class.create({ account, event: past._id, status: 'active', sortKey: 'x', synced: { name: 'X' } });
  });

  const page = () => office.get(`/events/new?template=${past._id.toHexString()}`);
  async function create(change: Record<string, string> = {}) {
    const { text } = await page();
    const form = readForm(text, '/events', '/events')!;
    const fields = form.fields.filter(([name]) => !(name in change) && name !== 'days');
    const body = new URLSearchParams([...fields, ['days', '2027-11-23'], ...Object.entries(change)]);
    return office.agent.post('/events').type('form').send(body.toString());
  }

  it('shows first what is kept and what is not', async () => {
    const { text } = await page();
    assert.match(text, /Fall conferences 2026/);
    assert.match(
      text,
      /Kept[\s\S]*1 question[\s\S]*1 text in your own words[\s\S]*Reminders \(24 hours before\)/,
    );
    assert.match(
      text,
      /Not kept[\s\S]*Days and booking window[\s\S]*People, classes[\s\S]*Slots[\s\S]*Appointments/,
    );
    assert.match(text, /value="Fall conferences 2027"/);
    assert.doesNotMatch(text, /value="2026-11-/);
  });

  it('keeps settings, texts and questions, and nothing of people, classes, slots and appointments', async () => {
    const answer = await create();
    assert.equal(answer.status, 303, answer.text);
    const made = (await Event.findOne({ templateOf: past._id }).lean())!;
    const { name, place, description, days, booking, fields, messages, office: kept, reminders } = made;
    assert.deepEqual(
      { name, place, description, days },
      {
        ...{ name: 'Fall conferences 2027', place: 'The gym', description: 'North door' },
        days: ['2027-11-23'],
      },
    );
    assert.deepEqual([fields, messages, kept, reminders], [past.fields, past.messages, past.office, [24]]);
    const { opensAt: _opens, earlySince: _since, ...numbers } = past.booking;
    // The new event's own: from then on a child that a family adds itself no longer counts for an earlier opening.
    const { earlySince, ...copied } = booking;
    assert.ok(earlySince && (!past.booking.earlySince || earlySince > past.booking.earlySince));
    assert.deepEqual(copied, numbers);
    assert.deepEqual(
      [made.sync, made.reminded, made.checked, made.status],
      [undefined, undefined, [], 'active'],
    );
    assert.notEqual(made.link, past.link);
    const event = made._id;
    const left = await Promise.all([
      Class.countDocuments({ event }),
      Resource.countDocuments({ event }),
      Slot.countDocuments({ event }),
    ]);
    assert.deepEqual(left, [0, 0, 0]);
  });

  it('is refused from another account’s event, and from one that was deleted meanwhile, with what was typed', async () => {
    const other = await makeEvent((await makeAccount('Elm School'))._id);
    assert.equal((await office.get(`/events/new?template=${other._id.toHexString()}`)).status, 404);
    const stranger = await create({ template: other._id.toHexString() });
    assert.equal(stranger.status, 422);
    const { text } = await page();
    await Event.updateOne({ _id: past._id }, { $set: { status: 'deleted' } });
    const form = readForm(text, '/events', '/events')!;
    const body = new URLSearchParams([...form.fields, ['days', '2027-11-23']]);
    const answer = await office.agent.post('/events').type('form').send(body.toString());
    assert.equal(answer.status, 422);
    assert.match(answer.text, /The event that you started from is gone/);
    assert.match(answer.text, /value="The gym"/);
    assert.equal(await Event.countDocuments({ account, status: 'active' }), 0);
  });

  it('is for who may make events', async () => {
    const one = await new Visitor(test.app).logIn(
      await makeUser(account, 'event administrator', { event: past._id }),
    );
    assert.equal((await one.get(`/events/new?template=${past._id.toHexString()}`)).status, 403);
    assert.doesNotMatch((await one.get('/events?status=archived')).text, /Use as template/);
  });
});
