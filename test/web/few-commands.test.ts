import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import express from 'express';
import { createApp } from '../../server/app.js';
import { Event } from '../../server/models/event.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { User } from '../../server/models/user.js';
import { REPORTS } from '../../server/reports/list-reports.js';
import { fillSchool } from '../bench/fill-school.js';
import { createTestApp, makeUser } from '../support/app.js';
import { listCommands } from '../support/commands.js';
import { makeEvent } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';
import { fill } from '../support/permissions/addresses.js';
import { makeDistrict, makePlace, type Place } from '../support/permissions/place.js';
import { Visits } from '../support/permissions/visits.js';
import { listRoutes } from '../support/routes.js';

const NOW = new Date('2026-11-23T18:00:00Z');
const LATER = new Date('2027-11-23T18:00:00Z');
const MOST = 12;

/** Anybody's, a parent's, a file, a picture, or a stream of progress. */
const NO_STAFF_PAGE =
  /^\/(healthz|readyz|assets|brand|setup$|login|forgot|password|prove|invitation|unsubscribe|logout|choose-school|my|e\/|$)|\/progress$|\.(csv|xlsx|ics|svg|png|txt)$/;

/** What a run holds, and what undoing it would do: each kind of its records is judged by itself, as the run will do it. */
const mostOf = (page: string) =>
  page.endsWith('/withheld')
    ? MOST_WITHHELD
    : page.endsWith('/undo')
      ? MOST_UNDONE
      : page.includes('/as/')
        ? MOST_OF_A_FAMILY
        : MOST;
const MOST_WITHHELD = 12;
const MOST_UNDONE = 17;
/** A family's own pages, shown to staff: beside what the family's page asks stands who looks, at whom, and that it is noted. */
const MOST_OF_A_FAMILY = 13;

/** A family's own page of planning, shown to staff: it looks at all teachers of all children. */
const OF_A_FAMILY = '/now/plan';

describe('a page of staff asks the database twelve times at most', () => {
  let place: Place;
  let visits: Visits;
  let teacher: User;
  let administrator: User;
  let pages: string[];
  let asked: string[] = [];

  before(async () => {
    await emptyDatabase();
    const test = createTestApp();
    test.setNow(NOW);
    const account = await makeDistrict('Qlittle');
    const made = await makeEvent(account, {
      days: ['2026-11-24', '2026-11-25'],
      booking: { opensAt: new Date('2026-11-01T00:00:00Z') },
      sync: { on: true, hour: 1, schools: [], terms: [], noTerm: true },
    });
    await fillSchool(
      made,
      { students: 90, teachers: 8, slots: 120, appointments: 60 },
      new Date('2026-11-02T06:00:00Z'),
    );
    place = await makePlace(account, 'Qlittle', { event: await Event.findById(made._id).orFail().lean() });
    await makePlace(account, 'Qbeside', { event: place.event, at: '17:30' });
    await holdSome(place);
    administrator = await makeUser(account, 'administrator');
    const { _id } = await makeUser(account, 'resource administrator', { event: made._id });
    await User.updateOne({ _id }, { $set: { 'grants.0.contact': place.teacher._id } });
    teacher = await User.findById(_id).orFail().lean();
    pages = addressesOf(place);
    const counted = express();
    counted.use((req, res) => {
      asked = listCommands(() => (test.app as RequestListener)(req, res));
    });
    visits = await Visits.open(counted, test.deps, [administrator, teacher]);
  });
  after(() => visits.close());

  /** Removals that wait for somebody: of the event's run, and of the account's. */
  async function holdSome({
    event: { _id: event, account },
    ids,
    teacher: { _id: left },
  }: Place): Promise<void> {
    const common = { account, state: 'withheld' as const, action: 'removed' as const, expiresAt: LATER };
    for (const [kind, target] of [
      ['class', ids.class],
      ['resource', ids.resource],
    ] as const)
      await RosterChange.create({ ...common, event, run: ids.run, kind, target, searchKey: kind });
    for (const [kind, target] of [
      ['teacher', left],
      ['guardian', ids.contact],
    ] as const)
      await RosterChange.create({ ...common, run: ids.refresh, kind, target, searchKey: kind });
  }

  /** Every page of the routes, each report and the lists searched. */
  function addressesOf(of: Place): string[] {
    const gets = listRoutes(createApp(createTestApp().deps)).filter(
      ({ method, path }) => method === 'GET' && !NO_STAFF_PAGE.test(path),
    );
    const paths = gets.flatMap(({ path }) =>
      path.includes(':report') ? REPORTS.map(({ name }) => path.replace(':report', name)) : [path],
    );
    return [...new Set(paths.map((path) => fill(path, of)))];
  }

  it('for the office and for a teacher', async () => {
    const faults: string[] = [];
    for (const user of [administrator, teacher])
      for (const page of pages) {
        const { status } = await visits.get(user, page);
        if (status >= 500) faults.push(`${page}: ${String(status)}`);
        // What is printed is noted in the audit.
        asked = asked.filter((command) => !command.startsWith('insert auditEntry'));
        if (asked.length > mostOf(page) && !page.endsWith(OF_A_FAMILY))
          faults.push(`${page}: ${String(asked.length)} commands\n    ${asked.join('\n    ')}`);
      }
    assert.equal(faults.length, 0, `\n${faults.join('\n')}`);
  });
});
