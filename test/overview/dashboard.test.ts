import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Diary } from '../../server/models/diary.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import type { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { startAs, type TestApp, type Visitor } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { makeClass, makePerson, makeTeachingPerson } from '../support/classes/school-day.js';
import { makeEvent, makeSlot, makeSlots, makeTeacher } from '../support/event.js';

const NOW = new Date('2026-11-20T18:00:00Z');
const NAMES = ['Ava Adams', 'Ben Adams', 'Cy Brown', 'Di Cole', 'Ed Dunn'];

/** What a page says of its figures, by their labels. */
function figuresOf(text: string): Record<string, string> {
  const rows = text.matchAll(/<dt>([^<]+)<\/dt>\s*<dd>([\s\S]*?)<\/dd>/g);
  return Object.fromEntries(
    [...rows].map(([, label = '', value = '']) => [
      label,
      value
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    ]),
  );
}

/** The cells of the rows that begin with this. */
function rowsOf(text: string, first: string): string[] {
  return [...text.matchAll(/<tr>([\s\S]*?)<\/tr>/g)]
    .map(([, row = '']) =>
      row
        .replace(/<title>[\s\S]*?<\/title>|<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((row) => row.startsWith(first));
}

describe('the overview while families book', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let admin: Visitor;
  let event: Event;
  let lee: { contact: Contact; resource: Resource };
  let students: Contact[];
  let slots: Slot[];
  let home: string;

  beforeEach(async () => {
    ({ test, account, visitor: admin } = await startAs('administrator', NOW));
    event = await makeEvent(account, { booking: { opensAt: new Date('2026-11-01T14:00:00Z') } });
    home = `/events/${event._id.toHexString()}`;
    lee = await makeTeachingPerson(event, 'Kim Lee');
    students = await Promise.all(NAMES.map((name) => makePerson(account, 'student', name)));
    for (const [index, { _id }] of students.entries())
      await Contact.updateOne({ _id }, { $set: { record: { id: NAMES[index], hash: '' } } });
    const pat = await makePerson(account, 'guardian', 'Pat Adams');
    const relations = ['Ava Adams', 'Ben Adams'].map((student) => ({
      student,
      relationship: 'Parent',
      type: '',
    }));
    await Contact.updateOne({ _id: pat._id }, { $set: { relations } });
    await makeClass(event, 'Art', { teachers: [lee.contact._id], students: students.map(({ _id }) => _id) });
    slots = await makeSlots(event, lee.resource, '2026-11-24', ['17:00', '17:10', '17:20']);
  });

  const book = (slot: number, student: number, bookedAt: string, more: Partial<Appointment> = {}) =>
    makeAppointment(slots[slot]!, {
      students: [students[student]!._id],
      bookedAt: new Date(bookedAt),
      ...more,
    });

  async function isAsked(): Promise<string> {
    const page = await admin.get(home);
    assert.equal(page.status, 200);
    return page.text;
  }

  it('tells what is booked of what can be, whose family has nothing, and who can get no time', async () => {
    await book(0, 0, '2026-11-02T03:00:00Z');
    await makeSlot(event, lee.resource, '2026-11-24T18:00', { state: 'hidden' });
    const text = await isAsked();
    assert.deepEqual(figuresOf(text), {
      ...figuresOf(text),
      Booked: '1 of 3 (33%)',
      'Free now': '2',
      // Ben’s sister has an appointment.
      'Families without an appointment': '3 of 4',
      Problems: '0',
    });
    assert.ok(text.includes(`/reports/${event._id.toHexString()}/unbooked`));
    const report = await admin.get(`/reports/${event._id.toHexString()}/unbooked`);
    assert.equal(figuresOf(report.text)['Families without an appointment'], '3');
    assert.match(text, /2 students can’t get a time/);
    assert.deepEqual(rowsOf(text, 'Kim Lee'), ['Kim Lee 1 2 4', 'Kim Lee 4 2 2 Find more times for Kim Lee']);
  });

  it('counts the slots of a longer appointment that has begun one by one', async () => {
    const more = { more: [slots[1]!._id], to: slots[1]!.to };
    await book(0, 0, '2026-11-02T15:00:00Z', more);
    test.setNow(new Date(+slots[0]!.from + 60_000));
    assert.equal(figuresOf(await isAsked())['Free now'], '1');
  });

  it('counts what parents can book alone, and has nobody wait for who teaches no class of theirs', async () => {
    const lost = await makePerson(account, 'student', 'Flo Gray');
    await makeClass(event, 'Nobody’s', { students: [lost._id] });
    const byHand = { kind: 'Counselor' as const, hidden: false, schools: [], grades: [] };
    await makeTeacher(event, 'Open Door', { byHand });
    const away = await makeTeacher(event, 'Shut Door', { byHand: { ...byHand, hidden: true } });
    const { contact, resource } = await makeTeachingPerson(event, 'Mia Nash');
    await makeClass(event, 'Secret', { teachers: [contact._id], edits: { type: 'Hide' } });
    for (const one of [away, resource]) await makeSlot(event, one, '2026-11-24T18:00');
    const figures = figuresOf(await isAsked());
    assert.equal(figures['Free now'], '3');
    assert.equal(figures['Families without an appointment'], '5 of 5');
    const forecast = (await admin.get(`${home}/forecast`)).text;
    for (const name of ['Open Door', 'Shut Door', 'Mia Nash']) assert.deepEqual(rowsOf(forecast, name), []);
  });

  it('who sits in a colleague’s slots has these bookings and places too, and gets no new times over them', async () => {
    const park = await makeTeachingPerson(event, 'Lou Park');
    await makeClass(event, 'Bio', { teachers: [park.contact._id], students: students.map(({ _id }) => _id) });
    const team = { with: [park.resource._id] };
    await Slot.updateMany({ _id: { $in: [slots[0]!._id, slots[1]!._id] } }, { $set: team });
    await book(0, 0, '2026-11-02T15:00:00Z', team);
    const text = await isAsked();
    assert.equal(figuresOf(text).Booked, '1 of 3 (33%)');
    assert.deepEqual(rowsOf(text, 'Lou Park'), [
      'Lou Park 1 1 4',
      'Lou Park 4 1 3 Find more times for Lou Park',
    ]);
    await makeSlot(event, park.resource, '2026-11-24T16:50');
    const page = (await admin.get(`${home}/forecast/${park.resource._id.toHexString()}`)).text;
    assert.match(page, /4 students still have to book, 2 spots are free/);
    assert.match(page, /2 more slots: Tue, Nov 24, 5:20–5:40 PM/);
  });

  it('counts a booking on its own day in the event’s zone, and takes it away on the day it was canceled; a changed time is one booking', async () => {
    // 9 PM on November 1 in Chicago.
    await book(0, 0, '2026-11-02T03:00:00Z');
    const cancelledAt = new Date('2026-11-05T18:00:00Z');
    await book(1, 1, '2026-11-03T18:00:00Z', { state: 'cancelled', cancelledAt, cancelledBy: 'household' });
    const changed = { state: 'cancelled' as const, cancelledAt, cancelledBy: 'change' as const };
    const old = await book(1, 2, '2026-11-03T18:00:00Z', changed);
    await book(2, 2, '2026-11-05T18:00:00Z', { replaces: old._id });
    await book(1, 3, '2026-11-03T18:00:00Z', { state: 'expired' });
    const text = await isAsked();
    assert.deepEqual(rowsOf(text, 'Sun, Nov 1 '), ['Sun, Nov 1 1 0 1']);
    assert.deepEqual(rowsOf(text, 'Tue, Nov 3'), ['Tue, Nov 3 2 0 3']);
    assert.deepEqual(rowsOf(text, 'Thu, Nov 5'), ['Thu, Nov 5 0 1 2']);
    assert.deepEqual(rowsOf(text, 'Fri, Nov 20'), ['Fri, Nov 20 0 0 2']);
    assert.equal(figuresOf(text).Booked, '2 of 3 (67%)');
    assert.match(text, /<svg class="chart-drawing"[\s\S]*Nov 20: 2 booked/);
  });

  it('a slot that is over, or closed for booking, is no free place; what is booked there still counts', async () => {
    await book(0, 0, '2026-11-02T15:00:00Z');
    await Slot.updateOne({ _id: slots[0]!._id }, { $set: { state: 'unavailable', message: 'Away' } });
    assert.equal(figuresOf(await isAsked()).Booked, '1 of 3 (33%)');
    test.setNow(new Date('2026-11-24T23:15:00Z'));
    const text = await isAsked();
    assert.equal(figuresOf(text)['Free now'], '1');
    assert.equal(figuresOf(text).Booked, '1 of 2 (50%)');
  });

  it('shows problems, mails that failed, the last and the next sync', async () => {
    const none = await isAsked();
    assert.match(none, /Nothing is synced into this event/);
    assert.equal(figuresOf(none)['Emails not delivered'], undefined);
    await book(0, 0, '2026-11-02T15:00:00Z', { state: 'problem', problem: { code: 'not together' } });
    const mail = { account, event: event._id, kind: 'x', to: 'a@example.org', subject: 's', text: 't' };
    await Notification.create({ ...mail, state: 'failed', nextAt: NOW, key: 'k', createdAt: NOW });
    await Notification.create({ ...mail, state: 'sent', nextAt: NOW, key: 'k2', createdAt: NOW });
    await SyncRun.create({
      account,
      event: event._id,
      state: 'failed',
      trigger: 'nightly',
      createdAt: NOW,
      finishedAt: NOW,
    });
    const sync = { on: true, hour: 1, schools: [], terms: [], noTerm: false };
    await Event.updateOne({ _id: event._id }, { $set: { sync } });
    const text = await isAsked();
    assert.equal(figuresOf(text).Problems, '1');
    assert.equal(figuresOf(text)['Emails not delivered'], '1');
    assert.ok(text.includes(`${home}/problems`) && text.includes(`${home}/messages?state=failed`));
    assert.match(text, /paused because Clever isn’t enabled/);
  });

  it('before anybody books, and without classes or slots, it says so and shows no empty chart', async () => {
    const text = await isAsked();
    assert.match(text, /Nobody has booked yet/);
    assert.doesNotMatch(text, /chart-drawing/);
    await Promise.all([Class.deleteMany({}), Slot.deleteMany({})]);
    const bare = await isAsked();
    assert.equal(figuresOf(bare).Booked, '0 of 0');
    assert.match(bare, /There are no slots that parents can book/);
    assert.match((await admin.get(`${home}/forecast`)).text, /Nothing to forecast yet/);
  });

  it('a fix says what it does, does it once, and leaves what is booked as it is', async () => {
    const kept = await book(2, 0, '2026-11-02T15:00:00Z');
    const page = `${home}/forecast/${lee.resource._id.toHexString()}`;
    const asked = (await admin.get(page)).text;
    assert.match(asked, /2 students can’t get a time/);
    assert.match(asked, /2 more slots: Tue, Nov 24, 5:30–5:50 PM/);
    assert.match(asked, /2 more slots: Tue, Nov 24, 4:40–5:00 PM/);
    assert.match(asked, /2 free slots take 2 families each/);
    assert.match(asked, /2 free slots become slots of 5 minutes/);
    const print = /name="print" value="([^"]+)"/.exec(asked)?.[1] ?? '';
    assert.equal((await admin.post(page, { fix: 'after', print }, page)).status, 303);
    const of = { resource: lee.resource._id };
    assert.equal(await Slot.countDocuments(of), 5);
    assert.equal(
      (await admin.post(page, { fix: 'after', print }, page)).status,
      422,
      'the same button twice',
    );
    assert.equal(await Slot.countDocuments(of), 5);
    assert.match((await admin.get(page)).text, /There’s a time for every student/);
    await Slot.deleteMany({ ...of, from: { $gt: slots[2]!.from } });
    const again = (await admin.get(page)).text;
    const now = /name="print" value="([^"]+)"/.exec(again)?.[1] ?? '';
    assert.equal((await admin.post(page, { fix: 'shorten', print: now }, page)).status, 303);
    const after = await Slot.find(of).sort({ from: 1 }).lean();
    assert.deepEqual(
      after.map(({ from, to }) => (+to - +from) / 60_000),
      [5, 5, 5, 5, 10],
    );
    assert.equal(
      (await Appointment.findById(kept._id).lean())?.from.toISOString(),
      slots[2]!.from.toISOString(),
    );
  });

  it('who joins the last slot joins those after it too, where they have time', async () => {
    const ortiz = await makeTeachingPerson(event, 'Sam Ortiz');
    await Slot.updateOne(
      { _id: slots[2]!._id },
      { $set: { with: [ortiz.resource._id], link: 'https://video.example/lee' } },
    );
    const page = `${home}/forecast/${lee.resource._id.toHexString()}`;
    const { text } = await admin.get(page);
    assert.match(
      text,
      /2 more slots: Tue, Nov 24, 5:30–5:50 PM[\s\S]*Anybody who joins the neighboring slot joins these, too/,
    );
    const [other] = [await makeSlot(event, ortiz.resource, '2026-11-24T17:40')];
    const met = await makeAppointment(other);
    await Diary.create({
      _id: `${ortiz.contact._id.toHexString()}:2026-11-24`,
      account,
      busy: [{ from: other.from, to: other.to, slot: other._id, appointment: met._id }],
    });
    const around = (await admin.get(page)).text;
    assert.match(around, /2 more slots: Tue, Nov 24, 5:30–6:00 PM/);
    const print = /name="print" value="([^"]+)"/.exec(around)?.[1] ?? '';
    assert.equal((await admin.post(page, { fix: 'after', print }, page)).status, 303);
    const made = await Slot.find({ resource: lee.resource._id, from: { $gt: slots[2]!.from } }).lean();
    assert.deepEqual(
      made.map((slot) => [slot.from.toISOString().slice(11, 16), slot.with, slot.link]),
      ['23:30', '23:50'].map((at) => [at, [ortiz.resource._id], 'https://video.example/lee']),
    );
  });

  it('lays no times beside a slot that is closed, and shortens no slot that nothing comes of', async () => {
    const more = await Promise.all(
      ['Flo Gray', 'Gus Hall', 'Hal Ives'].map((name) => makePerson(account, 'student', name)),
    );
    await makeClass(event, 'Bio', { teachers: [lee.contact._id], students: more.map(({ _id }) => _id) });
    slots.push(...(await makeSlots(event, lee.resource, '2026-11-24', ['17:30', '17:40'])));
    await book(0, 0, '2026-11-02T15:00:00Z');
    await book(2, 1, '2026-11-02T15:00:00Z');
    const page = `${home}/forecast/${lee.resource._id.toHexString()}`;
    const { text } = await admin.get(page);
    assert.match(text, /Add slots after the last one/);
    assert.match(text, /2 free slots become slots of 5 minutes/);
    const print = /name="print" value="([^"]+)"/.exec(text)?.[1] ?? '';
    assert.equal((await admin.post(page, { fix: 'shorten', print }, page)).status, 303);
    const after = await Slot.find({ resource: lee.resource._id }).sort({ from: 1 }).lean();
    assert.deepEqual(
      after.map(({ from, to }) => (+to - +from) / 60_000),
      [10, 10, 10, 5, 5, 5, 5],
    );
    await Slot.updateOne({ _id: after.at(-1)!._id }, { $set: { state: 'unavailable', message: 'Ill' } });
    const closed = (await admin.get(page)).text;
    assert.doesNotMatch(closed, /Add slots after the last one/);
    assert.match(closed, /Add slots before the first one/);
  });

  it('more seats go to free slots alone, and to none that somebody took meanwhile', async () => {
    await book(0, 0, '2026-11-02T15:00:00Z');
    const page = `${home}/forecast/${lee.resource._id.toHexString()}`;
    const print = /name="print" value="([^"]+)"/.exec((await admin.get(page)).text)?.[1] ?? '';
    assert.equal((await admin.post(page, { fix: 'seats', print }, page)).status, 303);
    const seats = await Slot.find({ resource: lee.resource._id }).sort({ from: 1 }).lean();
    assert.deepEqual(
      seats.map(({ capacity, state }) => `${String(capacity)} ${state}`),
      ['1 visible', '2 visible', '2 visible'],
    );
    const { status } = await admin.get(`${home}/forecast/${new Types.ObjectId().toHexString()}`);
    assert.equal(status, 404);
  });

  it('after the last day it tells who came', async () => {
    await book(0, 0, '2026-11-02T15:00:00Z', { attended: 'yes' });
    await book(1, 1, '2026-11-02T15:00:00Z', { attended: 'no' });
    await book(2, 2, '2026-11-02T15:00:00Z');
    test.setNow(new Date('2026-11-25T18:00:00Z'));
    const text = await isAsked();
    assert.match(text, /1 came, 1 didn’t come, 1 not marked/);
    for (const path of [`/reports/${event._id.toHexString()}/attendance`, `${home}/archive`])
      assert.ok(text.includes(`href="${path}"`), path);
  });
});
