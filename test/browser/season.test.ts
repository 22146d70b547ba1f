import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Locator, Page } from 'playwright-core';
import { DateTime } from 'luxon';
import type { Types } from 'mongoose';
import { endAppointment } from '../../server/booking/end-appointment.js';
import { sendReminders } from '../../server/meetings/send-reminders.js';
import { deleteContacts } from '../../server/contacts/deletion/delete-contacts.js';
import { deleteEvents } from '../../server/events/deletion/delete-events.js';
import { Account } from '../../server/models/account.js';
import { Appointment } from '../../server/models/appointment.js';
import { Class, isMeetable } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { ContactDeletion } from '../../server/models/contact-deletion.js';
import { Course } from '../../server/models/course.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { Resource } from '../../server/models/resource.js';
import { Section } from '../../server/models/section.js';
import { Slot } from '../../server/models/slot.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { Term } from '../../server/models/term.js';
import { continueMailings } from '../../server/mailings/run-mailing.js';
import type { User } from '../../server/models/user.js';
import { continueMoves } from '../../server/moves/run-move.js';
import { makeUser, PASSWORD } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { hidden } from '../support/booking/desk.js';
import { launchBrowser, openPage } from '../support/browser.js';
import { makeSlot } from '../support/event.js';
import { runNow, startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { asApp } from '../support/scans.js';
import { makeSessions, type LoggedIn } from '../../server/scratch/make-sessions.js';

const PAST = 'Fall conferences of last year';
const NEXT = 'Fall conferences of this year';
const STUDENTS = 120;
const FAMILIES = 60;
const [FIRST_DAY, SECOND_DAY, SNOW_DAY_INSTEAD] = ['2027-11-22', '2027-11-23', '2027-11-30'];

/**
 * One office worker's season at one browser, from last year's event to the archived one. It begins with the help page's way for a school
 * that imported its files by hand until now and turns Clever on: "Preventing Duplicate Contacts", steps 1 to 5.
 */
describe('a season in the office', () => {
  let district: TestDistrict;
  let server: Server;
  let browser: Browser;
  let page: Page;
  let home: string;
  let people: number;
  let admin: User;

  before(async () => {
    district = await startSyncedDistrict(
      { students: STUDENTS },
      { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'office@maple.example' },
    );
    people = await Contact.countDocuments({ account: district.account });
    await pretendImportedByHand();
    server = district.test.app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    home = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    browser = await launchBrowser(false);
    page = await openPage(browser, { width: 1280 });
    admin = await makeUser(district.account, 'administrator');
    await logIn();
  });
  after(async () => {
    await browser.close();
    server.close();
    server.closeAllConnections();
    await district.close();
  });

  async function logIn(): Promise<void> {
    await page.goto(`${home}/login`);
    await page.fill('input[name="email"]', admin.email);
    await page.fill('input[name="password"]', PASSWORD);
    await press('Log in');
  }

  /** The same people under the IDs of the school's own files, a past event with what was booked, and Clever set up but off. */
  async function pretendImportedByHand(): Promise<void> {
    const { account, event } = district;
    await Contact.collection.updateMany({ account }, [
      {
        $set: {
          source: 'file',
          'record.id': { $concat: ['own-', '$record.id'] },
          relations: {
            $map: {
              input: '$relations',
              as: 'tie',
              in: { $mergeObjects: ['$$tie', { student: { $concat: ['own-', '$$tie.student'] } }] },
            },
          },
        },
      },
    ]);
    await Section.deleteMany({ account });
    await Course.deleteMany({ account });
    await Term.deleteMany({ account });
    await Account.updateOne(
      { _id: account },
      { $set: { 'clever.enabled': false, recordsOf: 'pickatime' }, $unset: { 'clever.cursor': 1 } },
    );
    await Event.updateOne(
      { _id: event },
      { $set: { name: PAST, 'sync.on': false, 'booking.cancelHoursBefore': 17, reminders: [24] } },
    );
    const of = await Event.findById(event).orFail().lean();
    const resource = await Resource.findOne({ event }).orFail().lean();
    const student = await Contact.findOne({ account, type: 'student' }).orFail().lean();
    const slot = await makeSlot(of, resource, `${of.days[0]!}T17:00`);
    await makeAppointment(slot, { students: [student._id] });
  }

  /** Clicks, and waits for the page that comes of it. */
  const go = async (target: Locator): Promise<void> => {
    await Promise.all([page.waitForEvent('load'), target.first().click()]);
  };
  const main = (name: string) => go(page.getByRole('navigation').getByRole('link', { name, exact: true }));
  const link = (name: string) => go(page.getByRole('link', { name, exact: true }));
  const press = (name: string) => go(page.getByRole('button', { name, exact: true }));
  const text = () => page.locator('main').innerText();

  it('step 1: a new event from a past one keeps its settings', async () => {
    await page.goto(`${home}/events`);
    await go(page.getByRole('row', { name: PAST }).getByRole('link', { name: /Use as template/ }));
    await page.fill('input[name="name"]', NEXT);
    const days = page.locator('input[name="days"]');
    await days.first().fill(FIRST_DAY);
    await days.nth(1).fill(SECOND_DAY);
    await press('Create event');
    const made = await Event.findOne({ name: NEXT }).orFail().lean();
    assert.equal(made.booking.cancelHoursBefore, 17);
    assert.equal(await Class.countDocuments({ event: made._id }), 0);
  });

  it('step 2: the past event’s reports are exported', async () => {
    await main('Reports');
    await link(PAST);
    await page.getByRole('link', { name: 'Appointments' }).last().click();
    const file = page.waitForEvent('download');
    await page.getByRole('link', { name: /CSV/ }).first().click();
    assert.match((await file).suggestedFilename(), /\.csv$/);
  });

  it('step 3: the past event is deleted, the new one stays', async () => {
    await page.goto(`${home}/events/${district.event.toHexString()}/settings`);
    await link('Delete this event');
    await page.fill('input[name="typed"]', PAST);
    await press('Delete this event');
    await asApp(() => deleteEvents(district.deps, new AbortController().signal));
    assert.deepEqual(
      (await Event.find({ account: district.account }).lean()).map(({ name }) => name),
      [NEXT],
    );
  });

  it('step 4: Global Setup / Contacts / Advanced Options / Delete All Contacts, Level to delete: Event Administrator', async () => {
    await main('Global Setup');
    await link('Contacts');
    await link('Advanced Options');
    await link('Delete All Contacts');
    const group = page.getByRole('group', { name: 'Level to delete' });
    await group.getByLabel('Admin Level - Event Administrator').check();
    assert.match(await text(), /120 students/);
    assert.doesNotMatch(await text(), /still needs? these people/);
    await page.getByLabel('Type Maple District to confirm').fill('Maple District');
    await press('Delete All Contacts');
    await page.waitForURL(/\/deletions\/[0-9a-f]{24}$/);
    const { _id } = await ContactDeletion.findOne().orFail().lean();
    await asApp(() =>
      deleteContacts(
        district.deps,
        _id.toHexString(),
        new AbortController().signal,
        endAppointment(district.deps),
      ),
    );
    // The page follows by itself.
    await page.getByText(/^Deleted: 120 students/).waitFor();
    assert.equal(await Contact.countDocuments({ account: district.account }), 0);
  });

  it('step 5: Clever is turned on and imports everybody, each once', async () => {
    await main('Global Setup');
    await link('Clever');
    await press('Enable Clever');
    await main('Importer');
    if (await page.getByRole('button', { name: 'Select this event' }).isVisible())
      await press('Select this event');
    for (const box of await page.locator('input[name="schools"]').all()) await box.check();
    await press('Show terms');
    for (const box of await page.locator('input[name="terms"]').all()) await box.check();
    await press('Start import');
    const run = await SyncRun.findOne({ state: 'queued' }).orFail().lean();
    await runNow(district.deps, run._id);
    const done = await SyncRun.findById(run._id).orFail().lean();
    assert.equal(done.state, 'done', done.result?.code);
    assert.equal(await Contact.countDocuments({ account: district.account }), people);
    assert.equal(await Duplicate.countDocuments({ account: district.account }), 0);
    const made = await Event.findOne({ name: NEXT }).orFail().lean();
    assert.ok((await Class.countDocuments({ event: made._id, status: 'active' })) > 0);
  });

  const event = () => Event.findOne({ name: NEXT }).orFail().lean();
  const booked = async () => Appointment.countDocuments({ event: (await event())._id, state: 'booked' });
  /** A tab of the event, from wherever one is: by the list of events. */
  const open = async (tab: string): Promise<void> => {
    await main('Events');

    await link(NEXT);
    await go(
      page
        .getByRole('navigation', { name: 'Event', exact: true })
        .getByRole('link', { name: tab, exact: true }),
    );
  };

  it('a class is hidden, another deleted', async () => {
    const { _id } = await event();
    // The import's page follows it by itself, and would load under the next click.
    await page.goto(`${home}/events`);
    await open('Class Editor');
    const rows = page.locator('tbody tr:has(select)');
    const names = await rows.locator('th a').allInnerTexts();
    await rows.nth(0).locator('select').selectOption('Hide');
    await go(page.getByRole('group', { name: 'Changed types' }).getByRole('button', { name: 'Save types' }));
    await press(`Delete ${names.at(-1)!}`);
    await page
      .getByText(/^Deleted /)
      .first()
      .waitFor();
    assert.equal(await Class.countDocuments({ event: _id, 'edits.type': 'Hide' }), 1);
    assert.equal(await Class.countDocuments({ event: _id, status: 'deleted' }), 1);
  });

  it('everybody gets a room, by a list from a spreadsheet', async () => {
    const { _id } = await event();
    await open('Slots');
    await link('Rooms');
    const boxes = page.getByLabel(/^Room of /);
    const teachers = await boxes.evaluateAll((all) =>
      all.map((one) => one.getAttribute('aria-label')?.slice(8) ?? ''),
    );
    await page
      .getByLabel('Paste a list')
      .fill(teachers.map((name, n) => `${name}\t${String(101 + n)}`).join('\n'));
    await press('Save rooms');
    assert.equal(await Resource.countDocuments({ event: _id, room: { $gt: '' } }), teachers.length);
  });

  it('slots of two days with a lunch break', async () => {
    const { _id } = await event();
    await open('Slots');
    await link('Make slots');
    await page.getByLabel('First slot begins').fill('09:00');
    await page.getByLabel('Last slot ends by').fill('12:00');
    await page.getByLabel('Block 2 begins').fill('13:00');
    await page.getByLabel('Block 2 ends by').fill('15:00');
    await page.getByLabel('Length of a slot').fill('20');
    await press('Preview');
    await go(page.getByRole('button', { name: /^Make [\d,]+ slots/ }));
    const teachers = await Slot.distinct('resource', { event: _id });
    assert.equal(await Slot.countDocuments({ event: _id }), teachers.length * 2 * 15);
  });

  it('booking is opened and announced to all guardians', async () => {
    const { _id } = await event();
    await open('Overview');
    await link('Open booking now');
    await press('Open booking now');
    await open('Messages');
    await link('Announce booking');
    await go(page.getByRole('button', { name: /^Send to [\d,]+ people$/ }));
    for (let worker = 0; worker < 2; worker += 1)
      await asApp(() => continueMailings(district.deps, new AbortController().signal));
    const mails = await Notification.find({ event: _id, kind: 'announcement' }).lean();
    assert.ok(mails.length > FAMILIES);
    assert.equal(new Set(mails.map(({ to }) => to)).size, mails.length);
  });

  it('60 families book', async () => {
    const { _id, account, link: address } = await event();
    const wishes = await findWishes(_id);
    const users = await Promise.all(wishes.map(() => makeUser(account, 'customer')));
    const sessions = await makeSessions(users, district.deps.config.appSecret, district.deps.now());
    for (const [n, { resource, student }] of wishes.entries()) {
      await Household.create({
        account,
        adults: [users[n]!._id],
        children: [{ student, adult: users[n]!._id, by: 'school', at: district.deps.now() }],
        createdAt: district.deps.now(),
      });
      await bookFirst(sessions[n]!, `/e/${address}`, String(resource), String(student));
    }
    assert.equal(await booked(), FAMILIES);
    await open('Appointments');
    assert.match(await text(), /\b60\b/);
  });

  /** Children with a teacher of theirs: as many as are wanted, no teacher for more than have slots. */
  async function findWishes(of: Types.ObjectId) {
    const resources = await Resource.find({ event: of }).lean();
    const byContact = new Map(resources.map(({ _id, contact }) => [String(contact), _id]));
    const wishes = new Map<string, { student: Types.ObjectId; resource: Types.ObjectId }>();
    for (const held of (await Class.find({ event: of }).lean()).filter(isMeetable))
      for (const student of held.synced.students) {
        const resource = byContact.get(String(held.synced.teachers[0]));
        if (resource) wishes.set(String(student), { student, resource });
      }
    return [...wishes.values()].slice(0, FAMILIES);
  }

  /** One family's request for a teacher's first free time, as their browser sends it. */
  async function bookFirst(
    { cookie }: LoggedIn,
    at: string,
    resource: string,
    student: string,
  ): Promise<void> {
    const times = await (
      await fetch(`${home}${at}/times/${resource}?student=${student}`, { headers: { cookie } })
    ).text();
    const send = (path: string, fields: Record<string, string>) =>
      fetch(`${home}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie },
        body: new URLSearchParams(fields),
      });
    const [slot = ''] = /(?<=name="slot" value=")[0-9a-f]{24}/.exec(times) ?? [];
    const _csrf = hidden(times, '_csrf');
    const held = await send(`${at}/appointments`, { _csrf, student, slot, key: hidden(times, 'key') });
    const place = held.headers.get('location') ?? '';
    assert.equal(held.status, 303);
    assert.equal((await send(`${place}/confirm`, { _csrf, note: '' })).status, 303);
  }

  it('a caller books at the front desk', async () => {
    const { _id } = await event();
    const busy = await Appointment.distinct('students', { event: _id });
    const classes = (await Class.find({ event: _id }).lean()).filter(isMeetable);
    const free = classes
      .flatMap(({ synced }) => synced.students)
      .find((id) => !busy.some((one) => id.equals(one)));
    const child = await Contact.findById(free).orFail().lean();
    await open('Front Desk');
    await page.locator('#q').fill(child.schoolId);
    await page.locator('#q').press('Enter');
    await page.waitForLoadState();
    await go(page.getByRole('link', { name: /^Open ?: / }));
    const times = page.locator('select[name=slot]').first();
    await times.selectOption(
      await times.locator('option:not([disabled]):not([value=""])').first().getAttribute('value'),
    );
    await go(page.getByRole('button', { name: /^Book ?: / }));
    await press('Book this time');
    assert.equal(await Appointment.countDocuments({ event: _id, students: child._id, state: 'booked' }), 1);
  });

  it('a snow day: the first day goes to another, nothing is lost', async () => {
    const { _id } = await event();
    const ofDay = await Slot.find({ event: _id, day: FIRST_DAY }).distinct('_id');
    const there = await Appointment.countDocuments({ slot: { $in: ofDay }, state: 'booked' });
    assert.ok(there > 0);
    await open('Slots');
    await link('Move or cancel a day');
    await page.getByLabel('New day').fill(SNOW_DAY_INSTEAD);
    await page.getByLabel('Message to families').fill('School is closed for snow.');
    await press('Preview');
    await go(page.getByRole('button', { name: /^Move [\d,]+ slots/ }));
    await asApp(() => continueMoves(district.deps, new AbortController().signal));
    await page.getByText(/slots are moved/).waitFor();
    assert.equal(await booked(), FAMILIES + 1);
    assert.equal(await Slot.countDocuments({ event: _id, day: FIRST_DAY }), 0);
  });

  it('families are reminded a day ahead, each once', async () => {
    const { _id, timeZone } = await event();
    const coming = await Appointment.find({ event: _id, state: 'booked' }).lean();
    const ahead = DateTime.fromISO(`${SECOND_DAY}T08:00`, { zone: timeZone }).minus({ days: 1 });
    district.test.setNow(ahead.toJSDate());
    // As the clock does it: families hear of the moved day before they are reminded.
    await asApp(() => continueMoves(district.deps, new AbortController().signal));
    for (let time = 0; time < 2; time += 1) {
      await asApp(() => sendReminders(district.deps, new AbortController().signal));
      district.test.setNow(ahead.plus({ hours: 8 }).toJSDate());
    }

    const today = coming.filter(
      ({ from }) => DateTime.fromJSDate(from, { zone: timeZone }).toISODate() === SECOND_DAY,
    );
    assert.equal(
      await Notification.countDocuments({ event: _id, kind: 'appointment reminder' }),
      today.length,
    );
  });

  it('the day’s schedules are printed for every teacher', async () => {
    // A year has passed.
    await logIn();
    const { _id } = await event();
    await open('Reports');
    await link('Schedule by teacher');
    const print = await page.getByRole('link', { name: 'Print' }).first().getAttribute('href');
    await page.goto(`${home}${print ?? ''}`);
    const printed = await page.locator('body').innerText();
    for (const { name, room } of await Resource.find({ event: _id }).lean()) {
      assert.ok(printed.includes(name), name);
      assert.ok(printed.includes(room), room);
    }
  });

  it('the event is archived, and its reports stay', async () => {
    await open('Settings');
    await link('Archive this event');
    await press('Archive this event');
    assert.equal((await event()).status, 'archived');
    await main('Reports');
    await link(NEXT);
    assert.match(await text(), /Appointments/);
  });
});
