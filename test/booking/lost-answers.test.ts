import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { makeUser } from '../support/app.js';
import { startFaultyProxy, writeOf, type FaultyProxy } from '../support/faulty-proxy.js';
import { emptyDatabase, testDatabaseUri } from '../support/hooks.js';
import { makeSessions, type LoggedIn } from '../../server/scratch/make-sessions.js';
import { AppProcesses, SECRET, type AppProcess } from '../support/booking/app-processes.js';
import { EVE, makeConference, makeHousehold, type Conference } from '../support/booking/conference.js';
import { until } from '../support/database/scratch.js';
import { seededRandom } from '../support/seed.js';

/** Of the messages between app and database, so many of a hundred are lost or break off. */
const FAULTS = 4;
const ROUNDS = 8;
/** Far over the promised 3 s, for a machine that is busy: what hangs takes longer. */
const HANGS_MS = 15_000;

describe('booking while answers of the database are lost', () => {
  const processes = new AppProcesses();
  let proxy: FaultyProxy;
  let fair: Conference;
  let app: AppProcess;
  let parent: LoggedIn;

  before(async () => {
    await emptyDatabase();
    fair = await makeConference({ slots: ROUNDS });
    const user = await makeUser(fair.account._id, 'customer');
    await makeHousehold(fair.account._id, fair.students.slice(0, 1), user._id);
    [parent] = (await makeSessions([user], SECRET, EVE)) as [LoggedIn];
    proxy = await startFaultyProxy(testDatabaseUri());
    app = await processes.start({ mongodbUri: proxy.uri });
  });
  beforeEach(async () => {
    // Connections that wait for an answer which was lost are gone.
    proxy.cut();
    await heal();
    await Appointment.deleteMany({});
  });
  after(async () => {
    await processes.stopAll();
    await proxy.close();
  });

  /** The database is reached again, and nothing is lost any more. */
  async function heal(): Promise<void> {
    proxy.decide = () => 'pass';
    await until(async () => (await fetch(`${app.origin}/readyz`)).ok);
  }

  const home = (): string => `/e/${fair.event.link}`;
  const times = (): string =>
    `${home()}/times/${String(fair.teachers[0]!.resource._id)}?student=${String(fair.students[0]!._id)}`;

  /** Answers with 503 or what was asked for, before long. */
  async function within(answer: Promise<Response>): Promise<{ status: number; to: string; text: string }> {
    let timer: NodeJS.Timeout | undefined;
    const hangs = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('the request hangs')), HANGS_MS);
    });
    try {
      const got = await Promise.race([answer, hangs]);
      const text = await got.text();
      assert.notEqual(got.status, 500, text);
      if (got.status === 503) assert.match(text, /can’t reach its database/);
      return { status: got.status, to: got.headers.get('location') ?? '', text };
    } finally {
      clearTimeout(timer);
    }
  }

  /** What is answered where nothing is lost any more: a connection that broke before may still cost one request. */
  async function steady<T extends { status: number }>(ask: () => Promise<T>): Promise<T> {
    let got: T | undefined;
    await until(async () => (got = await ask()).status !== 503);
    assert.ok(got);
    return got;
  }

  const open = (path: string) => steady(() => within(app.ask(parent, path)));

  /** Asked again with the same key, it is the same hold. */
  async function hold(slot: number, key = new Types.ObjectId().toHexString()) {
    await within(app.ask(parent, times()));
    const fields = {
      student: String(fair.students[0]!._id),
      key,
      slot: String(fair.teachers[0]!.slots[slot]!._id),
    };
    return within(app.ask(parent, `${home()}/appointments`, fields));
  }

  const steadyHold = (slot: number) => {
    const key = new Types.ObjectId().toHexString();
    return steady(() => hold(slot, key));
  };

  it('never fails otherwise than by saying so, and books once what it says it booked', async () => {
    const random = seededRandom();
    const faulty: FaultyProxy['decide'] = (way) => {
      const lot = random() * 100;
      if (lot > FAULTS) return 'pass';
      return way === 'answer' && lot < FAULTS / 2 ? 'swallow' : 'cut';
    };
    let lost = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await heal();
      // The first hold never knows how it ended, whatever else is lost by chance.
      if (round === 0) proxy.lose([{ of: writeOf('appointment'), nth: 1, way: 'answer', fate: 'swallow' }]);
      else proxy.decide = faulty;
      const held = await hold(round);
      // Also where it was refused: that has a page of its own.
      if (held.status !== 303 || !held.to.includes('/appointments/')) {
        lost++;
        continue;
      }
      const confirmed = await within(app.ask(parent, `${held.to}/confirm`, { note: '' }));
      const shown = await within(app.ask(parent, held.to));
      lost += Number(confirmed.status === 503) + Number(shown.status === 503);
      // The hold was over by then. Another one is offered, or the refusal said, and nothing is booked.
      if (confirmed.status === 303 && confirmed.to !== held.to) {
        lost++;
        assert.equal(await Appointment.countDocuments({ state: 'booked' }), 0);
        continue;
      }
      await heal();
      if (confirmed.status === 303) assert.match((await open(held.to)).text, /Your meeting is booked/);
      else assert.equal(confirmed.status, 503);
      await steady(() => within(app.ask(parent, `${held.to}/confirm`, { note: '' })));
      const [id = ''] = held.to.split('/').slice(-1);
      assert.equal((await Appointment.findById(id).lean())?.state, 'booked');
      assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
      await steady(() => within(app.ask(parent, `${held.to}/cancel`, {})));
    }
    assert.ok(lost > 0);
  });

  it('says of a confirmation whose answer was lost that it may stand, and leads to the page that shows it', async () => {
    const held = await steadyHold(0);
    assert.equal(held.status, 303, held.text);
    // The one update that books is made, and its answer is lost.
    let isBooking = false;
    proxy.decide = (way, message) => {
      isBooking ||= way === 'question' && message.includes('findAndModify') && message.includes('bookedAt');
      return isBooking && way === 'answer' ? 'swallow' : 'pass';
    };
    const confirmed = await within(app.ask(parent, `${held.to}/confirm`, { note: '' }));
    await heal();
    assert.equal(confirmed.status, 503, `${held.to} leads to ${confirmed.to}`);
    assert.match(confirmed.text, /don’t know whether what you sent was saved/);
    assert.ok(confirmed.text.includes(`href="${held.to}"`), confirmed.text);
    assert.match((await open(held.to)).text, /Your meeting is booked/);
  });

  it('says so of a confirmation of which that one answer alone is lost, while the database answers everybody else', async () => {
    const held = await steadyHold(1);
    assert.equal(held.status, 303, held.text);
    let lost: number | undefined;
    let others = 0;
    proxy.decide = (way, message) => {
      const [number, answered] = [message.readInt32LE(4), message.readInt32LE(8)];
      if (way === 'question' && message.includes('findAndModify') && message.includes('bookedAt'))
        lost ??= number;
      if (way === 'question' || lost === undefined) return 'pass';
      others += Number(answered !== lost);
      return answered === lost ? 'swallow' : 'pass';
    };
    const confirmed = await within(app.ask(parent, `${held.to}/confirm`, { note: '' }));
    assert.ok(others > 0, 'the database answered nobody');
    assert.equal(confirmed.status, 503, `${held.to} leads to ${confirmed.to}`);
    assert.match(confirmed.text, /don’t know whether what you sent was saved/);
    assert.match((await open(held.to)).text, /Your meeting is booked/);
  });
});
