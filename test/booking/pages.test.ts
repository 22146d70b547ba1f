import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { Slot } from '../../server/models/slot.js';
import { EVE, makeHousehold } from '../support/booking/conference.js';
import { Desk, hidden } from '../support/booking/desk.js';
import { read } from '../support/booking/read-calendar.js';

describe('booking on the pages', () => {
  let desk: Desk;

  beforeEach(async () => {
    desk = await Desk.open();
  });

  it('goes from the teachers to a time, a check in words, and a booked meeting', async () => {
    const { visitor } = await desk.parentOf(0);
    assert.match((await visitor.get(desk.home)).text, /Mrs Lee[\s\S]*next-bar[\s\S]*Plan all my meetings/);
    const held = await desk.choose(visitor, 0, 1);
    const path = held.headers.location ?? '';
    const check = await visitor.get(path);
    assert.match(
      check.text,
      /Mrs Lee, Room 10<\/strong> Tuesday, November 24, 2026, 5:10–5:20 PM \(Central Time\)/,
    );
    for (let click = 0; click < 2; click++)
      assert.equal(
        (await visitor.post(`${path}/confirm`, { note: '<b>Hi</b>' }, desk.home)).headers.location,
        path,
      );
    const done = await visitor.get(path);
    assert.match(done.text, /Your meeting is booked[\s\S]*&lt;b&gt;Hi/);
    assert.match((await visitor.get(desk.home)).text, /1 of 2 teachers booked/);
    const mails = await Notification.find({ kind: 'appointment booked' }).lean();
    assert.equal(mails.length, 1);
    assert.match(mails[0]?.ics ?? '', /DTSTART;TZID=America\/Chicago:20261124T171000/);
    const file = await visitor.get(`${path}/calendar.ics`);
    assert.match(file.headers['content-type'] ?? '', /^text\/calendar/);
    assert.match((await visitor.get(`${desk.home}/schedule`)).text, /5:10–5:20 PM[\s\S]*Mrs Lee/);
    assert.match((await visitor.get(`${desk.home}/schedule.ics`)).text, /SUMMARY:Mrs Lee \(Ana\)/);
  });

  it('the same click twice holds once', async () => {
    const { visitor } = await desk.parentOf(0);
    const page = await visitor.get(desk.timesPath());
    const fields = {
      _csrf: hidden(page.text, '_csrf'),
      student: hidden(page.text, 'student'),
      key: hidden(page.text, 'key'),
      slot: String(desk.fair.teachers[0]!.slots[0]!._id),
    };
    const click = () => visitor.agent.post(`${desk.home}/appointments`).type('form').send(fields);
    const answers = await Promise.all([click(), click(), click()]);
    assert.equal(new Set(answers.map((answer) => answer.headers.location)).size, 1);
    assert.equal(await Appointment.countDocuments(), 1);
  });

  it('of a taken time leads to a page with the nearest free ones and nothing of who has it', async () => {
    const first = await desk.parentOf(0);
    await desk.book(first.visitor, 0, 1);
    const second = await desk.parentOf(1);
    const answer = await desk.choose(second.visitor, 0, 1, 1);
    assert.match(
      answer.text,
      /error-summary[\s\S]*Another family has this time[\s\S]*nearest free times[\s\S]*5:00[\s\S]*5:20/,
    );
    assert.ok(!/Kim|Ana/.test(answer.text.replace(/<header[\s\S]*?<\/header>/, '')));
    assert.match((await second.visitor.get(desk.timesPath(0, 1))).text, /Another family has this time/);
  });

  it('shows a meeting with another teacher in line with the times', async () => {
    const { visitor } = await desk.parentOf(0);
    await desk.book(visitor, 0, 1);
    assert.match((await visitor.get(desk.timesPath(1))).text, /time-is-other[\s\S]*Ana: Mrs Lee/);
  });

  it('can be changed: the old time stays until the new one is booked', async () => {
    const { visitor } = await desk.parentOf(0);
    const path = await desk.book(visitor, 0, 1);
    const id = path.split('/').at(-1)!;
    const change = await visitor.get(`${path}/change`);
    assert.match(change.headers.location ?? '', new RegExp(`change=${id}`));
    const held = await desk.choose(visitor, 0, 2, 0, { change: id });
    const fresh = held.headers.location ?? '';
    assert.match((await visitor.get(path)).text, /Your meeting is booked/);
    await visitor.post(`${fresh}/confirm`, {}, fresh);
    assert.match((await visitor.get(fresh)).text, /Your meeting is now at 5:20 PM/);
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
    const kinds = (await Notification.find().lean()).map((mail) => mail.kind).sort();
    assert.deepEqual(kinds, ['appointment booked', 'appointment changed']);
  });

  it('is changed as it stands now by an address from before it was moved or canceled', async () => {
    const { visitor } = await desk.parentOf(0);
    const first = await desk.book(visitor, 0, 1);
    const old = first.split('/').at(-1)!;
    const second = (await desk.choose(visitor, 0, 2, 0, { change: old })).headers.location ?? '';
    await visitor.post(`${second}/confirm`, {}, second);
    const back = await visitor.get(`${desk.timesPath()}&change=${old}`);
    assert.match(back.text, /You have Tue, Nov 24, 5:20 PM now/);
    assert.equal(hidden(back.text, 'change'), second.split('/').at(-1));
    // A page that was open all the while sends the old one: the answer has the new one.
    const refused = await desk.choose(visitor, 0, 0, 0, { change: old });
    assert.match(refused.text, /5:00 PM with Mrs Lee is free\. Select it to book it/);
    assert.equal(hidden(refused.text, 'change'), second.split('/').at(-1));
    await visitor.post(`${second}/cancel`, {}, desk.home);
    for (const gone of [old, second.split('/').at(-1)!]) {
      const { text } = await visitor.get(`${desk.timesPath()}&change=${gone}`);
      assert.doesNotMatch(text, /It stays yours/);
      assert.equal(hidden(text, 'change'), '');
    }
    assert.equal((await desk.choose(visitor, 0, 0)).status, 303);
  });

  it('moved to the same time of another day names both days', async () => {
    const { visitor } = await desk.parentOf(0);
    const path = await desk.book(visitor, 0, 1);
    const { from, to } = desk.fair.teachers[0]!.slots[1]!;
    const later = desk.fair.teachers[0]!.slots[2]!;
    const nextDay = (at: Date) => new Date(at.getTime() + 24 * 3600_000);
    await Event.updateOne({ _id: desk.fair.event._id }, { $push: { days: '2026-11-25' } });
    await Slot.updateOne(
      { _id: later._id },
      { $set: { day: '2026-11-25', from: nextDay(from), to: nextDay(to) } },
    );
    const held = (await desk.choose(visitor, 0, 2, 0, { change: path.split('/').at(-1) })).headers.location!;
    assert.match((await visitor.get(held)).text, /This replaces Tue, Nov 24, 5:10 PM\./);
    await visitor.post(`${held}/confirm`, {}, held);
    const { text } = await visitor.get(held);
    assert.match(text, /Your meeting is now at Wed, Nov 25, 5:10 PM/);
    assert.match(text, /Tue, Nov 24, 5:10 PM is free for other families again/);
  });

  it('that was moved, once or twice, is found under its old links, which say so', async () => {
    const { visitor } = await desk.parentOf(0);
    const move = async (path: string, slot: number) => {
      const held = await desk.choose(visitor, 0, slot, 0, { change: path.split('/').at(-1)! });
      const now = held.headers.location ?? '';
      await visitor.post(`${now}/confirm`, {}, now);
      return now;
    };
    const first = await desk.book(visitor, 0, 1);
    const second = await move(first, 2);
    const third = await move(second, 0);
    for (const old of [first, second])
      for (const page of ['', '/cancel', '/change']) {
        const led = await visitor.get(`${old}${page}`);
        assert.deepEqual([led.status, led.headers.location], [303, third], `${old}${page}`);
        const { text } = await visitor.get(third);
        assert.match(
          text,
          /This meeting was moved\. Its time is now Tuesday, November 24, 2026, 5:00–5:10 PM/,
        );
        assert.match(text, /Your meeting is now at 5:00 PM/);
      }
    assert.doesNotMatch((await visitor.get(third)).text, /was moved/);
    assert.equal((await visitor.get(`${first}/calendar.ics`)).headers.location, `${third}/calendar.ics`);
    const [entry] = read((await visitor.get(`${third}/calendar.ics`)).text).events;
    assert.equal(entry?.getFirstPropertyValue('url'), `${desk.test.deps.config.publicUrl}${third}`);
    const stranger = (await desk.parentOf(1)).visitor;
    assert.equal((await stranger.get(first)).status, 404);
    await visitor.post(`${third}/cancel`, {}, desk.home);
    assert.equal((await visitor.get(first)).headers.location, third);
    const ended = (await visitor.get(third)).text;
    assert.match(ended, /You canceled it/);
    assert.doesNotMatch(ended, /was moved/);
  });

  it('can be cancelled after a page that asks, and frees the time', async () => {
    const { visitor } = await desk.parentOf(0);
    const path = await desk.book(visitor, 0, 1);
    assert.match((await visitor.get(`${path}/cancel`)).text, /won’t take place/);
    for (let click = 0; click < 2; click++)
      assert.equal((await visitor.post(`${path}/cancel`, {}, desk.home)).status, 303);
    assert.match((await visitor.get(path)).text, /You canceled it/);
    assert.equal((await desk.choose((await desk.parentOf(1)).visitor, 0, 1, 1)).status, 303);
    const mail = await Notification.findOne({ kind: 'appointment cancelled' }).lean();
    assert.match(mail?.ics ?? '', /METHOD:CANCEL/);
  });

  it("of another household is 404 on every page, and so is a child's that is not theirs", async () => {
    const { visitor } = await desk.parentOf(0);
    const path = await desk.book(visitor, 0, 1);
    const stranger = (await desk.parentOf(1)).visitor;
    for (const page of ['', '/cancel', '/change', '/calendar.ics'])
      assert.equal((await stranger.get(`${path}${page}`)).status, 404, page);
    for (const page of ['/cancel', '/confirm'])
      assert.equal((await stranger.post(`${path}${page}`, {}, desk.home)).status, 404, page);
    assert.equal((await stranger.get(desk.timesPath(0, 0))).status, 404);
    const forged = await desk.choose(stranger, 0, 0, 1, { student: String(desk.fair.students[0]!._id) });
    assert.equal(forged.status, 404);
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
  });

  it('shows nothing of the other household of the same child', async () => {
    const { visitor } = await desk.parentOf(0);
    await desk.book(visitor, 0, 1);
    const other = await desk.parentOf(0);
    const pages = [await other.visitor.get(desk.home), await other.visitor.get(`${desk.home}/schedule`)];
    for (const page of pages) assert.ok(!page.text.includes('Booked'));
    const refused = await desk.choose(other.visitor, 0, 2);
    assert.match(refused.text, /error-summary[\s\S]*already has a meeting with .* The school allows one/);
  });

  it('sends no mail to an address that is not proven, and says so', async () => {
    const { visitor, user } = await desk.parent({ proven: false });
    await makeHousehold(desk.fair.account._id, desk.fair.students.slice(0, 1), user._id);
    const path = await desk.book(visitor, 0, 0);
    assert.match((await visitor.get(path)).text, /We can’t email you these details yet/);
    assert.equal(await Notification.countDocuments(), 0);
  });

  it('that is not booked yet is not said to be canceled', async () => {
    const { visitor } = await desk.parentOf(0);
    const path = (await desk.choose(visitor, 0, 0)).headers.location ?? '';
    assert.equal((await visitor.post(`${path}/cancel`, {}, path)).headers.location, path);
    const page = await visitor.get(path);
    assert.match(page.text, /Check and book/);
    assert.doesNotMatch(page.text, /is cancell?ed/);
  });

  it('takes a note as long as the browser allows, however many lines it has', async () => {
    const { visitor } = await desk.parentOf(0);
    const path = (await desk.choose(visitor, 0, 0)).headers.location ?? '';
    const note = `${'a'.repeat(450)}${'\r\n'.repeat(49)}b`;
    assert.equal((await visitor.post(`${path}/confirm`, { note }, path)).status, 303);
    assert.equal((await Appointment.findOne().orFail().lean()).note, note.replaceAll('\r', ''));
  });

  it('says when a hold has run out, and leads to the times', async () => {
    const { visitor } = await desk.parentOf(0);
    const path = (await desk.choose(visitor, 0, 0)).headers.location ?? '';
    desk.test.setNow(new Date(EVE.getTime() + 11 * 60_000));
    const ended = await visitor.get(path);
    assert.match(ended.text, /no longer hold this time[\s\S]*It’s still free[\s\S]*Take it again/);
    const late = await visitor.post(`${path}/confirm`, { note: 'About reading' }, desk.home);
    const again = await visitor.get(late.headers.location ?? '');
    assert.match(again.text, /it was still free[\s\S]*Check and book[\s\S]*About reading/);
    assert.equal(await Appointment.countDocuments({ state: 'pending' }), 1);
  });

  it('an unknown id in an address is 404', async () => {
    const { visitor } = await desk.parentOf(0);
    const id = new Types.ObjectId().toHexString();
    for (const path of [
      `${desk.home}/appointments/${id}`,
      `${desk.home}/times/${id}?student=${id}`,
      `${desk.home}/appointments/x`,
    ])
      assert.equal((await visitor.get(path)).status, 404, path);
  });
});
