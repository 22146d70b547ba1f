import assert from 'node:assert/strict';
import { removeInterpreter, saveInterpreter } from '../../server/interpreters/edit-interpreter.js';
import { LONGEST_MS, QUIET_MS } from '../../server/interpreters/policy.js';
import { reconcileInterpreters } from '../../server/interpreters/reconcile-interpreters.js';
import { tellInterpreters } from '../../server/interpreters/tell-interpreters.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Interpreter } from '../../server/models/interpreter.js';
import { Notification } from '../../server/models/notification.js';
import { SlotMove } from '../../server/models/slot-move.js';
import { struck } from '../../server/notifications/link-text.js';
import { unsubscribe } from '../../server/notifications/unsubscribing/store-wish.js';
import { makeUser, Visitor } from '../support/app.js';
import { EVE, wishOf, bookSlot } from '../support/booking/conference.js';
import { Moving } from '../support/booking/moving.js';
import { asApp } from '../support/scans.js';

const running = new AbortController().signal;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** When the first slot begins. */
const FIRST = new Date('2026-11-24T23:00:00Z');
const BEN = 'ben@x.org';

describe('interpreters, by mail', () => {
  let moving: Moving;
  let ben: Interpreter;

  const settle = () => asApp(() => reconcileInterpreters(moving.deps, running));
  const tick = () => asApp(() => tellInterpreters(moving.deps, running));
  const wait = async (ms: number) => {
    moving.setNow(new Date(+moving.now + ms));
    await settle();
    await tick();
  };
  /** What he has had since he was last asked about. */
  const news = async (to = BEN) => {
    const mails = await Notification.find({ to }).sort({ _id: 1 }).lean();
    await Notification.deleteMany({ to });
    return mails;
  };
  const only = async (to = BEN) => {
    const mails = await news(to);
    assert.equal(mails.length, 1, mails.map(({ text }) => text).join('\n'));
    return mails[0]!;
  };
  const add = (name: string, more: Partial<Interpreter> = {}) => {
    const { account, _id: event } = moving.fair.event;
    const own = { account, event, name, languages: ['es'], sortKey: name.toLowerCase() };
    return Interpreter.create({ ...own, status: 'active', ...more });
  };

  beforeEach(async () => {
    moving = await Moving.open({ students: 3, teachers: 2, slots: 6 });
    const office = { phone: '555-010-2000', email: 'office@maple.example', replyTo: '' };
    const interpreting = { languages: ['es'], byHand: false };
    await Event.updateOne({}, { $set: { interpreting, office } });
    await Household.updateMany({}, { $set: { interpreter: 'es' } });
    ben = await add('Ben Cho', { email: BEN });
  });

  it('get their list once it stays as it is: time, teacher, place and language, and nothing of the family', async () => {
    await moving.book(0, 0, 0);
    await moving.book(1, 1, 2);
    await wait(0);
    await wait(QUIET_MS - 1);
    assert.deepEqual(await news(), []);
    // Two workers at once.
    moving.setNow(new Date(+moving.now + 1));
    await Promise.all([tick(), tick()]);
    const mail = await only();
    assert.equal(mail.subject, 'Maple School: you interpret at 2 meetings, Tuesday, November 24, 2026');
    assert.equal(
      mail.text,
      `Hello Ben Cho,

You’re the interpreter for 2 meetings at Fall Conferences.

Tuesday, November 24, 2026 (Central Time)
5:00–5:10 PM: Mrs Lee · Room 10, Main building · Spanish
5:20–5:30 PM: Mr Park · Room 11, Main building · Spanish

Questions? Call the school’s office at 555-010-2000, or write to office@maple.example.
`,
    );
    assert.deepEqual([mail.replyTo, mail.mayUnsubscribe], ['office@maple.example', undefined]);
    await wait(HOUR);
    assert.deepEqual(await news(), []);
  });

  it('are told of changes close together by one mail that says what is new, moved and gone', async () => {
    const early = await moving.book(0, 0, 0);
    await moving.book(1, 1, 2);
    await wait(0);
    await wait(QUIET_MS);
    await news();
    const wish = wishOf(moving.fair, moving.homes[0]!, moving.fair.teachers[0]!.slots[4]!);
    assert.ok((await bookSlot(moving.deps, { ...wish, replaces: early })).ok);
    await wait(MINUTE);
    await moving.cancel(1, 1);
    await wait(MINUTE);
    await moving.book(2, 1, 1);
    await wait(MINUTE);
    await wait(QUIET_MS - 1);
    assert.deepEqual(await news(), []);
    await wait(1);
    const { subject, text } = await only();
    assert.equal(subject, 'Maple School: your list of meetings to interpret has changed');
    assert.ok(text.includes('You’re now the interpreter for 2 meetings.'), text);
    assert.ok(text.includes('5:10–5:20 PM: Mr Park · Room 11, Main building · Spanish (new)\n'), text);
    assert.ok(text.includes(`Lee · Room 10, Main building · Spanish (was ${struck('5:00–5:10 PM')})`), text);
    const gone = struck('Tue, Nov 24, 5:20–5:30 PM: Mr Park');
    assert.ok(text.includes(`No longer on your list:\n${gone}\n`), text);
    assert.doesNotMatch(text, /Lopez|Leo|Mia/);

    // What lasted for a moment only is nobody's news, and leaves no time to count from.
    await moving.book(1, 1, 3);
    await wait(MINUTE);
    await moving.cancel(1, 1);
    await wait(MINUTE);
    await wait(LONGEST_MS);
    await moving.book(1, 1, 3);
    await wait(0);
    assert.deepEqual(await news(), []);
  });

  it('wait no longer than an hour where changes go on, and for nothing where it begins soon', async () => {
    await moving.book(0, 0, 0);
    await wait(0);
    let waited = 0;
    for (let n = 0; (await Notification.countDocuments({ to: BEN })) === 0; n++) {
      assert.ok(waited <= LONGEST_MS);
      if (n % 2 === 0) await moving.book(1, 1, 2);
      else await moving.cancel(1, 1);
      await wait(4 * MINUTE);
      waited += 4 * MINUTE;
    }
    assert.equal(waited, LONGEST_MS);
    await news();
    await moving.cancel(1, 1);
    await wait(0);
    await wait(QUIET_MS);
    await news();
    moving.setNow(new Date(+FIRST - 20 * MINUTE));
    await moving.cancel(0, 0);
    await tick();
    const { subject, text } = await only();
    assert.equal(subject, 'Maple School: you have no more meetings to interpret');
    assert.match(
      text,
      /You have no more meetings to interpret at Fall Conferences\.\n\nNo longer on your list/,
    );
  });

  it('hear of a move when families do, and of none that was undone', async () => {
    await moving.book(0, 0, 0);
    await wait(0);
    await wait(QUIET_MS);
    await news();
    for (const isUndone of [true, false]) {
      await moving.start({ toDay: '2026-12-01' });
      await moving.work();
      await settle();
      await wait(0);
      // A move of many slots takes longer than a change waits.
      await SlotMove.updateOne({ state: 'waiting' }, { $set: { tellAt: new Date(+moving.now + HOUR) } });
      await wait(QUIET_MS);
      assert.deepEqual(await news(), []);
      if (isUndone) await moving.undo();
      await moving.end();
      await settle();
      await wait(0);
      await wait(QUIET_MS);
      if (isUndone) assert.deepEqual(await news(), []);
    }
    const { text } = await only();
    assert.match(text, /Tuesday, December 1, 2026 \(Central Time\)\n5:00–5:10 PM: Mrs Lee/);
    assert.ok(text.includes(`(was ${struck('Tue, Nov 24, 5:00–5:10 PM')})`), text);
  });

  it('are reminded as families are, once for each of the event’s times, unless they don’t want that', async () => {
    await Event.updateOne({}, { $set: { reminders: [24, 2] } });
    const cleo = await add('Cleo Diaz', { email: 'cleo@x.org', languages: ['fr'] });
    await Household.updateOne({ _id: moving.homes[2]!._id }, { $set: { interpreter: 'fr' } });
    await Event.updateOne({}, { $set: { 'interpreting.languages': ['es', 'fr'] } });
    await unsubscribe({ account: moving.fair.account._id, email: cleo.email }, EVE);
    await moving.book(0, 0, 0);
    await moving.book(1, 1, 2);
    await moving.book(2, 1, 4);
    await wait(0);
    await wait(QUIET_MS);
    await only();
    await only(cleo.email);
    const at = (before: number) => wait(+FIRST - before - +moving.now);
    await at(24 * HOUR + 1);
    assert.deepEqual(await news(), []);
    await at(24 * HOUR);
    const mail = await only();
    assert.equal(mail.kind, 'appointment reminder');
    assert.equal(mail.subject, 'Reminder: you interpret at 2 meetings, Tuesday, November 24, 2026');
    assert.match(
      mail.text,
      /This is a reminder: you’re the interpreter for 2 meetings at Fall Conferences\./,
    );
    assert.doesNotMatch(mail.text, /new\)|No longer/);
    assert.equal(mail.mayUnsubscribe, true);
    await at(23 * HOUR);
    assert.deepEqual(await news(), []);
    // The first one goes: its day is reminded of by the next one, but not again.
    await moving.cancel(0, 0);
    await wait(0);
    await wait(QUIET_MS);
    assert.equal((await only()).kind, 'interpreter list');
    await at(2 * HOUR);
    assert.deepEqual(await news(), []);
    await at(100 * MINUTE);
    assert.equal((await only()).kind, 'appointment reminder');
    await moving.book(0, 0, 5);
    await wait(0);
    await wait(QUIET_MS);
    assert.equal((await only()).kind, 'interpreter list');
    await Event.updateOne({}, { $set: { reminders: [1] } });
    await at(-25 * MINUTE);
    await at(-HOUR);
    assert.deepEqual(await news(), [], 'nothing of what has begun');
    assert.deepEqual(await news(cleo.email), []);
  });

  it('without an email are named where interpreters are, and told once they have one, a new one too', async () => {
    await Interpreter.updateOne({ _id: ben._id }, { $set: { email: '' } });
    await moving.book(0, 0, 0);
    await wait(0);
    await wait(HOUR);
    const admin = await makeUser(moving.fair.account._id, 'administrator');
    const office = await new Visitor(moving.test.app).logIn(admin);
    const home = `/events/${String(moving.fair.event._id)}`;
    const settings = `${home}/settings/interpreters`;
    assert.match((await office.get(settings)).text, /1 interpreter has no email, so nobody tells them/);
    assert.match((await office.get(`${home}/interpreters`)).text, /Ben Cho<\/a> \(no email\)/);
    for (const email of [BEN, 'other@x.org']) {
      const form = { name: 'Ben Cho', email, languages: ['es'], times: [] };
      const before = await Interpreter.findById(ben._id).orFail().lean();
      assert.deepEqual(await saveInterpreter(moving.deps, moving.actor, moving.fair.event, form, before), {
        ok: true,
      });
      await settle();
      await wait(0);
      await wait(QUIET_MS);
      assert.match((await only(email)).subject, /you interpret at 1 meeting,/);
    }
    assert.deepEqual(await news(), []);
    assert.doesNotMatch((await office.get(settings)).text, /has no email/);
    assert.doesNotMatch((await office.get(`${home}/interpreters`)).text, /no email/);

    // Who is removed hears that others have their meetings.
    await removeInterpreter(moving.deps, moving.actor, moving.fair.event, ben._id);
    await settle();
    await wait(0);
    await wait(QUIET_MS);
    assert.match((await only('other@x.org')).text, /You have no more meetings to interpret/);
  });
});
