import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { HOLD_MS } from '../../server/booking/policy.js';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Class } from '../../server/models/class.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { Plan } from '../../server/models/plan.js';
import { Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import type { Family } from '../../server/parents/load-conference.js';
import { holdWishes } from '../../server/planning/hold-wishes.js';
import { placed } from '../../server/web/place.js';
import { readerCalled } from '../../server/web/read-language.js';
import type { Visitor } from '../support/app.js';
import { bookSlot, DAY, EVE, findDoubles, makeHousehold, wishOf } from '../support/booking/conference.js';
import { Desk, hidden } from '../support/booking/desk.js';

/** What the page's form sends when nothing is changed on it. */
function usual(html: string): Record<string, string | string[]> {
  const checked = [...html.matchAll(/name="wish" value="([^"]+)" checked/g)].map(([, value]) => value!);
  return {
    key: hidden(html, 'key'),
    wish: checked,
    day: [...html.matchAll(/name="day" value="([^"]+)"/g)].map(([, value]) => value!),
  };
}

describe('a plan of all meetings', () => {
  let desk: Desk;
  let kim: Awaited<ReturnType<Desk['parentOf']>>;

  /** A parent of the first two students, and more teachers than one evening is short of. */
  async function open(options: Parameters<typeof Desk.open>[0] = {}) {
    desk = await Desk.open({ students: 3, teachers: 3, slots: 8, ...options });
    const { visitor, user } = await desk.parent();
    const household = await makeHousehold(desk.fair.account._id, desk.fair.students.slice(0, 2), user._id);
    kim = { visitor, user, household };
  }
  beforeEach(() => open());

  const slotsOf = (teacher: number) => desk.fair.teachers[teacher]!.slots;
  async function make(
    more: Record<string, string | string[]> = {},
    visitor: Visitor = kim.visitor,
  ): Promise<string> {
    const form = await visitor.get(`${desk.home}/plan?again=${String(new Types.ObjectId())}`);
    const made = await visitor.agent
      .post(`${desk.home}/plan`)
      .type('form')
      .send({ _csrf: hidden(form.text, '_csrf'), ...usual(form.text), ...more });
    assert.equal(made.status, 303, made.text);
    return made.headers.location ?? '';
  }
  /** Presses the page's big button. */
  async function book(path: string, more: Record<string, string> = {}) {
    const page = (await kim.visitor.get(path)).text;
    return kim.visitor.agent
      .post(`${path}/book`)
      .type('form')
      .send({ _csrf: hidden(page, '_csrf'), shown: hidden(page, 'shown'), ...more });
  }
  const press = (path: string, more = {}) => kim.visitor.post(path, more, desk.home);
  const booked = () => Appointment.find({ state: 'booked' }).sort({ from: 1 }).lean();
  const pending = () => Appointment.find({ state: 'pending' }).sort({ from: 1 }).lean();

  it('takes siblings together where the school says so, whichever of them is ticked', async () => {
    await Event.updateOne({}, { $set: { 'booking.siblings': 'together' } });
    const [ana] = desk.fair.students;
    await make({ wish: `${String(ana!._id)}:${String(desk.fair.teachers[0]!.resource._id)}` });
    const plan = await Plan.findOne().orFail().lean();
    assert.deepEqual(
      plan.wishes.map(({ students }) => students.length),
      [2],
    );
  });

  it('is made, shown and booked with three presses; one mail, one file, one entry in the audit tell of it', async () => {
    assert.match((await kim.visitor.get(desk.home)).text, /href="[^"]+\/plan">Plan all my meetings/);
    const path = await make();
    const page = (await kim.visitor.get(path)).text;
    assert.match(page, /Meetings: 6 of 6\.\s+No waiting in between/);
    assert.match(page, /There is no better plan/);
    assert.match(page, /holding these times for you until 12:10/);
    assert.equal((await pending()).length, 6, 'all of it is on hold');
    const answer = await book(path, { 'note-0': 'He <b>reads</b> little' });
    assert.equal(answer.headers.location, `${desk.home}/schedule`);
    const meetings = await booked();
    assert.equal(meetings.length, 6);
    assert.equal(meetings.filter(({ note }) => note === 'He <b>reads</b> little').length, 1);
    assert.deepEqual(await findDoubles(desk.fair), []);
    const mails = await Notification.find().lean();
    assert.equal(mails.length, 1);
    assert.match(mails[0]!.subject, /^Booked: your 6 meetings, /);
    assert.equal(mails[0]!.text.match(/: Mrs Lee ·/g)?.length, 2, 'each child’s');
    assert.equal(mails[0]!.ics?.match(/BEGIN:VEVENT/g)?.length, 6);
    assert.equal(await AuditEntry.countDocuments({ action: 'book appointment' }), 1);
    const schedule = (await kim.visitor.get(`${desk.home}/schedule`)).text;
    assert.match(schedule, /All 6 meetings are booked/);
    assert.equal((await kim.visitor.get(path)).headers.location, `${desk.home}/schedule`);
    assert.equal((await press(`${path}/book`)).headers.location, `${desk.home}/schedule`, 'pressed again');
    assert.equal((await booked()).length, 6);
    assert.equal(await Notification.countDocuments(), 1);
    assert.doesNotMatch(
      (await kim.visitor.get(desk.home)).text,
      /Plan all my meetings/,
      'nothing is left to plan',
    );
  });

  it('keeps to when the family comes, its breaks and the minutes it wants, and says what it could not have', async () => {
    const path = await make({
      [`from-${DAY}`]: '17:10',
      [`to-${DAY}`]: '18:00',
      gap: '10',
      breakFrom1: '17:30',
      breakTo1: '17:40',
    });
    const holds = await pending();
    assert.deepEqual(
      holds.map(({ from }) => from.toISOString().slice(11, 16)),
      ['23:20', '23:40'],
    );
    const page = (await kim.visitor.get(path)).text;
    assert.match(page, /Meetings: 2 of 6[\s\S]*4 meetings have no time/);
    assert.match(page, /free times overlap your other meetings/);
    const none = await make({ [`to-${DAY}`]: '17:05' });
    assert.match((await kim.visitor.get(none)).text, /none when you can come/);
    assert.equal((await pending()).length, 0, 'an earlier plan gives back what it held');
  });

  it('asks again for what is missing or the wrong way round, with what was selected kept', async () => {
    const form = await kim.visitor.get(`${desk.home}/plan`);
    const send = (more: object) =>
      kim.visitor.agent
        .post(`${desk.home}/plan`)
        .type('form')
        .send({ _csrf: hidden(form.text, '_csrf'), ...usual(form.text), ...more });
    const none = await send({ wish: [] });
    assert.equal(none.status, 422);
    assert.match(none.text, /Select at least one teacher/);
    const turned = await send({ [`from-${DAY}`]: '18:00', [`to-${DAY}`]: '17:30', breakFrom1: '17:00' });
    assert.equal(turned.status, 422);
    assert.match(turned.text, /end time that’s after the start time[\s\S]*Select when this break begins/);
    assert.match(turned.text, /value="18:00" selected/);
    const stranger = `${String(desk.fair.students[2]!._id)}:${String(desk.fair.teachers[0]!.resource._id)}`;
    assert.equal((await send({ wish: stranger })).status, 422, 'another family’s child is nobody');
    assert.equal(await Plan.countDocuments(), 0);
  });

  it('made twice by one form is one, and a stranger’s is not there', async () => {
    const form = (await kim.visitor.get(`${desk.home}/plan`)).text;
    const send = () =>
      kim.visitor.agent
        .post(`${desk.home}/plan`)
        .type('form')
        .send({ _csrf: hidden(form, '_csrf'), ...usual(form) });
    const answers = await Promise.all([send(), send(), send()]);
    assert.equal(new Set(answers.map(({ headers }) => headers.location)).size, 1);
    assert.equal((await pending()).length, 6);
    const path = answers[0].headers.location ?? '';
    const other = await desk.parentOf(2);
    for (const address of ['', '/lines/0'])
      assert.equal((await other.visitor.get(`${path}${address}`)).status, 404);
    for (const address of [
      '/book',
      '/again',
      '/longer',
      '/lines/0',
      '/lines/0/out',
      '/lines/0/back',
      '/lines/0/open',
    ])
      assert.equal((await other.visitor.post(`${path}${address}`, {}, desk.home)).status, 404, address);
    for (const line of ['6', '99', 'x'])
      assert.equal((await kim.visitor.get(`${path}/lines/${line}`)).status, 404);
  });

  it('two presses of Book at once, in two windows, book once', async () => {
    const path = await make();
    const answers = await Promise.all([book(path), book(path), book(path)]);
    assert.deepEqual(
      new Set(answers.map(({ headers }) => headers.location)),
      new Set([`${desk.home}/schedule`]),
    );
    assert.equal((await booked()).length, 6);
    assert.equal(await Notification.countDocuments(), 1);
    assert.deepEqual(await findDoubles(desk.fair), []);
  });

  it('lets each meeting be changed, left out and added back; the rest and what was typed stay', async () => {
    const path = await make();
    const before = await pending();
    const [first] = before;
    const n = (await Plan.findOne().lean())!.wishes.findIndex(({ slot }) => slot?.equals(first!.slot));
    const line = `${path}/lines/${n}`;
    const opened = await press(`${line}/open`, { [`note-${n}`]: 'About reading' });
    assert.equal(opened.headers.location, line);
    const times = (await kim.visitor.get(line)).text;
    assert.match(times, /In your plan/);
    const free = [...times.matchAll(/time-free" name="slot" value="(\w+)"/g)].map(([, id]) => id!);
    assert.ok(free.length >= 1);
    assert.match(times, /too close to your meeting with/);
    assert.equal((await press(line, { slot: free.at(-1)! })).headers.location, path);
    const after = await pending();
    assert.equal(after.length, 6);
    assert.equal(after.filter(({ _id }) => before.some((one) => one._id.equals(_id))).length, 5);
    assert.match((await kim.visitor.get(path)).text, /About reading/);
    assert.doesNotMatch((await kim.visitor.get(path)).text, /There is no better plan/);

    await press(`${line}/out`);
    assert.equal((await pending()).length, 5);
    assert.match((await kim.visitor.get(path)).text, /You left this meeting out[\s\S]*Add back/);
    await press(`${line}/back`);
    await press(`${line}/back`);
    assert.equal((await pending()).length, 6);
    await book(path);
    assert.equal((await booked()).length, 6);
    assert.deepEqual(await findDoubles(desk.fair), []);
  });

  it('whose time ran out is booked all the same while it is free; what is gone is said, and nothing is booked until that was seen', async () => {
    const path = await make();
    const deps = desk.test.deps;
    desk.test.setNow(new Date(EVE.getTime() + HOLD_MS + 1000));
    assert.match((await kim.visitor.get(path)).text, /We no longer hold these times/);
    await expireHolds(deps, new AbortController().signal);
    assert.equal((await pending()).length, 0);
    const [wish] = (await Plan.findOne().lean())!.wishes;
    const slot = slotsOf(0)
      .concat(slotsOf(1), slotsOf(2))
      .find(({ _id }) => wish!.slot!.equals(_id))!;
    const lou = await desk.parentOf(2);
    assert.equal((await bookSlot(deps, wishOf(desk.fair, lou.household, slot))).ok, true);

    assert.equal((await book(path)).headers.location, path);
    assert.equal((await booked()).length, 1, 'the other family’s alone');
    const page = (await kim.visitor.get(path)).text;
    assert.match(page, /Your plan has changed\. Nothing is booked yet/);
    assert.match(page, /Meetings: 5 of 6[\s\S]*has just been taken/);
    assert.doesNotMatch(page, /There is no better plan/, 'nobody has looked for another');
    assert.equal((await pending()).length, 5, 'the others are on hold again');
    desk.test.setNow(new Date(EVE.getTime() + 3 * HOLD_MS));
    assert.equal((await book(path)).headers.location, `${desk.home}/schedule`);
    assert.equal((await booked()).length, 6);
  });

  it('can be kept longer', async () => {
    const path = await make();
    desk.test.setNow(new Date(EVE.getTime() + HOLD_MS / 2));
    await press(`${path}/longer`);
    assert.match((await kim.visitor.get(path)).text, /until 12:15/);
    assert.ok(
      (await pending()).every(({ expiresAt }) => expiresAt?.getTime() === EVE.getTime() + 1.5 * HOLD_MS),
    );
  });

  it('is kept for an hour in all at most: a new plan gives no new hour', async () => {
    const minute = (n: number) => desk.test.setNow(new Date(EVE.getTime() + n * 60_000));
    const path = await make();
    for (const at of [9, 18, 27, 36, 45, 54]) {
      minute(at);
      assert.match((await kim.visitor.get(path)).text, /\/longer"/);
      await press(`${path}/longer`);
    }
    assert.ok((await pending()).every(({ expiresAt }) => expiresAt?.getTime() === EVE.getTime() + 3600_000));
    assert.doesNotMatch((await kim.visitor.get(path)).text, /\/longer"/);
    await press(`${path}/longer`);
    assert.match((await kim.visitor.get(path)).text, /can’t hold these times any longer/);
    minute(59);
    const next = await make();
    assert.doesNotMatch((await kim.visitor.get(next)).text, /\/longer"/);
    await press(`${next}/longer`);
    assert.ok(
      (await pending()).every(({ expiresAt }) => expiresAt?.getTime() === EVE.getTime() + 69 * 60_000),
    );
  });

  it('takes no time of another teacher for a meeting', async () => {
    const path = await make();
    const { wishes } = (await Plan.findOne().lean())!;
    const other = desk.fair.teachers.find(({ resource }) => !wishes[0]!.resource.equals(resource._id))!;
    const before = await pending();
    await press(`${path}/lines/0`, { slot: String(other.slots.at(-1)!._id) });
    assert.match((await kim.visitor.get(path)).text, /This meeting is no longer offered/);
    assert.deepEqual(await pending(), before);
  });

  it('closed while it takes holds, keeps none of them', async () => {
    const path = await make();
    const plan = (await Plan.findOne().lean())!;
    const { deps } = desk.test;
    const [target] = plan.wishes.flatMap(({ slot }, wish) => (slot ? [{ wish, slot }] : []));
    await press(`${path}/lines/${target!.wish}/out`);
    const event = placed(desk.fair.event, readerCalled(undefined, desk.fair.account));
    const family = {
      ...kim,
      event,
      account: desk.fair.account,
      home: desk.home,
      actor: { user: kim.user._id },
    };
    // The clock is read while the hold is made.
    const closing = {
      ...deps,
      now: () => (void Plan.updateOne({}, { $set: { state: 'ended' } }).exec(), deps.now()),
    };
    const taken = await holdWishes(closing, family as unknown as Family, plan, [target!, target!]);
    assert.equal(taken, undefined);
    assert.equal(await Appointment.countDocuments({ state: 'pending', slot: target!.slot }), 0);
  });

  it('is made 30 times in an hour at most by one login', async () => {
    const form = await kim.visitor.get(`${desk.home}/plan`);
    const send = () =>
      kim.visitor.agent
        .post(`${desk.home}/plan`)
        .type('form')
        .send({ _csrf: hidden(form.text, '_csrf'), ...usual(form.text) });
    for (let n = 0; n < 30; n += 1) assert.equal((await send()).status, 303);
    const refused = await send();
    assert.equal(refused.status, 429);
    assert.match(refused.text, /Too many tries[\s\S]*Make my plan/);
  });

  it('is mailed in the language that each adult reads, to proven addresses alone, and says so', async () => {
    await User.updateOne({ _id: kim.user._id }, { $set: { language: 'es' } });
    await book(await make());
    const [mail] = await Notification.find().lean();
    assert.equal(mail!.language, 'es');
    assert.match(mail!.subject, /^Reservadas: sus 6 citas/);

    await open();
    await User.updateOne({ _id: kim.user._id }, { $unset: { emailProvenAt: 1 } });
    await book(await make());
    assert.equal(await Notification.countDocuments(), 0);
    const page = (await kim.visitor.get(`${desk.home}/schedule`)).text;
    assert.match(page, /All 6 meetings are booked\.\s*</);
    assert.match(page, /We can’t email you these details yet[\s\S]*\/prove"/);
  });

  it('changed in another window is not booked before that was seen', async () => {
    const path = await make();
    const old = (await kim.visitor.get(path)).text;
    await press(`${path}/lines/0/out`);
    const answer = await press(`${path}/book`, { shown: hidden(old, 'shown') });
    assert.equal(answer.headers.location, path);
    assert.equal((await booked()).length, 0);
    assert.equal((await book(path)).headers.location, `${desk.home}/schedule`);
    assert.equal((await booked()).length, 5);
  });

  /** What another window does just before a plan is decided, the n-th time. */
  function beforeDecision(nth: number, act: (first: typeof Plan.updateOne) => Promise<unknown>) {
    const real = Plan.updateOne.bind(Plan);
    let tries = 0;
    Plan.updateOne = ((filter: object, update: { $set?: { state?: string } }) => {
      if (update.$set?.state !== 'booking' || ++tries > nth) return real(filter, update);
      return act(real).then(() => real(filter, update));
    }) as typeof Plan.updateOne;
    return () => (Plan.updateOne = real);
  }

  it('decided at the last try is booked, and the page says so', async () => {
    const path = await make();
    const stop = beforeDecision(2, async (update) =>
      update({ _id: path.split('/').at(-1) }, { $inc: { version: 1 } }),
    );
    const answer = await book(path).finally(stop);
    assert.equal(answer.headers.location, `${desk.home}/schedule`);
    assert.match((await kim.visitor.get(`${desk.home}/schedule`)).text, /All 6 meetings are booked/);
    assert.equal((await booked()).length, 6);
  });

  it('changed in another window between its page and the decision is not booked', async () => {
    const path = await make();
    const stop = beforeDecision(1, async () => press(`${path}/lines/0/out`));
    const answer = await book(path).finally(stop);
    assert.equal(answer.headers.location, path);
    assert.equal((await booked()).length, 0);
    assert.match((await kim.visitor.get(path)).text, /Meetings: 5 of 6/);
  });

  it('booked while another window makes a new plan is booked whole', async () => {
    const path = await make();
    const real = Appointment.updateMany.bind(Appointment);
    let answer: Awaited<ReturnType<typeof book>> | undefined;
    Appointment.updateMany = ((filter: object, update: object) => {
      Appointment.updateMany = real;
      // The old plan has ended, and what it held is about to.
      return book(path).then((booking) => {
        answer = booking;
        return real(filter, update);
      });
    }) as typeof Appointment.updateMany;
    await make();
    assert.equal(answer?.headers.location, `${desk.home}/schedule`);
    assert.equal((await booked()).length, 6);
    assert.match((await kim.visitor.get(`${desk.home}/schedule`)).text, /All 6 meetings are booked/);
    assert.deepEqual(await findDoubles(desk.fair), []);
  });

  it('pressed twice at once after its time ran out loses nothing to itself', async () => {
    const path = await make();
    for (const after of [1, 2]) {
      desk.test.setNow(new Date(EVE.getTime() + after * 2 * HOLD_MS));
      if (after === 1) await expireHolds(desk.test.deps, new AbortController().signal);
      const pressed = await Promise.all([press(`${path}/again`), press(`${path}/again`)]);
      assert.equal(pressed.length, 2);
      assert.equal((await Plan.findOne().lean())!.wishes.filter(({ slot }) => slot).length, 6);
    }
    desk.test.setNow(new Date(EVE.getTime() + 6 * HOLD_MS));
    await Promise.all([book(path), book(path)]);
    assert.equal((await booked()).length, 6);
    assert.equal((await pending()).length, 0);
    assert.deepEqual(await findDoubles(desk.fair), []);
  });

  it('gives way to what the same person chooses alone and says so; whatever is pressed last counts', async () => {
    const path = await make();
    const [hold] = await pending();
    const held = await desk.choose(
      kim.visitor,
      slotsOf(0).some(({ _id }) => _id.equals(hold!.slot)) ? 1 : 0,
      0,
    );
    assert.equal(held.status, 303);
    assert.match((await kim.visitor.get(path)).text, /Not on hold anymore/);
    assert.equal((await book(path)).headers.location, `${desk.home}/schedule`);
    assert.equal((await booked()).length, 6);
    assert.deepEqual(await findDoubles(desk.fair), []);
  });

  it('keeps to the rules of the event as they are when it is booked', async () => {
    const path = await make();
    const [wish] = (await Plan.findOne().lean())!.wishes;
    await Slot.updateOne({ _id: wish!.slot }, { $set: { state: 'hidden' } });
    assert.equal((await book(path)).headers.location, path);
    assert.equal((await booked()).length, 0, 'all or nothing');
    assert.match((await kim.visitor.get(path)).text, /Meetings: 5 of 6[\s\S]*no longer offered/);
    await Event.updateOne({}, { $set: { 'booking.closesAt': EVE } });
    assert.equal((await book(path)).headers.location, path);
    assert.match((await kim.visitor.get(path)).text, /Booking isn’t open now/);
    await Event.updateOne(
      {},
      { $set: { 'booking.closesAt': new Date(EVE.getTime() + 9e7), 'booking.perHousehold': 2 } },
    );
    assert.equal((await book(path)).headers.location, path);
    assert.equal((await booked()).length, 0);
    assert.equal((await book(path)).headers.location, `${desk.home}/schedule`);
    assert.equal((await booked()).length, 2);
  });

  it('holds no more than the event allows a family and a child, and no more than one meeting with a teacher', async () => {
    await open({ booking: { perHousehold: 4, perStudent: 3, gapMinutes: 5 } });
    await bookSlot(desk.test.deps, wishOf(desk.fair, kim.household, slotsOf(0)[0]!));
    const form = (await kim.visitor.get(`${desk.home}/plan`)).text;
    assert.equal([...form.matchAll(/name="wish" value="[^"]+" checked/g)].length, 5);
    assert.match(form, /disabled>\s*<span>Mrs Lee<span class="hint">Class of Mrs Lee · Booked: /);
    const path = await make();
    assert.match((await kim.visitor.get(path)).text, /more meetings than the school allows for a family/);
    const holds = await pending();
    assert.equal(holds.length, 3);
    const ana = desk.fair.students[0]!._id;
    assert.ok(holds.filter(({ students }) => students[0]!.equals(ana)).length <= 2);
  });

  it('plans the other child’s meetings where one has more than a limit that came later', async () => {
    for (const n of [0, 1]) await bookSlot(desk.test.deps, wishOf(desk.fair, kim.household, slotsOf(n)[n]!));
    await Event.updateOne({}, { $set: { 'booking.perStudent': 1 } });
    const path = await make();
    const page = (await kim.visitor.get(path)).text;
    assert.match(page, /Meetings: 1 of 4[\s\S]*child would have more meetings than the school allows/);
  });

  it('meets a teacher once about two siblings where the family says so', async () => {
    const path = await make({ together: String(desk.fair.teachers[1]!.resource._id) });
    assert.match((await kim.visitor.get(path)).text, /Meetings: 5 of 5/);
    await book(path);
    const both = (await booked()).filter(({ students }) => students.length === 2);
    assert.equal(both.length, 1);
    assert.ok(both[0]!.resource.equals(desk.fair.teachers[1]!.resource._id));
  });

  it('asks the school’s questions once, and books nothing unanswered', async () => {
    const id = new Types.ObjectId().toHexString();
    await Event.updateOne(
      {},
      {
        $set: {
          fields: [
            { id, label: 'Phone that evening', kind: 'text', choices: [], required: true, staffOnly: false },
          ],
        },
      },
    );
    const path = await make();
    const without = await book(path);
    assert.equal(without.status, 422);
    assert.match(without.text, /Answer “Phone that evening”/);
    assert.equal((await booked()).length, 0);
    await book(path, { [`answer-${id}`]: '555' });
    assert.equal((await booked()).filter(({ answers }) => answers?.[0]?.value === '555').length, 6);
  });

  it('offers nothing with a teacher whom no class leads to any more', async () => {
    await Class.updateMany(
      { 'synced.teachers': desk.fair.teachers[0]!.contact._id },
      { $set: { status: 'gone' } },
    );
    const path = await make();
    assert.match((await kim.visitor.get(path)).text, /Meetings: 4 of 4/);
  });
});
