import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { continueMailings } from '../../server/mailings/run-mailing.js';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Mailing, MailingRecipient } from '../../server/models/mailing.js';
import { Notification } from '../../server/models/notification.js';
import { createTestApp, makeUser, Visitor, type TestApp } from '../support/app.js';
import { bookSlot, DAY, EVE, makeHousehold, wishOf, type Conference } from '../support/booking/conference.js';
import { hidden } from '../support/booking/desk.js';
import { emptyDatabase } from '../support/hooks.js';
import { makeGuardian, makeSchool } from '../support/mailings/school.js';
import { asApp } from '../support/scans.js';

const going = new AbortController().signal;
const HOUR = 3600_000;

describe('a mail to a group', function () {
  let test: TestApp;
  let school: Conference;
  let office: Visitor;
  let home: string;

  beforeEach(async () => {
    await emptyDatabase();
    school = await makeSchool();
    home = `/events/${String(school.event._id)}`;
    const { students, account } = school;
    await makeGuardian(account._id, 'Eva Lopez', 'eva@x.org', students.slice(0, 2));
    await makeGuardian(account._id, 'Tom Reed<b>', 'tom@x.org', students.slice(2, 3));
    await begin({ SMTP_URL: 'smtp://127.0.0.1:9' });
  });

  async function begin(env: NodeJS.ProcessEnv): Promise<void> {
    test = createTestApp(env);
    test.setNow(EVE);
    office = await new Visitor(test.app).logIn(await makeUser(school.account._id, 'event administrator'));
  }
  const work = () => asApp(() => continueMailings(test.deps, going));
  const mails = () =>
    Notification.find({ mailing: { $exists: true } })
      .sort({ to: 1 })
      .lean();
  const addresses = async () => (await mails()).map(({ to }) => to);
  /** The event's page as it is before booking opens. */
  async function checklist(): Promise<string> {
    const { _id, booking } = school.event;
    await Event.updateOne({ _id }, { $set: { 'booking.opensAt': new Date(EVE.getTime() + 24 * HOUR) } });
    const { text } = await office.get(home);
    await Event.updateOne({ _id }, { $set: { 'booking.opensAt': booking.opensAt } });
    return text;
  }
  /** What the form that a page shows would send, with changes. */
  const fieldsOf = (html: string, change: Record<string, string> = {}) => ({
    ...Object.fromEntries(
      ['key', 'shown', 'nth', 'class', 'students']
        .map((name) => [name, hidden(html, name)])
        .filter(([, value]) => value !== ''),
    ),
    group: /name="group" value="(\w+)" checked/.exec(html)?.[1] ?? 'guardians',
    subject: 'News',
    text: 'Hello {parent}, about {student}.',
    act: 'send',
    ...change,
  });
  const send = (html: string, change: Record<string, string> = {}) =>
    office.post(`${home}/mailings`, fieldsOf(html, change), `${home}/mailings`);
  const open = async (query: string) => (await office.get(`${home}/mailings/new?${query}`)).text;

  it('announces booking: the page has the numbers and a preview, and each guardian gets one mail', async () => {
    const { text } = await office.get(`${home}/announce`);
    assert.match(text, /All guardians of the event/);
    assert.match(text, /Send to 2 people/);
    assert.match(text, /1 student has nobody this email can go to[\s\S]*href="[^"]*\/letters"/);
    assert.match(
      text,
      /To Eva Lopez, eva@x\.org[\s\S]*Fall Conferences: book your meetings[\s\S]*teachers of Ana and Leo/,
    );
    const subject = '{event}: book your meetings';
    const form = fieldsOf(text, { subject, text: 'Hello {parent}, {student}. {booking} {link}' });
    const sent = await office.post(`${home}/announce`, form, `${home}/announce`);
    assert.equal(sent.status, 303);
    assert.match(await checklist(), /The announcement is on its way or sent\./);
    // The same click again, and the same form once more from another window.
    assert.equal(
      (await office.post(`${home}/announce`, form, `${home}/announce`)).headers.location,
      sent.headers.location,
    );
    // The form changed after it was sent: what it says now would go to nobody.
    const changed = await office.post(`${home}/announce`, { ...form, text: 'Corrected' }, `${home}/announce`);
    assert.equal(changed.status, 422);
    assert.match(changed.text, /This form was used already[\s\S]*Corrected/);
    const late = await office.post(
      `${home}/announce`,
      { ...form, key: String(new Types.ObjectId()) },
      `${home}/announce`,
    );
    assert.equal(late.status, 422);
    assert.match(late.text, /Somebody else announced this event a moment ago/);
    assert.equal(await Mailing.countDocuments(), 1);
    await work();
    await work();
    const [eva, tom] = await mails();
    assert.deepEqual(await addresses(), ['eva@x.org', 'tom@x.org']);
    assert.match(
      eva!.text,
      /^Hello Eva Lopez, Ana and Leo\. You can book until Wednesday, November 25 at 12:00 AM \(Central Time\)\. http/,
    );
    assert.match(tom!.text, /Hello Tom Reed<b>, Mia\./);
    assert.equal(eva!.state, 'queued');
    assert.equal(eva!.mayUnsubscribe, true);
    assert.equal(await MailingRecipient.countDocuments(), 0);
    assert.deepEqual(
      (await AuditEntry.find({ action: 'announce booking' }).lean()).map(({ detail }) => detail.mails),
      [2],
    );
    const page = await office.get(sent.headers.location ?? '');
    assert.match(page.text, /2 emails to 2 people/);
    assert.match(
      (await office.get(`${home}/announce`)).text,
      /Booking was already announced on[\s\S]*to 2 people/,
    );
    assert.match((await office.get(`${home}/mailings`)).text, /book your meetings[\s\S]*Announcement/);
  });

  it('an announcement that is still to come, or that nobody got, is told as what it is', async () => {
    const { text } = await office.get(`${home}/announce`);
    const form = fieldsOf(text, { when: 'later', sendAt: '2026-11-23T14:00' });
    await office.post(`${home}/announce`, form, `${home}/announce`);
    const look = async () => (await office.get(`${home}/announce`)).text;
    assert.match(await look(), /Booking will be announced on Monday, November 23 at 2:00 PM to 2 people/);
    assert.match(await checklist(), /The announcement goes out on Monday, November 23 at 2:00 PM\./);
    test.setNow(new Date(EVE.getTime() + 3 * HOUR));
    await work();
    assert.match(await look(), /Booking was already announced on/);
    await Notification.updateMany({}, { $set: { state: 'kept' } });
    assert.doesNotMatch(await look(), /be announced|already announced/);
    assert.match(await checklist(), /Send the parents’ link by email/);
  });

  it('is previewed as whoever is asked for, escaped, and nothing is written by it', async () => {
    const page = await send(await open('group=guardians'), { act: 'preview', as: 'reed' });
    assert.equal(page.status, 200);
    assert.match(page.text, /Hello Tom Reed&lt;b&gt;, about Mia\./);
    assert.match((await send(page.text, { act: 'preview', as: 'lopez 1' })).text, /Hello Eva Lopez/);
    assert.match(
      (await send(page.text, { act: 'preview', as: 'nobody' })).text,
      /Nobody in this group has that name/,
    );
    await makeGuardian(school.account._id, 'Ada Wu', 'z@x.org', school.students.slice(2, 3));
    assert.match((await send(page.text, { act: 'preview' })).text, /Hello Ada Wu/);
    assert.equal(await Mailing.countDocuments(), 0);
  });

  it('a family that books before it is sent is not reminded', async () => {
    const { students, teachers, account } = school;
    const later = '2026-11-23T14:00';
    const sent = await send(await open('group=unbooked'), { when: 'later', sendAt: later });
    assert.equal(sent.status, 303);
    await work();
    assert.deepEqual(await addresses(), []);
    assert.match(
      (await office.get(sent.headers.location ?? '')).text,
      /goes out on Monday, November 23 at 2:00 PM, to about 2 people/,
    );
    const adult = await makeUser(account._id, 'customer', { email: 'eva@x.org' });
    const household = await makeHousehold(account._id, students.slice(0, 2), adult._id);
    const held = await bookSlot(test.deps, wishOf(school, household, teachers[0]!.slots[0]!));
    assert.ok(held.ok);
    test.setNow(new Date(EVE.getTime() + 2 * HOUR));
    await work();
    assert.deepEqual(await addresses(), ['tom@x.org']);
    const [mailing] = await Mailing.find().lean();
    assert.deepEqual([mailing!.state, mailing!.numbers.mails], ['done', 1]);
  });

  it('is canceled before it goes, and not after', async () => {
    const sent = await send(await open('group=guardians'), { when: 'later', sendAt: '2026-11-23T14:00' });
    const path = sent.headers.location ?? '';
    await office.post(`${path}/cancellation`, {}, path);
    test.setNow(new Date(EVE.getTime() + 3 * HOUR));
    await work();
    assert.deepEqual(await addresses(), []);
    assert.match((await office.get(path)).text, /Canceled before it went out\. Nobody got it/);
    const other = await send(await open('group=guardians'));
    await work();
    const done = other.headers.location ?? '';
    await office.post(`${done}/cancellation`, {}, done);
    assert.match((await office.get(done)).text, /too late to cancel/);
    assert.equal((await mails()).length, 2);
  });

  it('is not sent once its event is archived', async () => {
    const sent = await send(await open('group=guardians'), { when: 'later', sendAt: '2026-11-23T14:00' });
    await Event.updateOne({ _id: school.event._id }, { $set: { status: 'archived' } });
    test.setNow(new Date(EVE.getTime() + 3 * HOUR));
    await work();
    assert.deepEqual(await addresses(), []);
    assert.match((await office.get(sent.headers.location ?? '')).text, /the event was archived or deleted/);
  });

  it('is not sent to a group that is empty by then, which its page and a mail to the administrators say', async () => {
    const { students, teachers, account } = school;
    await makeUser(account._id, 'administrator', { email: 'head@x.org' });
    const adult = await makeUser(account._id, 'customer', { email: 'kim@x.org' });
    const household = await makeHousehold(account._id, students.slice(0, 1), adult._id);
    const held = await bookSlot(test.deps, wishOf(school, household, teachers[1]!.slots[2]!));
    assert.ok(held.ok);
    const later = { day: DAY, when: 'later', sendAt: '2026-11-23T14:00' };
    const sent = await send(await open(`group=day&day=${DAY}`), later);
    // As a move of the day leaves it.
    await Appointment.updateMany({}, { $set: { from: new Date(0), to: new Date(1) } });
    test.setNow(new Date(EVE.getTime() + 3 * HOUR));
    await work();
    await work();
    assert.deepEqual(await addresses(), []);
    assert.match(
      (await office.get(sent.headers.location ?? '')).text,
      /Nobody was in this group when it was to go/,
    );
    const told = await Notification.find({ kind: 'mailing to nobody' }).lean();
    assert.deepEqual(
      told.map(({ to }) => to),
      ['head@x.org'],
    );
    assert.match(told[0]!.text, /“News” was to go to this group: Families with an appointment on Tuesday/);
  });

  it('a day’s families are told their own meetings', async () => {
    const { students, teachers, account } = school;
    const adult = await makeUser(account._id, 'customer', { name: 'Kim Day', email: 'kim@x.org' });
    const household = await makeHousehold(account._id, students.slice(0, 1), adult._id);
    const held = await bookSlot(test.deps, wishOf(school, household, teachers[1]!.slots[2]!));
    assert.ok(held.ok);
    // The same person is on the roster too, and the office booked for them there.
    const kim = await makeGuardian(account._id, 'Kim Day', 'kim@x.org', students.slice(1, 2));
    const office = await makeHousehold(account._id, students.slice(1, 2));
    const other = await bookSlot(test.deps, wishOf(school, office, teachers[0]!.slots[0]!));
    assert.ok(other.ok);
    await Household.updateOne({ _id: office._id }, { $set: { adults: [kim._id], keptFor: kim._id } });
    await send(await open(`group=day&day=${DAY}`), { day: DAY, text: 'Your meetings:\n{meetings}' });
    await work();
    assert.deepEqual(
      (await mails()).map(({ to, text }) => [to, text]),
      [
        [
          'kim@x.org',
          'Your meetings:\n5:00–5:10 PM: Mrs Lee, Room 10 (Leo)\n5:20–5:30 PM: Mr Park, Room 11 (Ana)\n',
        ],
      ],
    );
  });

  it('is refused with the field named, and keeps what was typed', async () => {
    const html = await open('group=guardians');
    const refuse = async (change: Record<string, string>, says: RegExp) => {
      const answer = await send(html, { text: 'Kept words', ...change });
      assert.equal(answer.status, 422, String(says));
      assert.match(answer.text, says);
      assert.match(answer.text, /Kept words/);
    };
    await refuse({ subject: '' }, /Enter a subject/);
    await refuse({ text: 'Kept words {teacher}' }, /Text: “teacher” can’t be filled in/);
    await refuse({ when: 'later' }, /Enter the date and the time to send it/);
    await refuse(
      { when: 'later', sendAt: '2026-11-23T11:00' },
      /after Monday, November 23, 2026 at 12:00 PM/,
    );
    await refuse({ group: 'day' }, /Select a day/);
    await refuse({ group: 'teacher' }, /Select a teacher/);
    await refuse({ group: 'unbooked' }, /You selected another group/);
    await refuse({ group: 'ticked' }, /Select the families in the report first/);
    assert.equal((await send(html, { subject: 'x'.repeat(201) })).status, 422);
    assert.equal(await Mailing.countDocuments(), 0);
  });

  it('a field that can’t be read leaves the group as it is, and the text whole', async () => {
    const [ana] = school.students;
    const html = await open(`group=ticked&students=${String(ana!._id)}`);
    const long = `${'word '.repeat(700)}end`;
    const later = { when: 'later', sendAt: '0026-11-23T14:00', text: long };
    const answer = await send(html, later);
    assert.equal(answer.status, 422);
    assert.match(answer.text, /Families of 1 selected student[\s\S]*Schedule for 1 person/);
    assert.ok(answer.text.includes(long));
    assert.equal(hidden(answer.text, 'key'), hidden(html, 'key'));
    const sent = await send(answer.text, { ...later, group: 'ticked', sendAt: '2026-11-23T14:00' });
    assert.equal(sent.status, 303);
    const [mailing] = await Mailing.find().lean();
    assert.deepEqual(
      [mailing!.group.kind, mailing!.group.students?.map(String)],
      ['ticked', [String(ana!._id)]],
    );
  });

  it('a group that can’t be read becomes no other one: its page sends to nobody', async () => {
    const html = await open('group=guardians');
    const changes: Record<string, string>[] = [
      { group: 'teacher', teacher: 'x' },
      { group: 'everybody' },
      { group: 'teacher' },
    ];
    for (const change of changes) {
      const answer = await send(html, { text: 'Kept words', ...change });
      assert.equal(answer.status, 422);
      assert.match(answer.text, /No group is selected yet[\s\S]*Kept words[\s\S]*disabled>Send to 0 people/);
      assert.equal(hidden(answer.text, 'shown'), '');
      assert.equal((await send(answer.text, { group: 'guardians' })).status, 422);
    }
    assert.equal(await Mailing.countDocuments(), 0);
  });

  it('goes to nobody without a mail server, and no page says otherwise', async () => {
    await begin({});
    const page = await office.get(`${home}/announce`);
    assert.match(
      page.text,
      /No email server is set up, so nothing can be sent and nobody is told[\s\S]*disabled>Send to 2 people/,
    );
    const answer = await send(await open('group=guardians'));
    assert.equal(answer.status, 422);
    assert.match(answer.text, /No email server is set up, so nothing can be sent\. Nobody is told/);
    assert.equal(await Mailing.countDocuments(), 0);
  });

  it('from the report of families without an appointment goes to all of them, or to ticked rows', async () => {
    const report = await office.get(`/reports/${String(school.event._id)}/unbooked`);
    assert.match(report.text, /href="[^"]*\/mailings\/new\?group=unbooked"[^>]*>[\s\S]*?Remind these/);
    const boxes = [...report.text.matchAll(/name="students" value="([^"]+)"/g)].map(([, ids = '']) => ids);
    assert.equal(boxes.length, 3);
    const [eva = ''] = boxes.filter((ids) => ids.includes(','));
    const page = await office.post(
      `${home}/mailings`,
      { group: 'ticked', students: eva, act: 'preview' },
      home,
    );
    assert.equal(page.status, 200);
    assert.match(page.text, /Families of 2 selected students[\s\S]*Send to 1 person/);
    const students = [...page.text.matchAll(/name="students" value="([^"]+)"/g)].map(([, id = '']) => id);
    const sent = await office.post(`${home}/mailings`, { ...fieldsOf(page.text), students }, home);
    assert.equal(sent.status, 303);
    await work();
    assert.deepEqual(await addresses(), ['eva@x.org']);
    const viewer = await new Visitor(test.app).logIn(
      await makeUser(school.account._id, 'appointment viewer'),
    );
    assert.doesNotMatch(
      (await viewer.get(`/reports/${String(school.event._id)}/unbooked`)).text,
      /Remind|name="students"/,
    );
  });
});
