import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Appointment } from '../../server/models/appointment.js';
import { Event } from '../../server/models/event.js';
import { makeAccount, makeUser, startAs, type TestApp, Visitor } from '../support/app.js';
import { makeEvent, makeSlot, makeTeacher } from '../support/event.js';

const NOW = new Date('2026-11-02T15:00:00Z');

const typed = {
  name: 'Fall conferences',
  place: 'Gym',
  description: 'Come in by the north door.',
  timeZone: 'America/Chicago',
  days: ['2026-11-25', '2026-11-24', '', '2026-11-24'],
  opensAt: '2026-11-09T08:00',
  closesAt: '2026-11-23T20:00',
  staffAnytime: 'true',
  stopHoursBefore: 2,
  cancelHoursBefore: 24,
  perStudentAndTeacher: 1,
  perHousehold: 6,
  gapMinutes: 5,
};

describe('events', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let admin: Visitor;

  beforeEach(async () => {
    ({ test, account, visitor: admin } = await startAs('event administrator', NOW));
  });

  it('with none, the list says what an event is and leads to making one', async () => {
    const page = await admin.get('/events');
    assert.equal(page.status, 200);
    assert.match(page.text, /No events yet[\s\S]*href="\/events\/new"/);
  });

  it('making one keeps days in order and once, reads times in its zone, and gives it a link of its own', async () => {
    const answer = await admin.post('/events', typed, '/events/new');
    assert.equal(answer.status, 303);
    const event = await Event.findOne({ account }).lean();
    assert.ok(event);
    assert.equal(answer.headers.location, `/events/${event._id.toHexString()}`);
    assert.deepEqual(event.days, ['2026-11-24', '2026-11-25']);
    assert.equal(event.booking.opensAt?.toISOString(), '2026-11-09T14:00:00.000Z');
    assert.equal(event.booking.closesAt?.toISOString(), '2026-11-24T02:00:00.000Z');
    assert.equal(event.booking.perHousehold, 6);
    assert.equal(event.booking.staffAnytime, true);
    assert.match(event.link, /^[a-z2-9]{8}$/);
    await admin.post('/events', { ...typed, name: 'Spring' }, '/events/new');
    assert.equal(new Set(await Event.distinct('link', { account })).size, 2);
    assert.equal(await AuditEntry.countDocuments({ account, action: 'create event' }), 2);
  });

  it('its overview tells the link, the opening in local time, and what is missing', async () => {
    const answer = await admin.post('/events', typed, '/events/new');
    const page = await admin.get(String(answer.headers.location));
    const event = await Event.findOne({ account }).lean();
    assert.match(page.text, /Booking opens on Monday, November 9 at 8:00 AM\./);
    assert.ok(page.text.includes(`${test.deps.config.publicUrl}/e/${event?.link ?? ''}`));
    assert.match(page.text, /Nothing has been imported yet/);
    assert.ok(page.text.includes(`/importer?event=${event?._id.toHexString() ?? ''}`));
  });

  it('how many slots in a row one appointment may take is kept, from 1 to 4, and shown in the settings', async () => {
    const answer = await admin.post('/events', { ...typed, inARow: 3 }, '/events/new');
    const home = String(answer.headers.location);
    assert.equal((await Event.findOne({ account }).lean())?.booking.inARow, 3);
    assert.match(
      (await admin.get(`${home}/settings`)).text,
      /name="inARow"[^>]*value="3"|value="3"[^>]*name="inARow"/,
    );
    for (const inARow of [0, 5, 1.5]) {
      const refused = await admin.post('/events', { ...typed, inARow }, '/events/new');
      assert.equal(refused.status, 422, String(inARow));
      assert.match(refused.text, /how many slots in a row one appointment may take/);
    }
    await admin.post('/events', typed, '/events/new');
    assert.deepEqual(
      (await Event.find({ account }).sort({ _id: 1 }).lean()).map(({ booking }) => booking.inARow),
      [3, 1],
    );
  });

  const faults: [string, Record<string, string | string[] | number>, RegExp][] = [
    ['no name', { name: ' ' }, /Enter a name/],
    ['no day', { days: ['', ''] }, /Enter at least one day/],
    ['a day that is over', { days: ['2026-10-01'] }, /Thursday, October 1, 2026 is over/],
    ['a day far away', { days: ['2062-11-24'] }, /more than two years away/],
    ['no such day', { days: ['2026-11-31'] }, /isn’t a date/],
    ['days that are no dates', { days: ['soon'] }, /Enter each day as a date/],
    ['booking closing before it opens', { closesAt: '2026-11-09T07:59' }, /must close after it opens/],
    ['booking closing as it opens', { closesAt: '2026-11-09T08:00' }, /must close after it opens/],
    ['booking opening after the last day', { opensAt: '2026-11-26T00:00', closesAt: '' }, /last day is over/],
    [
      'an hour that clocks skip',
      { days: ['2027-03-20'], opensAt: '2027-03-14T02:30', closesAt: '' },
      /There is no 2:30 AM on Sunday, March 14, 2027/,
    ],
    ['a zone that is none', { timeZone: 'Mars/Base' }, /Select a time zone/],
    [
      'numbers that are none',
      { gapMinutes: 'some' },
      /Enter the minutes between two appointments as a number/,
    ],
    [
      'too many hours',
      { cancelHoursBefore: 9999 },
      /Enter until when parents may cancel, in hours: 720 or less/,
    ],
  ];
  for (const [what, change, message] of faults)
    it(`with ${what} is refused beside the field, and keeps what was typed`, async () => {
      const answer = await admin.post(
        '/events',
        { ...typed, description: 'Keep <b>me</b>', ...change },
        '/events/new',
      );
      assert.equal(answer.status, 422);
      assert.match(answer.text, message);
      assert.match(answer.text, /Keep &lt;b&gt;me/);
      assert.equal(await Event.countDocuments(), 0);
    });

  it('several faults are told at once, in the order of the fields', async () => {
    const wrong = { ...typed, name: '', days: ['2026-10-01'], closesAt: '2026-11-01T08:00' };
    const answer = await admin.post('/events', wrong, '/events/new');
    assert.match(
      answer.text,
      /There are 3 problems[\s\S]*Enter a name[\s\S]*October 1, 2026 is over[\s\S]*must close after it opens/,
    );
  });

  it('unticking staff at any time is kept, also when the form comes back', async () => {
    const { staffAnytime: _without, ...unticked } = typed;
    const again = await admin.post('/events', { ...unticked, name: '' }, '/events/new');
    assert.doesNotMatch(again.text, /name="staffAnytime"[^>]*checked/);
    await admin.post('/events', unticked, '/events/new');
    assert.equal((await Event.findOne({ account }).lean())?.booking.staffAnytime, false);
  });

  it('settings show what is set, in the event’s zone, and emptied times are gone', async () => {
    await admin.post('/events', typed, '/events/new');
    const event = await Event.findOne({ account }).lean();
    const path = `/events/${event!._id.toHexString()}/settings`;
    assert.match((await admin.get(path)).text, /name="opensAt"[^>]*|value="2026-11-09T08:00"/);
    const answer = await admin.post(path, { ...typed, opensAt: '', closesAt: '', name: 'Renamed' }, path);
    assert.equal(answer.status, 303);
    const changed = await Event.findById(event!._id).lean();
    assert.equal(changed?.name, 'Renamed');
    assert.equal(changed.booking.opensAt, undefined);
    assert.equal(changed.link, event!.link);
    assert.match(
      (await admin.get(`/events/${event!._id.toHexString()}`)).text,
      /Nobody has set when it opens/,
    );
  });

  it('a day with slots cannot be dropped, nor the zone changed under them; a day that is over stays', async () => {
    const event = await makeEvent(account, { days: ['2026-10-20', '2026-11-24'] });
    await makeSlot(event, await makeTeacher(event, 'Lee'), '2026-11-24T17:00');
    const path = `/events/${event._id.toHexString()}/settings`;
    const dropped = await admin.post(path, { ...typed, days: ['2026-10-20', '2026-11-25'] }, path);
    assert.equal(dropped.status, 422);
    assert.match(dropped.text, /Tuesday, November 24, 2026 has 1 slot\./);
    const days = ['2026-10-20', '2026-11-24'];
    const zone = await admin.post(path, { ...typed, days, timeZone: 'America/Denver' }, path);
    assert.match(zone.text, /can’t change the time zone/);
    assert.equal((await admin.post(path, { ...typed, days }, path)).status, 303);
  });

  it('the list searches words anywhere in the name, literally, and counts by state', async () => {
    await makeEvent(account, { name: 'Fall conferences (K-5)' });
    await makeEvent(account, { name: 'Spring conferences' });
    await makeEvent(account, { name: 'Old fall conferences', status: 'archived' });
    const page = await admin.get('/events?q=conf+FALL');
    assert.match(page.text, /Fall conferences \(K-5\)/);
    assert.doesNotMatch(page.text, /Spring/);
    assert.match(page.text, /Archived <span class="count">1</);
    assert.match((await admin.get('/events?q=(k')).text, /K-5/);
    assert.match((await admin.get('/events?q=.*')).text, /No active events match/);
  });

  it('the list counts slots and bookings of each event', async () => {
    const event = await makeEvent(account);
    const slot = await makeSlot(event, await makeTeacher(event, 'Lee'), '2026-11-24T17:00');
    await Appointment.create({
      account,
      event: event._id,
      slot: slot._id,
      resource: slot.resource,
      household: new Types.ObjectId(),
      bookedBy: new Types.ObjectId(),
      students: [new Types.ObjectId()],
      state: 'problem',
      from: slot.from,
      to: slot.to,
      byKey: 'k',
      createdAt: NOW,
    });
    const page = await admin.get('/events');
    assert.match(page.text, /data-label="Slots">1<[\s\S]*data-label="Booked">1</);
  });

  describe('who may', () => {
    it('below event administrator nobody makes or changes one; viewers look', async () => {
      const event = await makeEvent(account);
      const home = `/events/${event._id.toHexString()}`;
      for (const level of ['appointment viewer', 'appointment maker', 'resource administrator'] as const) {
        const visitor = await new Visitor(test.app).logIn(await makeUser(account, level));
        assert.equal((await visitor.get(home)).status, 200, level);
        assert.doesNotMatch((await visitor.get(home)).text, /opening|settings/);
        for (const path of ['/events/new', `${home}/settings`, `${home}/archive`, `${home}/opening`])
          assert.equal((await visitor.get(path)).status, 403, `${level} ${path}`);
        for (const path of ['/events', `${home}/settings`, `${home}/archive`, `${home}/return`])
          assert.equal((await visitor.post(path, typed, home)).status, 403, `${level} ${path}`);
        for (const path of [`${home}/opening`, `${home}/closing`, `${home}/steps`])
          assert.equal((await visitor.post(path, {}, home)).status, 403, `${level} ${path}`);
      }
      assert.equal((await Event.findById(event._id).lean())?.booking.opensAt, undefined);
    });

    it('parents are turned away', async () => {
      const visitor = await new Visitor(test.app).logIn(await makeUser(account, 'customer'));
      assert.equal((await visitor.get('/events')).status, 403);
    });

    it("another account's event is 404 and not in the list", async () => {
      const other = await makeEvent((await makeAccount('Oak School'))._id, { name: 'Strange' });
      const home = `/events/${other._id.toHexString()}`;
      assert.doesNotMatch((await admin.get('/events')).text, /Strange/);
      for (const path of [home, `${home}/settings`, `${home}/archive`])
        assert.equal((await admin.get(path)).status, 404, path);
      for (const path of [`${home}/settings`, `${home}/archive`, `${home}/opening`, `${home}/closing`])
        assert.equal((await admin.post(path, typed, '/events')).status, 404, path);
    });

    it('whoever runs one event sees that one, changes it, and makes none', async () => {
      const mine = await makeEvent(account, { name: 'Mine' });
      const other = await makeEvent(account, { name: 'Not mine' });
      const user = await makeUser(account, 'event administrator', { event: mine._id });
      const visitor = await new Visitor(test.app).logIn(user);
      const list = await visitor.get('/events');
      assert.match(list.text, />Mine</);
      assert.doesNotMatch(list.text, /Not mine|New event/);
      assert.equal((await visitor.get(`/events/${other._id.toHexString()}`)).status, 404);
      const path = `/events/${mine._id.toHexString()}/settings`;
      assert.equal((await visitor.post(path, typed, path)).status, 303);
      assert.equal((await visitor.get('/events/new')).status, 403);
    });

    it('without the form token nothing changes', async () => {
      const event = await makeEvent(account);
      const answer = await admin.agent
        .post(`/events/${event._id.toHexString()}/archive`)
        .type('form')
        .send({});
      assert.equal(answer.status, 403);
      assert.equal((await Event.findById(event._id).lean())?.status, 'active');
    });
  });
});
