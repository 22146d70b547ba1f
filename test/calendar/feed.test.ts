import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import request from 'supertest';
import { setPassword } from '../../server/accounts/set-password.js';
import { findLink, makeFeed } from '../../server/calendar/make-feed.js';
import { Appointment } from '../../server/models/appointment.js';
import { CalendarFeed } from '../../server/models/calendar-feed.js';
import { Household } from '../../server/models/household.js';
import { School } from '../../server/models/school.js';
import { Session } from '../../server/models/session.js';
import { RateLimit } from '../../server/models/rate-limit.js';
import { User } from '../../server/models/user.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { read } from '../support/booking/read-calendar.js';
import { makeClass } from '../support/classes/school-day.js';
import { makeEvent, makeSlot, makeTeacher } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';

interface Parsed {
  type: string;
  uid: string;
  start: Date;
  description?: string;
  location?: string;
}

/** A second reader of calendars, of nobody whom the first one knows. */
const { default: nodeIcal } = (await import(['node-ical'].join())) as {
  default: { sync: { parseICS(text: string): Record<string, Parsed> } };
};

const NOW = new Date('2026-11-20T18:00:00Z');

describe('a calendar that follows a parent’s meetings', () => {
  let test: TestApp;
  let parent: User;
  let visitor: Visitor;
  let account: Types.ObjectId;
  let first: Appointment;

  before(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(NOW);
    account = (await makeAccount('Oak District'))._id;
    parent = await makeUser(account, 'customer');
    const school = await School.create({
      account,
      name: 'Oak Middle',
      address: '9 Elm St, Lodi',
      sortKey: 'o',
    });
    const event = await makeEvent(account, { name: 'Fall; "conferences", and more', place: 'Gym' });
    const household = await Household.create({ account, adults: [parent._id], createdAt: NOW });
    const held = await makeClass(event, 'Algebra', { school: school._id });
    const teacher = await makeTeacher(event, 'Ms. Bennett', { room: 'Room 12' });
    const theirs = { household: household._id, class: held._id, bookedAt: NOW };
    first = await makeAppointment(await makeSlot(event, teacher, '2026-11-24T17:00'), {
      ...theirs,
      note: 'Reading,\nand\\ math; 🎈',
    });
    await makeAppointment(await makeSlot(event, teacher, '2026-11-24T18:00'), {
      ...theirs,
      state: 'cancelled',
    });

    // Another school, in another zone, under the same login.
    const far = (await makeAccount('Pine School'))._id;
    await User.updateOne({ _id: parent._id }, { $push: { grants: { account: far, level: 'customer' } } });
    const farHousehold = await Household.create({ account: far, adults: [parent._id], createdAt: NOW });
    const farEvent = await makeEvent(far, { name: 'Pine', timeZone: 'America/Denver', days: ['2026-12-01'] });
    const slot = await makeSlot(farEvent, await makeTeacher(farEvent, 'Mr. Lee'), '2026-12-01T17:00');
    await makeAppointment(slot, { household: farHousehold._id, bookedAt: NOW });

    // A stranger's.
    const other = await Household.create({
      account,
      adults: [(await makeUser(account, 'customer'))._id],
      createdAt: NOW,
    });
    await makeAppointment(await makeSlot(event, teacher, '2026-11-24T19:00'), { household: other._id });
    visitor = await new Visitor(test.app).logIn(parent);
  });

  const linkOf = async (): Promise<string> => {
    const { text } = await visitor.get('/my/calendar');
    const [, link = ''] = /value="(http[^"]+\.ics)"/.exec(text) ?? [];
    assert.match(text, new RegExp(`href="${link.replace(/^https?/, 'webcal')}"`));
    return new URL(link).pathname;
  };
  const get = (path: string) => request(test.app).get(path);

  it('has a secret link, which two calendars of others read alike, in every zone and with nothing of anybody else', async () => {
    assert.doesNotMatch((await visitor.get('/my/calendar')).text, /\.ics/);
    await visitor.post('/my/calendar', {});
    const sessions = await Session.countDocuments();
    const answer = await get(await linkOf()).expect(200);
    assert.equal(answer.get('Set-Cookie'), undefined);
    assert.equal(await Session.countDocuments(), sessions);
    assert.match(answer.get('Content-Type') ?? '', /text\/calendar/);

    const { events } = read(answer.text);
    const parsed = Object.values(nodeIcal.sync.parseICS(answer.text)).filter(({ type }) => type === 'VEVENT');
    assert.deepEqual(
      events.map((event) => event.getFirstPropertyValue('uid')),
      parsed.map(({ uid }) => uid),
    );
    assert.deepEqual(
      parsed.map(({ start }) => new Date(start).toISOString()),
      ['2026-11-24T23:00:00.000Z', '2026-12-02T00:00:00.000Z'],
    );
    const [meeting] = parsed;
    const text = String(events[0]?.getFirstPropertyValue('description'));
    assert.match(
      text,
      /Algebra\nOak District\nYour note: Reading,\nand\\ math; 🎈\nMap: https:\/\/www\.google/,
    );
    assert.equal(meeting!.description, text);
    assert.equal(meeting!.location, 'Room 12, Oak Middle, Gym');
    assert.match(
      String(events[0]?.getFirstPropertyValue('url')),
      new RegExp(`/e/.+/appointments/${first._id.toHexString()}$`),
    );
  });

  it('is sent again only when something has changed; a meeting that is canceled is gone', async () => {
    const path = await linkOf();
    const before = await get(path).expect(200);
    test.setNow(new Date(NOW.getTime() + 3600_000));
    const etag = before.get('ETag') ?? '';
    await get(path).set('If-None-Match', etag).expect(304);
    await Appointment.updateOne({ _id: first._id }, { $set: { state: 'cancelled' } });
    const after = await get(path).set('If-None-Match', etag).expect(200);
    assert.equal(read(after.text).events.length, 1);
  });

  it('ends when the link is renewed or turned off, and a wrong one tells nothing', async () => {
    const old = await linkOf();
    await visitor.post('/my/calendar', {});
    const fresh = await linkOf();
    assert.notEqual(fresh, old);
    const refused = await get(old).expect(404);
    assert.equal((await get(old.replace(/-.*/, `-${'A'.repeat(43)}.ics`)).expect(404)).text, refused.text);
    assert.equal((await get('/calendar/%2e%2e.ics').expect(404)).text, refused.text);
    await get(fresh).expect(200);
    await visitor.post('/my/calendar/off', {});
    await get(fresh).expect(404);
    assert.equal(await CalendarFeed.countDocuments(), 0);
  });

  it('ends with a password chosen by a mailed link, and is deleted when it is read of a login that is no more', async () => {
    const other = await makeUser(account, 'customer');
    await makeFeed(other._id, NOW);
    const before = (await findLink(test.deps.config, other._id))?.https ?? '';
    await setPassword(other._id, 'a whole new phrase', NOW);
    await get(new URL(before).pathname).expect(404);
    await makeFeed(other._id, NOW);
    const after = (await findLink(test.deps.config, other._id))?.https ?? '';
    await User.deleteOne({ _id: other._id });
    await get(new URL(after).pathname).expect(404);
    assert.equal(await CalendarFeed.countDocuments(), 0);
  });

  it('is read so often and no more, whoever else reads theirs', async () => {
    await visitor.post('/my/calendar', {});
    const path = await linkOf();
    await get(path).expect(200);
    await RateLimit.collection.updateMany({ key: /^calendar:/ }, { $set: { points: 120 } });
    const refused = await get(path).expect(429);
    assert.match(refused.get('Retry-After') ?? '', /^\d+$/);
  });
});
