import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import mongoose from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Contact } from '../../server/models/contact.js';
import type { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Resource } from '../../server/models/resource.js';
import { User } from '../../server/models/user.js';
import { fillSchool } from '../bench/fill-school.js';
import { createTestApp, makeAccount, makeUser, Visitor } from '../support/app.js';
import { makeEvent } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';

/** The session's own read is one more, past mongoose. */
const MOST_QUERIES = 11;
const SIZE = { students: 1500, teachers: 20, slots: 1300, appointments: 1200 };

describe('an event with more appointments than a search or a sheet reads at once', () => {
  let event: Event;
  let visitor: Visitor;
  let note: (...args: unknown[]) => void;
  const asking = new AsyncLocalStorage<{ queries: number }>();

  before(async () => {
    await emptyDatabase();
    const account = (await makeAccount())._id;
    event = await makeEvent(account, { days: ['2026-11-24', '2026-11-25'] });
    await fillSchool(event, SIZE, new Date('2026-11-01T06:00:00Z'));
    visitor = await new Visitor(createTestApp().app).logIn(await makeUser(account, 'administrator'));
    note = mongoose.get('debug') as typeof note;
    mongoose.set('debug', (collection: string, method: string, ...args: unknown[]) => {
      const store = asking.getStore();
      if (store) store.queries += 1;
      note(collection, method, ...args);
    });
  });

  after(() => {
    mongoose.set('debug', note);
  });

  /** A page and how many queries it took. */
  const open = (address: string) => {
    const asked = { queries: 0 };
    return asking.run(asked, async () => {
      const page = await visitor.get(address);
      assert.equal(page.status, 200, address);
      return { text: page.text, queries: asked.queries };
    });
  };

  /** How many appointments take place of whom one name holds the word: looked up one by one. */
  async function called(word: string): Promise<number> {
    const byId = <T extends { _id: unknown }>(rows: T[]) =>
      new Map(rows.map((row) => [String(row._id), row]));
    const [teachers, people, users] = [
      byId(await Resource.find({ event: event._id }).lean()),
      byId(await Contact.find({ account: event.account, type: 'student' }).lean()),
      byId(await User.find({ 'grants.account': event.account }).lean()),
    ];
    const households = byId(await Household.find({ account: event.account }).lean());
    const living = await Appointment.find({ event: event._id, state: { $in: ['booked', 'problem'] } }).lean();
    return living.filter(({ resource, students, household }) =>
      [
        teachers.get(String(resource))?.name,
        ...students.map((id) => people.get(String(id))?.lastName),
        ...(households.get(String(household))?.adults ?? []).map((id) => users.get(String(id))?.name),
      ].some((name) => name?.toLowerCase().includes(word)),
    ).length;
  }

  const totalOf = (html: string): number =>
    Number(/of ([\d,]+) appointments?/.exec(html)?.[1]?.replace(',', '') ?? NaN);

  it('a search finds all of a common name, with as few queries as of a rare one', async () => {
    const cruz = await called('cruz');
    const home = `/reports/${event._id.toHexString()}`;
    assert.ok(cruz > 100);
    const list = await open(`${home}/appointments?q=Cruz`);
    assert.equal(totalOf(list.text), cruz);
    const everybody = await open(`${home}/appointments?q=a&show=all`);
    assert.ok(totalOf(everybody.text) > 1000);
    const tab = await open(`/events/${event._id.toHexString()}/appointments?q=Cruz`);
    assert.match(tab.text, /Book for somebody called “Cruz”/);
    const attendance = await open(`${home}/attendance?q=Cruz`);
    assert.equal(totalOf(attendance.text), cruz);
    const families = await open(`${home}/families?q=Cruz`);
    for (const { queries } of [list, everybody, tab, attendance, families])
      assert.ok(queries <= MOST_QUERIES, String(queries));
  });

  it('screens about all of its families ask no more', async () => {
    const [home, report] = [`/events/${event._id.toHexString()}`, `/reports/${event._id.toHexString()}`];
    for (const page of [
      ...[`${home}/families`, `${home}/families?q=Cruz`, `${home}/letters`, `${home}/mailings/new`],
      ...[`${home}/announce`, `${report}/families`, `${report}/unbooked`, `${report}/unbooked?q=Cruz`],
    ]) {
      const { queries } = await open(page);
      assert.ok(queries <= MOST_QUERIES, `${page}: ${String(queries)}`);
    }
  });

  it('each appointment is on paper once, in few queries', async () => {
    const living = await Appointment.countDocuments({
      event: event._id,
      state: { $in: ['booked', 'problem'] },
    });
    for (const name of ['appointments', 'families', 'schedule', 'rooms']) {
      const page = await open(`/reports/${event._id.toHexString()}/${name}/print`);
      assert.equal(page.text.match(/>(Booked|Problem)</g)?.length, living, name);
      assert.ok(page.queries <= 30, `${name}: ${String(page.queries)}`);
    }
  });
});
