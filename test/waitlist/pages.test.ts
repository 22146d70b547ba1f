import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { Appointment } from '../../server/models/appointment.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { Resource } from '../../server/models/resource.js';
import { Slot } from '../../server/models/slot.js';
import { WaitlistEntry } from '../../server/models/waitlist-entry.js';
import { readHours } from '../../server/waitlist-pages/read-hours.js';
import { keepWaitlists } from '../../server/waitlist/keep-waitlists.js';
import { makeUser, Visitor } from '../support/app.js';
import { DAY, EVE } from '../support/booking/conference.js';
import { Desk, hidden } from '../support/booking/desk.js';
import { makeTeacher } from '../support/event.js';

const never = new AbortController().signal;
const MINUTE = 60_000;
type Parent = Awaited<ReturnType<Desk['parentOf']>>;

describe('the waitlist, as families and the office see it', () => {
  let desk: Desk;
  let kim: Parent;
  let lou: Parent;
  let max: Parent;
  /** The meeting by which the only teacher's only time is taken. */
  let booked: string;

  const work = () => keepWaitlists(desk.test.deps, never);
  const later = (minutes: number) => desk.test.setNow(new Date(EVE.getTime() + minutes * MINUTE));
  const entryOf = ({ household }: Parent) =>
    WaitlistEntry.findOne({ household: household._id }).orFail().lean();
  const mailsTo = ({ user }: Parent, kind = 'waitlist offer') =>
    Notification.find({ to: user.email, kind }).lean();

  /** Presses "Join the waitlist" on the times of the teacher. */
  async function join(parent: Parent, student: number) {
    const page = await parent.visitor.get(desk.timesPath(0, student));
    assert.match(page.text, /Join the waitlist/);
    const fields = {
      student: hidden(page.text, 'student'),
      resource: String(desk.fair.teachers[0]!.resource._id),
    };
    const joined = await parent.visitor.post(`${desk.home}/waitlist`, fields, desk.timesPath(0, student));
    assert.equal(joined.status, 303);
    return joined.headers.location ?? '';
  }

  async function free(): Promise<void> {
    const appointment = await Appointment.findOne({ state: 'booked' }).orFail().lean();
    await cancelAppointment(desk.test.deps, { appointment, by: 'household', actor: { user: max.user._id } });
  }

  beforeEach(async () => {
    desk = await Desk.open({ teachers: 1, students: 3, slots: 1, booking: { waitlistMinutes: 60 } });
    [kim, lou, max] = [await desk.parentOf(0), await desk.parentOf(1), await desk.parentOf(2)];
    booked = await desk.book(max.visitor, 0, 0, 2);
  });

  it('offers a time that is canceled to the first in line, who books it from the mail; the next moves up', async () => {
    const path = await join(kim, 0);
    assert.match((await kim.visitor.get(path)).text, /first in line/);
    later(1);
    const second = await join(lou, 1);
    assert.match((await lou.visitor.get(second)).text, /second in line/);
    assert.equal(await join(kim, 0).catch(() => 'no button'), 'no button', 'in line already');

    await free();
    assert.ok(
      desk.test.asked.some(({ name }) => name === 'offer-times'),
      'the line is woken',
    );
    await work();
    const [mail] = await mailsTo(kim);
    assert.match(
      mail?.text ?? '',
      /a time with Mrs Lee has become free[\s\S]*5:00[\s\S]*Ana[\s\S]*Room 10[\s\S]*until/,
    );
    const link = new URL(/http\S+/.exec(mail!.text)![0]).pathname;
    assert.equal(link, path);
    // A look books nothing; nobody else is told.
    const page = await kim.visitor.get(link);
    assert.match(page.text, /A time is free for you[\s\S]*Mrs Lee, Room 10[\s\S]*Book this time/);
    assert.match((await kim.visitor.get(desk.home)).text, /A time is free for you/);
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 0);
    assert.deepEqual(await mailsTo(lou), []);
    assert.equal((await lou.visitor.get(path)).status, 404);
    assert.equal((await lou.visitor.post(`${path}/accept`, {}, desk.home)).status, 404);

    const accepted = await kim.visitor.post(`${path}/accept`, { note: 'Hello' }, path);
    assert.match(accepted.headers.location ?? '', /\/appointments\//);
    const again = await kim.visitor.post(`${path}/accept`, {}, desk.home);
    assert.equal(again.headers.location, accepted.headers.location, 'the same button twice');
    const living = await Appointment.find({ state: 'booked' }).lean();
    assert.deepEqual(
      living.map(({ note }) => note),
      ['Hello'],
    );
    await work();
    assert.equal((await entryOf(kim)).state, 'booked');
    assert.match((await lou.visitor.get(second)).text, /first in line/);
    assert.match((await kim.visitor.get(path)).text, /You have a meeting with Mrs Lee/);
  });

  it('goes on to the next who passes or lets it run out, and remembers the time', async () => {
    const path = await join(kim, 0);
    later(1);
    const second = await join(lou, 1);
    await free();
    await work();
    await kim.visitor.post(`${path}/pass`, {}, path);
    await kim.visitor.post(`${path}/pass`, {}, desk.home);
    await work();
    assert.match((await kim.visitor.get(path)).text, /first in line/);
    assert.equal((await entryOf(lou)).state, 'offered');
    later(62);
    await work();
    // Nobody in line wants it: it is anybody's.
    assert.deepEqual([(await entryOf(lou)).state, (await entryOf(lou)).lapses], ['waiting', 1]);
    assert.equal((await mailsTo(kim)).length, 1, 'not offered twice');
    assert.equal((await desk.choose(max.visitor, 0, 0, 2)).status, 303);
    // What is over is said, and books nothing.
    const late = await lou.visitor.post(`${second}/accept`, {}, desk.home);
    assert.equal(late.headers.location, second);
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 0);

    // A time that is moved is another time; the second offer without an answer is the last.
    await Appointment.updateMany({ state: 'pending' }, { state: 'expired' });
    const slot = desk.fair.teachers[0]!.slots[0]!;
    const move = (minutes: number) =>
      Slot.updateOne(
        { _id: slot._id },
        { from: new Date(+slot.from + minutes * MINUTE), to: new Date(+slot.to + minutes * MINUTE) },
      );
    await move(30);
    await kim.visitor.post(`${path}/leave`, {}, path);
    await work();
    assert.equal((await entryOf(lou)).state, 'offered');
    later(130);
    await work();
    assert.equal((await entryOf(lou)).state, 'lapsed');
    assert.equal((await mailsTo(lou, 'waitlist ended')).length, 1);
    assert.match((await lou.visitor.get(second)).text, /two offers went unanswered/);
  });

  it('lets nobody past: who presses on a time that has just become free hears that it is taken', async () => {
    await join(kim, 0);
    await free();
    const { household } = max;
    await desk.choose(max.visitor, 0, 0, 2);
    const theirs = { household: household._id, state: { $in: ['pending' as const, 'booked' as const] } };
    assert.equal(await Appointment.countDocuments(theirs), 0);
    assert.equal((await entryOf(kim)).state, 'offered');
    // The family's own press on what is kept for it is a booking like any other.
    await desk.book(kim.visitor, 0, 0, 0);
    await work();
    assert.equal((await entryOf(kim)).state, 'booked');
  });

  it('takes nobody who could book, who may not meet the teacher, or who has a meeting', async () => {
    const ask = (parent: Parent, student: number, resource = desk.fair.teachers[0]!.resource._id) =>
      parent.visitor.post(
        `${desk.home}/waitlist`,
        { student: String(desk.fair.students[student]!._id), resource: String(resource) },
        desk.home,
      );
    assert.equal((await ask(kim, 1)).status, 404, 'another family’s child');
    assert.equal((await ask(kim, 0, new Types.ObjectId())).status, 404);
    const { _id } = desk.fair.event;
    await Event.updateOne({ _id }, { 'booking.closesAt': new Date(+desk.test.deps.now() - 1) });
    const { location: closed = '' } = (await ask(kim, 0)).headers as { location?: string };
    assert.match((await kim.visitor.get(closed)).text, /Booking isn’t open now, so no times are offered/);
    await Event.updateOne({ _id }, { $unset: { 'booking.closesAt': 1 } });
    await ask(max, 2);
    assert.equal(await WaitlistEntry.countDocuments(), 0, 'has a meeting');
    await free();
    const times = (await ask(kim, 0)).headers.location ?? '';
    assert.match(times, /\/times\//);
    assert.match(
      (await kim.visitor.get(times)).text,
      /No need to wait: Mrs Lee is free on [A-Z][a-z]+, [A-Z][a-z]+ \d+ at 5:00 PM/,
    );
    assert.equal(await WaitlistEntry.countDocuments(), 0, 'a time is free');
    // With hours at which nothing is free there is something to wait for.
    const form = `${desk.home}/waitlist/new?student=${String(desk.fair.students[0]!._id)}&resource=${String(desk.fair.teachers[0]!.resource._id)}`;
    const page = await kim.visitor.get(form);
    const fields = { student: hidden(page.text, 'student'), resource: hidden(page.text, 'resource') };
    const wrong = await kim.visitor.post(
      `${desk.home}/waitlist/new`,
      { ...fields, from: '18:00', to: '17:00' },
      form,
    );
    assert.equal(wrong.status, 422);
    const joined = await kim.visitor.post(
      `${desk.home}/waitlist/new`,
      { ...fields, from: '18:00', to: '' },
      form,
    );
    assert.match(joined.headers.location ?? '', /\/waitlist\/[0-9a-f]{24}$/);
    await work();
    const waiting = await entryOf(kim);
    assert.deepEqual([waiting.state, waiting.days[0]?.day, waiting.days[0]?.from], ['waiting', DAY, '18:00']);
    await kim.visitor.post(
      `${joined.headers.location ?? ''}/hours`,
      { from: '', to: '' },
      joined.headers.location,
    );
    await work();
    assert.equal((await entryOf(kim)).state, 'offered');
  });

  it('ends an offer that can’t be booked any more, and keeps the place: a hidden time, a closed booking, a lost child', async () => {
    const path = await join(kim, 0);
    await free();
    await work();
    await Slot.updateMany({}, { state: 'hidden' });
    await work();
    assert.equal((await entryOf(kim)).state, 'waiting');
    assert.equal(await Appointment.countDocuments({ state: 'pending' }), 0);
    await Slot.updateMany({}, { state: 'visible' });
    await work();
    await Event.updateMany({}, { 'booking.closesAt': new Date(EVE.getTime() - 1) });
    await work();
    assert.equal((await entryOf(kim)).state, 'waiting');
    assert.match((await kim.visitor.get(path)).text, /Booking isn’t open now/);
    await Event.updateMany({}, { 'booking.closesAt': new Date(EVE.getTime() + 3600 * 24_000) });
    const { children, _id } = kim.household;
    const [child] = children;
    await Household.updateOne({ _id }, { children: [], dropped: [{ ...child, since: EVE }] });
    await work();
    assert.equal((await entryOf(kim)).state, 'gone');
    assert.equal(await Appointment.countDocuments({ state: 'pending' }), 0);
  });

  it('mails nobody at night, by the school’s clock, and lets nothing run out', async () => {
    // 11 PM in Chicago.
    const night = new Date('2026-11-24T05:00:00Z');
    await join(kim, 0);
    await free();
    desk.test.setNow(night);
    await work();
    const [mail] = await mailsTo(kim);
    assert.equal(mail?.nextAt.toISOString(), '2026-11-24T13:00:00.000Z');
    const { offer } = await entryOf(kim);
    assert.equal(offer?.until.toISOString(), '2026-11-24T14:00:00.000Z');
    await kim.visitor.post(`${desk.home}/waitlist/${String((await entryOf(kim))._id)}/leave`, {}, desk.home);
    assert.deepEqual(await mailsTo(kim), [], 'nothing is said of what is over before morning');
  });

  it('is in the plan for what could not be had', async () => {
    desk = await Desk.open({ teachers: 2, students: 3, slots: 1, booking: { waitlistMinutes: 60 } });
    [kim, max] = [await desk.parentOf(0), await desk.parentOf(2)];
    await desk.book(max.visitor, 0, 0, 2);
    const wish = desk.fair.teachers.map(
      ({ resource }) => `${String(desk.fair.students[0]!._id)}:${String(resource._id)}`,
    );
    const times = { [`from-${DAY}`]: '16:00', [`to-${DAY}`]: '20:00' };
    const made = await kim.visitor.post(
      `${desk.home}/plan`,
      { key: 'plan1', day: DAY, wish, gap: '0', ...times },
      `${desk.home}/plan`,
    );
    const path = made.headers.location ?? '';
    assert.match((await kim.visitor.get(path)).text, /Join the waitlist/);
    const [wait] = /\/lines\/\d\/wait/.exec((await kim.visitor.get(path)).text)!;
    await kim.visitor.post(`${path}${wait}`, {}, path);
    assert.match((await kim.visitor.get(path)).text, /See your place/);
    const { state, days } = await entryOf(kim);
    assert.deepEqual([state, days.map(({ from, to }) => [from, to])], ['waiting', [['16:00', '20:00']]]);
  });

  it('goes from the plan by the hours that the family changed, not by what was free that moment', async () => {
    const other = '2026-11-25';
    desk = await Desk.open({ teachers: 2, students: 3, slots: 3, booking: { waitlistMinutes: 60 } });
    const { event, students, teachers } = desk.fair;
    await Event.updateOne({ _id: event._id }, { $set: { days: [DAY, other] } });
    [kim, max] = [await desk.parentOf(0), await desk.parentOf(2)];
    await desk.book(max.visitor, 0, 0, 2);
    await Slot.updateMany(
      { _id: { $in: teachers[0]!.slots.slice(1).map(({ _id }) => _id) } },
      { state: 'hidden' },
    );
    const wish = teachers.map(({ resource }) => `${String(students[0]!._id)}:${String(resource._id)}`);
    // The form's own hours: from 5:00 to 5:30, when the other teacher is free.
    const shown = (await kim.visitor.get(`${desk.home}/plan`)).text;
    const offered = Object.fromEntries(
      [...shown.matchAll(/name="(was(?:From|To)-[\d-]+)" value="([\d:]+)"/g)].map(([, name, value]) => [
        name!,
        value!,
      ]),
    );
    assert.deepEqual(Object.values(offered), ['17:00', '17:30']);
    for (const [key, from, kept] of [
      ['k1', '17:00', []],
      [
        'k2',
        '17:15',
        [
          [DAY, '17:15', '23:59'],
          [other, '00:00', '23:59'],
        ],
      ],
    ] as const) {
      await WaitlistEntry.deleteMany({});
      const made = await kim.visitor.post(
        `${desk.home}/plan`,
        {
          ...{ key, day: DAY, wish, gap: '0', ...offered },
          ...{ [`from-${DAY}`]: from, [`to-${DAY}`]: '17:30' },
        },
        `${desk.home}/children`,
      );
      const path = made.headers.location ?? '';
      const [wait] = /\/lines\/\d\/wait/.exec((await kim.visitor.get(path)).text)!;
      await kim.visitor.post(`${path}${wait}`, {}, path);
      const { days } = await entryOf(kim);
      assert.deepEqual(
        days.map((one) => [one.day, one.from, one.to]),
        kept,
      );
    }
  });

  it('offers times of a day that came after a family named its hours, such as one that a day was moved to', async () => {
    const path = await join(kim, 0);
    const hours = { day: DAY, from: '18:00', to: '' };
    assert.equal((await kim.visitor.post(`${path}/hours`, hours, path)).status, 303);
    await free();
    await work();
    assert.equal((await entryOf(kim)).state, 'waiting', 'the time is at 5:00');
    const to = '2026-11-30';
    await Event.updateOne({ _id: desk.fair.event._id }, { $set: { days: [to] } });
    const [slot] = desk.fair.teachers[0]!.slots;
    const later = (at: Date) => new Date(at.getTime() + 6 * 24 * 60 * MINUTE);
    await Slot.updateOne({ _id: slot!._id }, { day: to, from: later(slot!.from), to: later(slot!.to) });
    await Event.updateOne({ _id: desk.fair.event._id }, { $unset: { 'booking.closesAt': 1 } });
    assert.match((await kim.visitor.get(path)).text, /Monday, November 30/);
    await work();
    assert.equal((await entryOf(kim)).state, 'offered');
  });

  it('shows the office long lines page by page, each teacher’s from its first, with their places', async () => {
    const { account, event } = desk.fair;
    const office = await new Visitor(desk.test.app).logIn(await makeUser(account._id, 'administrator'));
    // By name: 60 for Abe, 1 for Bob, 150 for Cy, 3 for Di.
    for (const [name, count] of [
      ['Cy', 150],
      ['Abe', 60],
      ['Di', 3],
      ['Bob', 1],
    ] as const) {
      const resource = await makeTeacher(event, name);
      await WaitlistEntry.insertMany(
        Array.from({ length: count }, (_, n) => ({
          ...{ account: account._id, event: event._id, resource: resource._id, user: kim.user._id },
          ...{ household: new Types.ObjectId(), students: [], wish: `${name} ${n}`, open: true },
          ...{ state: 'waiting', joinedAt: new Date(EVE.getTime() + ((n * 7) % count) * MINUTE) },
        })),
      );
    }
    const lines = `/events/${String(event._id)}/waitlist`;
    const shown = async (query: string) => {
      const { text } = await office.get(`${lines}${query}`);
      assert.match(text, /(214|150) families are waiting/);
      return [...text.matchAll(/<h3>(\w+)<\/h3>([\s\S]*?)<\/section>/g)].map(([, name, section]) => {
        const places = [...section!.matchAll(/data-label="Place">(\d+)</g)].map(([, place]) => Number(place));
        assert.deepEqual(
          places,
          [...places].sort((a, b) => a - b),
        );
        const joined = [...section!.matchAll(/data-label="Joined">([^<]+)/g)].map(([, when]) => when);
        return { name, from: places[0], to: places.at(-1), count: new Set(places).size, first: joined[0] };
      });
    };
    const parts = async (query: string) =>
      (await shown(query)).map(({ name, from, to }) => `${name} ${String(from)}-${String(to)}`);
    assert.deepEqual(await parts(''), ['Abe 1-60', 'Bob 1-1', 'Cy 1-39']);
    assert.deepEqual(await parts('?page=2'), ['Cy 40-139']);
    assert.deepEqual(await parts('?page=3'), ['Cy 140-150', 'Di 1-3']);
    assert.deepEqual(await parts('?page=99'), ['Cy 140-150', 'Di 1-3']);
    const cy = (await Resource.findOne({ name: 'Cy' }).orFail().lean())._id;
    const [own] = await shown(`?teacher=${String(cy)}&page=2`);
    assert.deepEqual([own!.from, own!.to, own!.count], [101, 150, 50]);
    // The 101st joined 100 minutes after the first.
    assert.match(own!.first!, /1:40 PM/);
    assert.match((await office.get(lines)).text, new RegExp(`rel="next" href="${lines}\\?page=2"`));
  });

  it('shows the office who waits, offers by hand, takes off, and is in the report and the overview', async () => {
    await join(kim, 0);
    later(1);
    const second = await join(lou, 1);
    const { account, event } = desk.fair;
    const office = await new Visitor(desk.test.app).logIn(await makeUser(account._id, 'administrator'));
    const lines = `/events/${String(event._id)}/waitlist`;
    assert.match(
      (await office.get(lines)).text,
      /2 families are waiting[\s\S]*Mrs Lee[\s\S]*Ana Lopez[\s\S]*Leo Lopez/,
    );
    assert.match((await office.get(`/events/${String(event._id)}`)).text, /On the waitlist/);
    assert.match(
      (await office.get(`/reports/${String(event._id)}/waitlist`)).text,
      /Mrs Lee[\s\S]*Leo Lopez/,
    );
    const one = String(desk.fair.teachers[0]!.resource._id);
    assert.match(
      (await office.get(`${lines}?teacher=${one}`)).text,
      /2 families are waiting[\s\S]*Leo Lopez/,
    );
    const other = (await office.get(`${lines}?teacher=${String(event._id)}`)).text;
    assert.doesNotMatch(other, /Leo Lopez/);
    const lous = `${lines}/${String((await entryOf(lou))._id)}`;
    // The first is not free to have it: then it would be offered by itself.
    await WaitlistEntry.updateOne(
      { household: kim.household._id },
      { days: [{ day: DAY, from: '20:00', to: '21:00' }] },
    );
    await free();
    const slot = String(desk.fair.teachers[0]!.slots[0]!._id);
    assert.match((await office.get(`${lous}/offer`)).text, /Nobody is told[^.]*\. Call the family/);
    desk.test.deps.config.smtpUrl = 'smtp://127.0.0.1:9';
    assert.match((await office.get(`${lous}/offer`)).text, /gets an email, if its address is confirmed/);
    assert.match((await office.get(`${lous}/removal`)).text, /gets an email, if its address is confirmed/);
    desk.test.deps.config.smtpUrl = undefined;
    assert.match((await office.get(`${lous}/removal`)).text, /Nobody is told: no email server is set up/);
    assert.equal((await office.post(`${lous}/offer`, { slot }, `${lous}/offer`)).headers.location, lines);
    const offered = (await office.get(lines)).text;
    assert.match(offered, /Offered until [^.]*\. No email server is set up[\s\S]*Offered Tue, Nov 24/);
    assert.match((await lou.visitor.get(second)).text, /A time is free for you/);
    await office.post(`${lous}/removal`, {}, `${lous}/removal`);
    assert.equal(await Appointment.countDocuments({ state: 'pending' }), 0);
    assert.match((await lou.visitor.get(second)).text, /The school took you off/);
    assert.equal((await mailsTo(lou, 'waitlist ended')).length, 1);
    const stranger = await new Visitor(desk.test.app).logIn(
      await makeUser((await makeUser(account._id, 'customer')).grants[0]!.account, 'customer'),
    );
    assert.notEqual((await stranger.get(lines)).status, 200);
    assert.ok(booked);
  });

  it('lets the office book what is kept for a family that phones, by one press', async () => {
    await join(kim, 0);
    await free();
    await work();
    const { account, event } = desk.fair;
    const office = await new Visitor(desk.test.app).logIn(await makeUser(account._id, 'administrator'));
    const lines = `/events/${String(event._id)}/waitlist`;
    assert.match((await office.get(lines)).text, /Book it for them/);
    const kims = await entryOf(kim);
    const done = await office.post(`${lines}/${String(kims._id)}/booking`, {}, lines);
    assert.equal(done.headers.location, lines);
    assert.equal((await Appointment.findById(kims.offer!.appointment).lean())?.state, 'booked');
    assert.equal((await entryOf(kim)).state, 'booked');
    await office.post(`${lines}/${String(kims._id)}/booking`, {}, lines);
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1, 'pressed twice');
  });

  it('shows what is kept after the waitlist is turned off, and counts nobody’s silence then', async () => {
    const path = await join(kim, 0);
    await free();
    await work();
    await Event.updateMany({}, { 'booking.waitlistMinutes': 0 });
    assert.match((await kim.visitor.get(desk.home)).text, /A time is free for you/);
    assert.match((await kim.visitor.get(path)).text, /Book this time/);
    await WaitlistEntry.updateMany({}, { lapses: 1 });
    later(62);
    await work();
    const { state, lapses } = await entryOf(kim);
    assert.deepEqual([state, lapses], ['waiting', 1]);
    assert.deepEqual(await mailsTo(kim, 'waitlist ended'), []);
    const { account, event } = desk.fair;
    const office = await new Visitor(desk.test.app).logIn(await makeUser(account._id, 'administrator'));
    const lines = `/events/${String(event._id)}/waitlist`;
    const form = `${lines}/${String((await entryOf(kim))._id)}/offer`;
    const slot = String(desk.fair.teachers[0]!.slots[0]!._id);
    const refused = await office.post(form, { slot }, form);
    assert.deepEqual([refused.status, refused.headers.location], [303, form]);
    assert.equal((await entryOf(kim)).state, 'waiting');
  });

  it('keeps hours that nobody changed: the plan’s breaks, a day’s own window, and all of them when the bare button is pressed again', async () => {
    const path = await join(kim, 0);
    const days = [{ day: DAY, from: '18:00', to: '19:00' }];
    const breaks = [{ from: '18:20', to: '18:30' }];
    await WaitlistEntry.updateMany({}, { days, breaks });
    const bare = {
      student: String(desk.fair.students[0]!._id),
      resource: String(desk.fair.teachers[0]!.resource._id),
    };
    const again = await kim.visitor.post(`${desk.home}/waitlist`, bare, desk.home);
    assert.equal(again.headers.location, path);
    assert.deepEqual([(await entryOf(kim)).days, (await entryOf(kim)).breaks], [days, breaks]);
    await kim.visitor.post(`${path}/hours`, { day: DAY, from: '18:00', to: '20:00' }, path);
    const kept = await entryOf(kim);
    assert.deepEqual([kept.days, kept.breaks], [[{ ...days[0], to: '20:00' }], breaks]);
    assert.match((await kim.visitor.get(path)).text, /Tuesday, November 24, 2026, 6:00–8:00 PM/);
  });

  it('waits for siblings together where the school says so, as they are booked', async () => {
    const [, second] = desk.fair.students;
    const { _id } = kim.household;
    await Household.updateOne(
      { _id },
      { $push: { children: { student: second!._id, adult: kim.user._id, by: 'school', at: EVE } } },
    );
    await Event.updateMany({}, { 'booking.siblings': 'together' });
    await join(kim, 0);
    assert.equal((await entryOf(kim)).students.length, 2);
    assert.match((await kim.visitor.get(desk.timesPath(0, 1))).text, /You’re on the waitlist for Mrs Lee/);
    await free();
    await work();
    const held = await Appointment.findOne({ state: 'pending' }).orFail().lean();
    assert.equal(held.students.length, 2);
  });

  it('offers a time to one adult while the other has a meeting, where the event lets them be at two at once', async () => {
    desk = await Desk.open({
      ...{ teachers: 2, students: 3, slots: 1 },
      booking: { waitlistMinutes: 60, twoAtOnce: true },
    });
    [kim, max] = [await desk.parentOf(0), await desk.parentOf(2)];
    await desk.book(max.visitor, 0, 0, 2);
    const other = await makeUser(desk.fair.account._id, 'customer');
    await Household.updateOne({ _id: kim.household._id }, { $push: { adults: other._id } });
    const held = await desk.choose(kim.visitor, 1, 0, 0, { goer: String(other._id) });
    const path = held.headers.location ?? '';
    await kim.visitor.post(`${path}/confirm`, { note: '' }, path);
    await join(kim, 0);
    const appointment = await Appointment.findOne({ household: max.household._id }).orFail().lean();
    await cancelAppointment(desk.test.deps, { appointment, by: 'household', actor: { user: max.user._id } });
    await work();
    assert.equal((await entryOf(kim)).state, 'offered');
    await work();
    assert.equal((await entryOf(kim)).state, 'offered', 'it stays so');
  });

  it('keeps a day’s own hours where the form’s one span was left as it is', () => {
    const event = { days: ['2026-12-07', '2026-12-08'], locale: 'en-US' };
    const before = {
      days: [
        { day: '2026-12-07', from: '15:00', to: '17:00' },
        { day: '2026-12-08', from: '18:00', to: '19:00' },
      ],
    };
    const form = { day: event.days, from: '15:00', to: '17:00' };
    assert.deepEqual(readHours(event, form, before), {
      ok: true,
      hours: { ...before, asked: event.days },
    });
    const changed = readHours(event, { ...form, to: '17:30' }, before);
    assert.deepEqual(changed.ok && changed.hours.days.map(({ to }) => to), ['17:30', '17:30']);
    assert.deepEqual(readHours(event, { day: event.days, from: '', to: '' }, before), {
      ok: true,
      hours: { days: [], asked: event.days },
    });
    // A day that came while the form was open was not asked about.
    const later = readHours(
      { ...event, days: [...event.days, '2026-12-09'] },
      { ...form, shown: event.days },
      before,
    );
    assert.deepEqual(later.ok && later.hours, { ...before, asked: event.days });
  });
});
