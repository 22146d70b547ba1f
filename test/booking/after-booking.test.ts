import assert from 'node:assert/strict';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { sendReminders } from '../../server/meetings/send-reminders.js';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { School } from '../../server/models/school.js';
import { compose } from '../../server/notifications/send-mail.js';
import { Visitor } from '../support/app.js';
import { EVE } from '../support/booking/conference.js';
import { Desk, hidden } from '../support/booking/desk.js';
import { asApp } from '../support/scans.js';

const HOUR = 3600_000;
const FIRST = new Date('2026-11-24T23:00:00Z');

describe('after a meeting is booked', () => {
  let desk: Desk;
  let parent: Visitor;
  let path: string;

  const composed = async (kind: string) => {
    const mail = await Notification.findOne({ kind }).sort({ _id: -1 }).lean();
    assert.ok(mail, `There is no mail of kind ${kind}.`);
    return compose(mail, desk.test.deps.config);
  };

  beforeEach(async () => {
    desk = await Desk.open();
    const { account, _id } = desk.fair.event;
    const school = await School.create({
      account,
      name: 'Oak Hall',
      address: '9 Elm St, Lodi',
      sortKey: 'o',
    });
    await Class.updateMany({ event: _id }, { $set: { 'synced.school': school._id } });
    await Event.updateOne(
      { _id },
      { $set: { office: { phone: '', email: 'office@maple.example', replyTo: '' } } },
    );
    ({ visitor: parent } = await desk.parentOf(0));
    path = await desk.book(parent, 0, 0);
  });

  it('the mail says class, child, room, building, place, note and map, in text and HTML, and leads to the meeting itself', async () => {
    const mail = await composed('appointment booked');
    const { publicUrl } = desk.test.deps.config;
    assert.match(
      mail.text,
      /Class: .+\nWhen: .+\nWhere: Room 10, Oak Hall, Main building\nMap: https:\/\/www\.google\.com\/maps\/search\/\?api=1&query=Main%20building%2C%20Oak%20Hall\nYour note: Hello/,
    );
    assert.ok(mail.text.includes(`${publicUrl}${path}`));
    assert.ok(mail.html.includes(`<a href="${publicUrl}${path}"`));
    assert.match(mail.html, /Map: <a href="https:\/\/www\.google\.com[^"]+">Main building, Oak Hall<\/a>/);
    assert.doesNotMatch(mail.html, /<img|<script|http:\/\/(?!127|localhost)/);
    assert.deepEqual(mail.replyTo, { name: '', address: 'office@maple.example' });
  });

  it('a stranger who follows the mail’s link logs in and goes on there', async () => {
    const { agent } = new Visitor(desk.test.app);
    const asked = await agent.get(path);
    assert.equal(asked.headers.location, `/login?next=${encodeURIComponent(path)}`);
  });

  it('a new time stands beside the old one, struck out where that can be shown', async () => {
    const held = await desk.choose(parent, 0, 2, 0, { change: path.split('/').at(-1)! });
    const at = held.headers.location ?? '';
    await parent.post(`${at}/confirm`, {}, at);
    const mail = await composed('appointment changed');
    assert.match(mail.html, /Was: <s>Tuesday, November 24, 2026, 5:00–5:10 PM[^<]*<\/s>/);
    assert.match(mail.text, /\nWas: Tuesday, November 24, 2026, 5:00–5:10 PM \(Central Time\)\n/);
    assert.doesNotMatch(mail.text, /[\uE000\uE001]/);
  });

  it('what the school moved or canceled stands on the page until this adult has seen it, and what comes later stands again', async () => {
    const id = path.split('/').at(-1)!;
    const at = (minutes: number) => new Date(EVE.getTime() + minutes * 60_000);
    const moved = { from: new Date(+FIRST - HOUR), to: new Date(+FIRST - HOUR + 600_000), at: at(1) };
    await Appointment.updateOne({ _id: id }, { $set: { moved } });
    desk.test.setNow(at(2));
    const page = await parent.get(desk.home);
    assert.match(
      page.text,
      /On [^<]+, the school moved your meeting with Mrs Lee[^<]+It was Tue, Nov 24, 4:00 PM; now it’s Tue, Nov 24, 5:00 PM/,
    );
    assert.match((await parent.get(path)).text, /Moved by the school on [^<]+: was Tue, Nov 24, 4:00 PM/);
    const resource = desk.fair.teachers[1]!.resource._id;
    await Appointment.updateOne({ _id: id }, { $set: { moved: { ...moved, from: FIRST, resource } } });
    assert.match(
      (await parent.get(desk.home)).text,
      /the school changed who you meet: Mrs Lee instead of Mr Park [^<]+, Tue, Nov 24, 5:00 PM\./,
    );
    await parent.post(`${desk.home}/news`, { until: hidden(page.text, 'until'), shown: id });
    assert.doesNotMatch((await parent.get(desk.home)).text, /the school (moved|changed)/);

    desk.test.setNow(at(3));
    const appointment = (await Appointment.findById(id).lean())!;
    await asApp(() =>
      cancelAppointment(desk.test.deps, { appointment, by: 'school', actor: { user: appointment.bookedBy } }),
    );
    assert.match((await parent.get(desk.home)).text, /the school canceled your meeting with Mrs Lee/);
    // What was shown before it does not count as having seen it.
    await parent.post(`${desk.home}/news`, { until: hidden(page.text, 'until'), shown: id });
    assert.match((await parent.get(desk.home)).text, /the school canceled your meeting/);
    await parent.post(`${desk.home}/news`, { until: String(at(3).getTime()) });
    assert.match((await parent.get(desk.home)).text, /the school canceled/, 'the page named nothing');
    await Class.updateMany({ _id: desk.fair.teachers[0]!.class._id }, { $set: { status: 'gone' } });
    const left = (await parent.get(desk.home)).text;
    assert.match(left, /the school canceled[^<]+<\/p>/, 'no link to a teacher whom the child has no more');
    await parent.post(`${desk.home}/news`, {
      until: String(at(3).getTime()),
      shown: hidden(left, 'shown'),
    });
    assert.doesNotMatch((await parent.get(desk.home)).text, /the school canceled/);
  });

  it('the overview and the sheet have each meeting once, by time, with what lies between', async () => {
    await desk.book(parent, 1, 2);
    for (const where of [desk.home, `${desk.home}/schedule`]) {
      const { text } = await parent.get(where);
      const list = text.slice(text.indexOf('day-list'));
      const [, rows = ''] = /day-list">([\s\S]*?)<\/ul>/.exec(text) ?? [];
      assert.ok(list && rows.indexOf('Mrs Lee') < rows.indexOf('minutes in between'), where);
      assert.equal(rows.split('<strong>').length - 1, 2);
    }
    const whereTo = async () => {
      const { text } = await parent.get(`${desk.home}/schedule`);
      return /Where to go<\/h2>\s*<p>([^<]*)/.exec(text)?.[1]?.trim();
    };
    assert.equal(await whereTo(), 'Oak Hall, Main building');
    await Event.updateOne({ _id: desk.fair.event._id }, { $set: { place: '' } });
    assert.equal(await whereTo(), 'Oak Hall, 9 Elm St, Lodi');
  });

  it('reminders of one evening are one mail, and what was booked after it was due is not in it', async () => {
    await desk.book(parent, 1, 2);
    await Event.updateOne({ _id: desk.fair.event._id }, { $set: { reminders: [24] } });
    const tick = (now: Date) => {
      desk.test.setNow(now);
      return asApp(() => sendReminders(desk.test.deps, new AbortController().signal));
    };
    await Appointment.updateMany({}, { $set: { bookedAt: new Date(+FIRST - 48 * HOUR) } });
    await tick(new Date(+FIRST - 24 * HOUR));
    await tick(new Date(+FIRST - 23 * HOUR));
    const mails = await Notification.find({ kind: 'appointment reminder' }).lean();
    assert.equal(mails.length, 1);
    assert.match(mails[0]!.subject, /^Reminder: your 2 meetings, /);
    assert.match(mails[0]!.text, /5:00–5:10 PM: Mrs Lee[^\n]+\n[\s\S]*Oak Hall/);
    assert.equal(await Appointment.countDocuments({ 'reminded.hours': 24 }), 2);
  });
});
