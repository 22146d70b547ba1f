import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Event } from '../../server/models/event.js';
import { Mailing } from '../../server/models/mailing.js';
import { Contact } from '../../server/models/contact.js';
import { User } from '../../server/models/user.js';
import { warnOfOpening, type OpeningWarning } from '../../server/overview/warn-opening.js';
import { makeUser, startAs, Visitor, type TestApp } from '../support/app.js';
import { makeClass, makePerson, makeTeachingPerson } from '../support/classes/school-day.js';
import { makeEvent, makeSlot } from '../support/event.js';

const NOW = new Date('2026-11-02T15:00:00Z');

/** The head’s buttons, the primary one marked. */
function buttonsOf(text: string): string[] {
  const head = /<div class="page-actions">([\s\S]*?)<\/div>/.exec(text)?.[1] ?? '';
  return [...head.matchAll(/class="btn btn-(\w+)[^>]*>\s*([^<]+)</g)].map(
    ([, look = '', label = '']) => `${look === 'primary' ? '*' : ''}${label.trim()}`,
  );
}

describe('the way to opening', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let admin: Visitor;
  const home = (event: Event) => `/events/${event._id.toHexString()}`;

  beforeEach(async () => {
    ({ test, account, visitor: admin } = await startAs('administrator', NOW));
  });

  it('has the next step as its primary button, and offers to open only once there are slots', async () => {
    const event = await makeEvent(account, { days: ['2026-11-24'] });
    const look = async () => buttonsOf((await admin.get(home(event))).text);
    assert.deepEqual(await look(), ['*Import the roster']);
    const { contact, resource } = await makeTeachingPerson(event, 'Kim Lee');
    const student = await makePerson(account, 'student', 'Ava Cruz');
    await makeClass(event, 'Art', { teachers: [contact._id], students: [student._id] });
    assert.deepEqual(await look(), ['*Check the classes']);
    await admin.post(`${home(event)}/steps`, { step: 'classes', done: '1' }, home(event));
    assert.deepEqual(await look(), ['*Make the slots']);
    await makeSlot(event, resource, '2026-11-24T17:00');
    assert.deepEqual(await look(), ['*Open booking now']);
    const late = await makeTeachingPerson(event, 'Lou Park');
    await makeClass(event, 'Bio', { teachers: [late.contact._id], students: [student._id] });
    assert.deepEqual(await look(), ['Open booking now', '*Make the slots']);
    await admin.post(`${home(event)}/opening`, {}, home(event));
    assert.deepEqual(await look(), ['Close booking']);
    test.setNow(new Date(NOW.getTime() + 60_000));
    await admin.post(`${home(event)}/closing`, {}, home(event));
    assert.deepEqual(await look(), ['*Open booking now']);
  });

  it('a scheduled opening is a step that is done; the next one that is not comes first', async () => {
    const event = await makeEvent(account, {
      booking: { opensAt: new Date('2026-11-09T14:00:00Z') },
      checked: ['classes'],
    });
    const { contact, resource } = await makeTeachingPerson(event, 'Kim Lee');
    await makeClass(event, 'Art', { teachers: [contact._id] });
    await makeSlot(event, resource, '2026-11-24T17:00');
    assert.deepEqual(buttonsOf((await admin.get(home(event))).text), [
      'Cancel scheduled opening',
      'Open booking now',
      '*Check limits and questions',
    ]);
  });

  it('each step says what there is, what is missing, and where it is done', async () => {
    const event = await makeEvent(account, { office: { phone: '555-0100', email: '', replyTo: '' } });
    const { contact, resource } = await makeTeachingPerson(event, 'Kim Lee');
    const park = await makeTeachingPerson(event, 'Lou Park');
    await makeClass(event, 'Art', { teachers: [contact._id] });
    await makeClass(event, 'Bio', { teachers: [park.contact._id] });
    await makeClass(event, 'Secret', { teachers: [contact._id], edits: { type: 'Hide' } });
    // Who sits in a colleague’s slot has one.
    await makeSlot(event, resource, '2026-11-24T17:00', { with: [park.resource._id] });
    const teacher = await makeUser(account, 'resource administrator');
    const grants = [{ account, level: 'resource administrator' as const, contact: contact._id }];
    await User.updateOne({ _id: teacher._id }, { $set: { grants } });
    const invited = await makeUser(account, 'resource administrator');
    const theirGrants = [{ ...grants[0]!, contact: park.contact._id }];
    await User.updateOne(
      { _id: invited._id },
      { $set: { grants: theirGrants }, $unset: { passwordHash: 1 } },
    );
    const { text } = await admin.get(home(event));
    // By the address, for the whole school.
    const whole = await makeUser(account, 'appointment maker');
    await Contact.updateOne({ _id: park.contact._id }, { $set: { email: whole.email } });
    await User.deleteOne({ _id: invited._id });
    assert.match((await admin.get(home(event))).text, /2 of 2 teachers have a login\./);
    for (const said of [
      /Import the roster<\/a>\s*<span class="soft">3 classes, 2 teachers/,
      /2 shown, 1 hidden/,
      /1 slot</,
      /Every teacher has a room or a video link/,
      /1 of 2 teachers have a login\./,
      /555-0100; Slotbell’s own texts/,
      /You can also open it by hand/,
    ])
      assert.match(text, said);
    for (const path of [
      '/settings',
      '/classes',
      '/slots',
      '/slots/rooms',
      '/settings/emails',
      '/letters',
      '/opening',
    ])
      assert.ok(text.includes(`href="${home(event)}${path}"`), path);
    assert.ok(text.includes('href="/global-setup/logins/roster"'));
    const one = await new Visitor(test.app).logIn(
      await makeUser(account, 'event administrator', { event: event._id }),
    );
    const theirs = (await one.get(home(event))).text;
    assert.match(theirs, /An administrator invites them/);
    assert.ok(!theirs.includes('href="/global-setup/logins/roster"'));
  });

  it('opening names what speaks against it, and opens all the same', async () => {
    const event = await makeEvent(account, {
      days: ['2026-11-22', '2026-11-24'],
      booking: { closesAt: new Date('2026-11-26T18:00:00Z') },
    });
    const { contact, resource } = await makeTeachingPerson(event, 'Kim Lee');
    const [named, unnamed, hidden] = [
      await makePerson(account, 'student', 'Ava Cruz'),
      await makePerson(account, 'student', 'Ben Dunn'),
      await makePerson(account, 'student', 'Hid Den'),
    ];
    await Contact.updateOne(
      { _id: named._id },
      { $set: { schoolId: '7', birthDate: '2015-01-01', lacks: 'e' } },
    );
    await Contact.updateMany({ _id: { $in: [unnamed._id, hidden._id] } }, { $set: { lacks: 'enb' } });
    await makeClass(event, 'Art', { teachers: [contact._id], students: [named._id, unnamed._id] });
    await makeClass(event, 'Secret', { students: [hidden._id], edits: { type: 'Hide' } });
    await makeSlot(event, resource, '2026-11-24T17:00');
    await makeSlot(event, resource, '2026-11-24T17:10', { state: 'hidden' });
    const away = await makeTeachingPerson(event, 'Mia Nash');
    await makeSlot(event, away.resource, '2026-11-24T17:00');
    const ask = (await admin.get(`${home(event)}/opening`)).text;
    for (const said of [
      /Parents can book 1 slot with 1 teacher right away/,
      /Sunday, November 22, 2026 has no slots/,
      /Sunday, November 22, 2026 is a Sunday/,
      /Booking closes on Thursday, November 26 at 12:00 PM, after the last day/,
      /1 student has no Student ID or no birth date/,
      /no phone or email is entered/,
      /No email server is set up/,
      /Classes haven’t been marked as checked/,
    ])
      assert.match(ask, said);
    assert.doesNotMatch(ask, /after the first day/);
    assert.match((await admin.get(home(event))).text, /class="warnings"[\s\S]*is a Sunday/);
    assert.equal((await admin.post(`${home(event)}/opening`, {}, home(event))).status, 303);
    assert.deepEqual((await Event.findById(event._id).lean())?.booking.opensAt, NOW);
  });

  it('opening says that nobody is mailed, and leads to what does it', async () => {
    const event = await makeEvent(account);
    const at = `${home(event)}/opening`;
    assert.match((await admin.get(at)).text, /Families aren’t told by email\.</);
    test.deps.config.smtpUrl = 'smtp://127.0.0.1:9';
    assert.match(
      (await admin.get(at)).text,
      /Families aren’t told by email\. To tell them, announce booking\./,
    );
    const sendAt = new Date(NOW.getTime() + 3600_000);
    await Mailing.create({
      ...{ event: event._id, account, kind: 'announcement' as const, nth: 1, state: 'scheduled' as const },
      ...{ sendAt, createdAt: NOW, by: event._id, subject: 'Book', text: 'Book' },
      numbers: { people: 1, mails: 1, students: 1, unreached: 0, unsubscribed: 0 },
      group: { kind: 'guardians' },
      fence: 0,
    });
    const scheduled = (await admin.get(at)).text;
    assert.match(scheduled, /The announcement goes out on/);
    assert.doesNotMatch(scheduled, /aren’t told/);
    await admin.post(at, {}, at);
    const page = (await admin.get(home(event))).text;
    assert.match(page, /Opening it sends no email[\s\S]*href="[^"]*\/announce"/);
  });

  it('warns of a day, an hour and a teacher as each stands', () => {
    const event = {
      days: ['2026-11-01', '2026-11-24', '2026-11-25'],
      timeZone: 'America/Chicago',
      checked: ['classes' as const],
      office: { phone: '', email: 'office@example.org', replyTo: '' },
      booking: { opensAt: new Date('2026-11-24T16:00:00Z') } as Event['booking'],
    };
    const ready = {
      ...{ importedClasses: 3, classes: 3, slots: 4, withoutSlots: 2, unproven: 0 },
      slotsOn: new Map([['2026-11-24', 4]]),
      unspoken: [] as string[],
    };
    const codes = (change: object, more: object = {}) =>
      warnOfOpening({ ...event, ...change }, { ...ready, ...more }, { now: NOW, sendsMail: true }).map(
        (warning: OpeningWarning) => ('day' in warning ? `${warning.code} ${warning.day}` : warning.code),
      );
    assert.deepEqual(codes({}), [
      'without slots',
      'past day 2026-11-01',
      'sunday 2026-11-01',
      'empty day 2026-11-25',
      'opens late',
    ]);
    const fine = { days: ['2026-11-24'], booking: { opensAt: new Date('2026-11-24T05:59:00Z') } };
    assert.deepEqual(codes(fine, { withoutSlots: 0 }), []);
    assert.deepEqual(codes(fine, { withoutSlots: 0, unspoken: ['es'] }), ['no interpreter']);
    assert.deepEqual(codes({ ...fine, booking: {} }, { slots: 0, slotsOn: new Map() }), ['no slots']);
    // To the last minute of the last day, in the event’s own zone.
    const closesAt = new Date('2026-11-25T05:59:00Z');
    assert.deepEqual(codes({ ...fine, booking: { closesAt } }, { withoutSlots: 0 }), []);
    assert.deepEqual(
      codes({ ...fine, booking: { closesAt: new Date(+closesAt + 60_000) } }, { withoutSlots: 0 }),
      ['closes late'],
    );
  });
});
