import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { HOLD_MS } from '../../server/booking/policy.js';
import { Appointment } from '../../server/models/appointment.js';
import { Claim } from '../../server/models/claim.js';
import { Diary } from '../../server/models/diary.js';
import { Notification } from '../../server/models/notification.js';
import { createTestApp, makeUser } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { makeSessions, type LoggedIn } from '../../server/scratch/make-sessions.js';
import type { Death } from '../support/booking/app-process.js';
import { AppProcesses, SECRET, type AppProcess } from '../support/booking/app-processes.js';
import {
  EVE,
  findDoubles,
  makeConference,
  makeHousehold,
  type Conference,
} from '../support/booking/conference.js';

/** A seat, and what the limits count: of child and teacher, also for the family alone, of child and class, of the family. */
const CLAIMS = 7;
const DIARIES = 2;

describe('an app process killed while a parent books', () => {
  const processes = new AppProcesses();
  let fair: Conference;
  let home: string;
  let survivor: AppProcess;
  let [kim, lou]: LoggedIn[] = [];

  beforeEach(async () => {
    await emptyDatabase();
    fair = await makeConference();
    home = `/e/${fair.event.link}`;
    const users = [0, 1].map(() => makeUser(fair.account._id, 'customer'));
    const people = await Promise.all(users);
    for (const [n, user] of people.entries())
      await makeHousehold(fair.account._id, fair.students.slice(n, n + 1), user._id);
    [kim, lou] = await makeSessions(people, SECRET, EVE);
  });
  before(async () => {
    survivor = await processes.start();
  });
  after(() => processes.stopAll());

  /** Clicks a time and confirms; undefined where the process dies on the way. */
  async function book(
    app: AppProcess,
    person: LoggedIn,
    child: number,
    key: string,
  ): Promise<number | undefined> {
    try {
      const held = await app.post(person, `${home}/appointments`, {
        slot: String(fair.teachers[0]!.slots[0]!._id),
        student: String(fair.students[child]!._id),
        key,
      });
      const path = held.headers.get('location') ?? '';
      // Refused.
      if (path.includes('/times/')) return 409;
      return (await app.post(person, `${path}/confirm`, { note: '' })).status;
    } catch {
      return undefined;
    }
  }

  const deaths: Death[] = [
    { at: 'appointment write', nth: 1, afterCall: true },
    { at: 'claim write', nth: 1, afterCall: true },
    { at: 'claim write', nth: 3, afterCall: false },
    { at: 'claim write', nth: 4, afterCall: true },
    { at: 'diary write', nth: 1, afterCall: true },
    { at: 'diary write', nth: 2, afterCall: true },
    { at: 'appointment findOneAndUpdate', nth: 1, afterCall: false },
    { at: 'appointment findOneAndUpdate', nth: 1, afterCall: true },
    { at: 'auditEntry write', nth: 1, afterCall: false },
    { at: 'notification write', nth: 1, afterCall: false },
    { at: 'notification write', nth: 1, afterCall: true },
  ];
  for (const death of deaths) {
    const { at, nth, afterCall } = death;
    it(`${afterCall ? 'after' : 'before'} ${at} ${String(nth)}: nothing is lost, stuck or double`, async () => {
      const app = await processes.start();
      await app.dieAt(death);
      const answer = await book(app, kim!, 0, new Types.ObjectId().toHexString());
      assert.equal(answer, undefined, 'the process died on the way');
      const booked = await Appointment.findOne({ state: 'booked' }).lean();

      const deps = { ...createTestApp().deps, now: () => new Date(processes.now().getTime() + HOLD_MS) };
      await expireHolds(deps, new AbortController().signal);

      assert.equal(await Appointment.countDocuments({ state: 'pending' }), 0);
      assert.equal(await Appointment.countDocuments({ unfinished: true }), 0);
      const living = booked ? 1 : 0;
      assert.equal(
        await Appointment.countDocuments({ state: 'booked' }),
        living,
        'what was booked stays booked',
      );
      assert.equal(await Claim.countDocuments(), living * CLAIMS);
      assert.equal((await Diary.find().lean()).flatMap((diary) => diary.busy).length, living * DIARIES);
      assert.equal(await Notification.countDocuments(), living, 'and is told by mail, once');

      const other = await book(survivor, lou!, 1, new Types.ObjectId().toHexString());
      assert.equal(other, booked ? 409 : 303);
      assert.deepEqual(await findDoubles(fair), []);
    });
  }
});
