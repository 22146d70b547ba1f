import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { User } from '../../server/models/user.js';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Notification } from '../../server/models/notification.js';
import { listCommands } from '../support/commands.js';
import { Desk } from '../support/booking/desk.js';
import { SECRET } from '../support/booking/app-processes.js';
import { EVE } from '../support/booking/conference.js';
import { makeSessions, type LoggedIn } from '../../server/scratch/make-sessions.js';

const MOST_TO_BOOK = 17;
const MOST_AT_ONCE = 9;
const MOST_TO_REFUSE = 6;
/** The page that the refused press leads to. */
const MOST_TO_EXPLAIN = 5;

/** Everything that a parent's request asks the database for: session, login, school, event, household, rules, claims, mail and audit. */
describe('what a booking costs, with nothing kept in memory', () => {
  let desk: Desk;
  let [kim, lou]: LoggedIn[] = [];
  let commands: string[];
  let origin: string;
  let close: () => void;

  beforeEach(async () => {
    desk = await Desk.open();
    const users = [(await desk.parentOf(0)).user, (await desk.parentOf(1)).user];
    // A login's language is noted at its first page, once.
    await User.updateMany({}, { language: 'en' });
    [kim, lou] = await makeSessions(users, SECRET, EVE);
    // A server that counts for each request what is asked on its behalf.
    const counted: RequestListener = (req, res) => {
      commands = listCommands(() => (desk.test.app as RequestListener)(req, res));
    };
    const server = createServer(counted).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    close = () => {
      server.closeAllConnections();
      server.close();
    };
  });
  afterEach(() => {
    close();
  });

  async function post(who: LoggedIn, path: string, fields: Record<string, string>, accept = 'text/html') {
    const answer = await fetch(`${origin}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: who.cookie, accept },
      body: new URLSearchParams({ _csrf: who.csrf, ...fields }),
    });
    return { status: answer.status, to: answer.headers.get('location') ?? '', text: await answer.text() };
  }

  async function get(who: LoggedIn, path: string) {
    const answer = await fetch(`${origin}${path}`, { headers: { cookie: who.cookie, accept: 'text/html' } });
    return answer.text();
  }

  const wish = (child: number, more: Record<string, string> = {}) => ({
    slot: String(desk.fair.teachers[0]!.slots[0]!._id),
    student: String(desk.fair.students[child]!._id),
    key: `key${String(child)}`,
    ...more,
  });

  function assertFew(all: string[], most: number): void {
    assert.ok(all.length <= most, `${String(all.length)} commands:\n${all.join('\n')}`);
  }

  it(`is at most ${String(MOST_TO_BOOK)} commands, on hold and confirmed, and a refusal at most ${String(MOST_TO_REFUSE)}`, async () => {
    const held = await post(kim!, `${desk.home}/appointments`, wish(0));
    assert.equal(held.status, 303, held.text);
    const toHold = commands;
    const confirmed = await post(kim!, `${held.to}/confirm`, { note: 'Hello' });
    assert.equal(confirmed.status, 303, confirmed.text);
    assertFew([...toHold, ...commands], MOST_TO_BOOK);
    const booked = await Appointment.findOne().orFail().lean();
    assert.deepEqual([booked.state, booked.unfinished, booked.note], ['booked', undefined, 'Hello']);
    assert.equal(await AuditEntry.countDocuments({ action: 'book appointment', targets: booked._id }), 1);
    assert.equal(await Notification.countDocuments({ kind: 'appointment booked' }), 1);

    const refused = await post(lou!, `${desk.home}/appointments`, wish(1));
    assert.match(refused.to, /\/times\//, refused.text);
    assertFew(commands, MOST_TO_REFUSE);
    const why = await get(lou!, refused.to);
    assert.match(why, /Somebody else is deciding on this time|Another family has this time/);
    assertFew(commands, MOST_TO_EXPLAIN);
  });

  it(`is at most ${String(MOST_TO_REFUSE)} commands for a refusal on the page that is shown`, async () => {
    await post(kim!, `${desk.home}/appointments`, wish(0, { now: '1' }));
    const refused = await post(lou!, `${desk.home}/appointments`, wish(1, { now: '1' }), 'application/json');
    assert.equal(refused.status, 409, refused.text);
    assertFew(commands, MOST_TO_REFUSE);
  });

  it(`is at most ${String(MOST_AT_ONCE)} commands by one press`, async () => {
    const booked = await post(kim!, `${desk.home}/appointments`, wish(0, { now: '1' }));
    assert.equal(booked.status, 303, booked.text);
    assertFew(commands, MOST_AT_ONCE);
    assert.equal((await Appointment.findOne().orFail().lean()).state, 'booked');
  });
});
