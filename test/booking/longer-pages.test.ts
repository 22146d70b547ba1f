import assert from 'node:assert/strict';
import { Appointment } from '../../server/models/appointment.js';
import { Event } from '../../server/models/event.js';
import { User } from '../../server/models/user.js';
import type { Visitor } from '../support/app.js';
import type { ConferenceOptions } from '../support/booking/conference.js';
import { Desk, hidden } from '../support/booking/desk.js';
import { FrontDesk } from '../support/booking/front-desk.js';

const LONGER: ConferenceOptions = { slots: 4, booking: { inARow: 3 } };

describe('choosing how long a meeting is', () => {
  let desk: Desk;
  let kim: Visitor;

  async function open(options = LONGER): Promise<void> {
    desk = await Desk.open(options);
    ({ visitor: kim } = await desk.parentOf(0));
  }
  beforeEach(() => open());

  const hex = (n: number) => String(desk.fair.teachers[0]!.slots[n]!._id);
  const idOf = (path: string) => path.split('/').at(-1) ?? '';
  const slotsAt = async (path: string) => {
    const { state, slot, more = [] } = await Appointment.findById(idOf(path)).orFail().lean();
    return [state, ...[slot, ...more].map(String)];
  };
  /** Presses a time as its page has the button. */
  async function press(n: number, more: { change?: string; now?: string } = {}): Promise<string> {
    const page = await kim.get(desk.timesPath() + (more.change ? `&change=${more.change}` : ''));
    assert.match(page.text, new RegExp(`<button class="time time-free" name="slot" value="${hex(n)}"`));
    const held = await desk.choose(kim, 0, n, 0, { now: hidden(page.text, 'now'), ...more });
    assert.equal(held.status, 303, held.text);
    return held.headers.location ?? '';
  }
  const confirm = (path: string, fields: Record<string, string>) =>
    kim.post(`${path}/confirm`, { note: '', ...fields }, path);

  it('a press on a time does not book it where there is a length to choose, not even from an older page', async () => {
    const path = await press(0);
    assert.deepEqual(await slotsAt(path), ['pending', hex(0)]);
    assert.deepEqual(await slotsAt(await press(1, { now: '1' })), ['pending', hex(1)]);
  });

  it('two slots are chosen on the check page, shown as one time, and stay two when the time is changed', async () => {
    const path = await press(0);
    const check = (await kim.get(path)).text;
    assert.match(check, /How long do you want to meet\?/);
    assert.match(
      check,
      /value="1" checked[\s\S]*10 minutes, until 5:10[\s\S]*value="2"[\s\S]*20 minutes, until/,
    );
    assert.match(check, /value="3"[\s\S]*30 minutes, until 5:30/);
    assert.doesNotMatch(check, /name="inARow" value="4"/);
    assert.equal((await confirm(path, { inARow: '2' })).status, 303);
    assert.deepEqual(await slotsAt(path), ['booked', hex(0), hex(1)]);
    assert.match((await kim.get(path)).text, /5:00–5:20/);

    const changed = await press(1, { change: idOf(path) });
    assert.match((await kim.get(changed)).text, /value="2" checked/);
    assert.equal((await confirm(changed, { inARow: '2' })).status, 303);
    assert.deepEqual(await slotsAt(changed), ['booked', hex(1), hex(2)]);
    assert.equal((await slotsAt(path))[0], 'cancelled');
  });

  it('moved to before a taken time it is shorter, which the page says, and it is booked so', async () => {
    const { visitor: other } = await desk.parentOf(1);
    await desk.book(other, 0, 3, 1);
    const path = await press(0);
    assert.equal((await confirm(path, { inARow: '2' })).status, 303);
    const changed = await press(2, { change: idOf(path) });
    assert.deepEqual(await slotsAt(changed), ['pending', hex(2)]);
    const check = (await kim.get(changed)).text;
    assert.match(check, /Your meeting is 20 minutes now\. The new one would be shorter: until 5:30/);
    assert.equal((await confirm(changed, {})).status, 303);
    assert.deepEqual(await slotsAt(changed), ['booked', hex(2)]);
    assert.equal((await slotsAt(path))[0], 'cancelled');
  });

  it('is asked and refused in Spanish too', async () => {
    await User.updateMany({}, { $set: { language: 'es' } });
    const path = await press(0);
    const check = (await kim.get(path)).text;
    assert.match(check, /¿Cuánto tiempo quiere reunirse\?[\s\S]*20 minutos \(termina: 5:20/);
    const odd = await confirm(path, { inARow: '9' });
    assert.equal(odd.status, 422);
    assert.match(odd.text, /Elija cuánto tiempo quiere reunirse/);
    const { visitor: other } = await desk.parentOf(1);
    await desk.choose(other, 0, 1, 1);
    const late = await confirm(path, { inARow: '2' });
    assert.equal(late.status, 409);
    assert.match(late.text, /El horario siguiente ya no está libre/);
  });

  it('the time after it taken meanwhile: what was typed and the hold stay, and the shorter one is booked', async () => {
    const path = await press(0);
    const { visitor: other } = await desk.parentOf(1);
    const theirs = (await desk.choose(other, 0, 1, 1)).headers.location ?? '';
    assert.equal((await other.post(`${theirs}/confirm`, { note: '' }, theirs)).status, 303);
    const late = await confirm(path, { inARow: '2', note: 'About <b>math</b>' });
    assert.equal(late.status, 409);
    assert.match(late.text, /The time right after it isn’t free anymore/);
    assert.match(late.text, /About &lt;b&gt;math/);
    assert.match(late.text, /holding this time/);
    assert.doesNotMatch(late.text, /name="inARow"/);
    assert.deepEqual(await slotsAt(path), ['pending', hex(0)]);
    assert.equal((await confirm(path, { note: 'About math' })).status, 303);
    assert.deepEqual(await slotsAt(path), ['booked', hex(0)]);
  });

  it('without the setting nothing is asked, and a length that is sent all the same gets nobody a longer meeting', async () => {
    await open({ slots: 4 });
    const held = await desk.choose(kim, 0, 0);
    const path = held.headers.location ?? '';
    assert.doesNotMatch((await kim.get(path)).text, /inARow|How long do you want/);
    const late = await confirm(path, { inARow: '2' });
    assert.equal(late.status, 409);
    assert.match(late.text, /no longer offers meetings of this length/);
    assert.deepEqual(await slotsAt(path), ['pending', hex(0)]);
    for (const inARow of ['0', '-1', '1.5', 'two', '5', '1e9'])
      assert.equal((await confirm(path, { inARow })).status, 422, inARow);
    assert.equal((await confirm(path, { inARow: '1' })).status, 303);
    assert.deepEqual(await slotsAt(path), ['booked', hex(0)]);
  });

  it('lowered while a family decides, the meeting is not longer than the event allows', async () => {
    const path = await press(0);
    await Event.updateOne({}, { $set: { 'booking.inARow': 1 } });
    assert.equal((await confirm(path, { inARow: '3' })).status, 409);
    assert.deepEqual(await slotsAt(path), ['pending', hex(0)]);
  });
});

describe('choosing how long a meeting is, at the front desk', () => {
  it('the office chooses as a family does; the slots of a longer one are offered to nobody else', async () => {
    const front = await FrontDesk.open({ ...LONGER, students: 3 });
    const { visitor: clerk } = await front.clerk();
    const path = (await front.choose(clerk, 0, 0)).headers.location ?? '';
    assert.match(
      (await clerk.get(path)).text,
      /How long do they want to meet\?[\s\S]*20 minutes, until 5:20 PM/,
    );
    const done = await clerk.post(`${path}/confirmation`, { note: '', inARow: '2' }, path);
    assert.equal(done.status, 303, done.text);
    const [booked] = await Appointment.find({ state: 'booked' }).lean();
    assert.deepEqual(booked?.more, [front.slot(0, 1)._id]);
    const offered = (await clerk.get(front.childPath(1))).text;
    for (const [n, isOffered] of [false, false, true, true].entries())
      assert.equal(offered.includes(`value="${String(front.slot(0, n)._id)}"`), isOffered, String(n));

    const second = (await front.choose(clerk, 0, 2, 1)).headers.location ?? '';
    const { visitor: other } = await front.clerk();
    await front.book(other, 0, 3, 2);
    const late = await clerk.post(`${second}/confirmation`, { note: 'Called at noon', inARow: '2' }, second);
    assert.equal(late.status, 409);
    assert.match(late.text, /The time after it isn’t free/);
    assert.match(late.text, /Called at noon/);
  });

  it('moves one to before a taken time: the page says how long it is there, and it is shorter', async () => {
    const front = await FrontDesk.open({ ...LONGER, students: 3 });
    const { visitor: clerk } = await front.clerk();
    await front.book(clerk, 0, 3, 1);
    const path = (await front.choose(clerk, 0, 0)).headers.location ?? '';
    await clerk.post(`${path}/confirmation`, { note: '', inARow: '2' }, path);
    const [booked] = await Appointment.find({ state: 'booked', more: { $exists: true } }).lean();
    const move = `${front.home}/appointments/${String(booked?._id)}/move`;
    const page = await clerk.get(move);
    assert.match(page.text, /5:20–5:30 PM[^<]*only 10 minutes/);
    const slot = String(front.slot(0, 2)._id);
    const moved = await clerk.post(move, { slot, key: hidden(page.text, 'key') }, move);
    assert.equal(moved.status, 303, moved.text);
    assert.match((await clerk.get(moved.headers.location ?? '')).text, /It’s shorter than before\./);
    const living = await Appointment.find({ state: 'booked' }).sort({ from: 1 }).lean();
    assert.deepEqual(
      living.map(({ slot: first, more }) => [String(first), more]),
      [
        [slot, undefined],
        [String(front.slot(0, 3)._id), undefined],
      ],
    );
  });
});
