import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { HOLD_MS } from '../../server/booking/policy.js';
import { Appointment } from '../../server/models/appointment.js';
import { Claim } from '../../server/models/claim.js';
import { Notification } from '../../server/models/notification.js';
import { Plan } from '../../server/models/plan.js';
import { finishPlans } from '../../server/planning/finish-plans.js';
import { createTestApp, makeUser } from '../support/app.js';
import type { Death } from '../support/booking/app-process.js';
import { AppProcesses, SECRET, type AppProcess } from '../support/booking/app-processes.js';
import {
  DAY,
  EVE,
  findDoubles,
  makeConference,
  makeHousehold,
  type Conference,
} from '../support/booking/conference.js';
import { emptyDatabase } from '../support/hooks.js';
import { makeSessions, type LoggedIn } from '../../server/scratch/make-sessions.js';

/** The first child’s meetings with all teachers. */
const MEETINGS = 3;

describe('an app process killed while a family plans', () => {
  const processes = new AppProcesses();
  let fair: Conference;
  let home: string;
  let survivor: AppProcess;
  let kim: LoggedIn;

  beforeEach(async () => {
    await emptyDatabase();
    fair = await makeConference({ students: 1, teachers: MEETINGS, slots: 5 });
    home = `/e/${fair.event.link}`;
    const user = await makeUser(fair.account._id, 'customer');
    await makeHousehold(fair.account._id, fair.students, user._id);
    [kim] = (await makeSessions([user], SECRET, EVE)) as [LoggedIn];
  });
  before(async () => {
    survivor = await processes.start();
  });
  after(() => processes.stopAll());

  /** The plan's address; undefined where the process dies on the way. */
  async function make(app: AppProcess): Promise<string | undefined> {
    const student = String(fair.students[0]!._id);
    const wish = fair.teachers.map(({ resource }) => `${student}:${String(resource._id)}`);
    const fields = { key: new Types.ObjectId().toHexString(), day: DAY, wish };
    const made = await app.post(kim, `${home}/plan`, fields).catch(() => undefined);
    return made?.headers.get('location') ?? undefined;
  }

  /** Whatever the jobs do when all holds are over. */
  async function tenMinutesLater(): Promise<void> {
    const deps = { ...createTestApp().deps, now: () => new Date(processes.now().getTime() + HOLD_MS) };
    const going = new AbortController().signal;
    await finishPlans(deps, going);
    await expireHolds(deps, going);
    assert.equal(await Appointment.countDocuments({ state: 'pending' }), 0);
    assert.equal(await Appointment.countDocuments({ unfinished: true }), 0);
  }

  const booking: [Death, boolean][] = [
    [{ at: 'plan updateOne', nth: 1, afterCall: false }, false],
    [{ at: 'plan updateOne', nth: 1, afterCall: true }, true],
    [{ at: 'appointment updateOne', nth: 1, afterCall: true }, true],
    [{ at: 'appointment updateOne', nth: 3, afterCall: false }, true],
    [{ at: 'notification save', nth: 1, afterCall: true }, true],
    [{ at: 'plan updateOne', nth: 2, afterCall: false }, true],
  ];
  for (const [death, isDecided] of booking)
    it(`${death.afterCall ? 'after' : 'before'} ${death.at} ${death.nth} of booking: ${isDecided ? 'all' : 'none'} of it is booked, and so the page says at once`, async () => {
      const path = (await make(survivor))!;
      const app = await processes.start();
      await app.dieAt(death);
      const answer = await app.post(kim, `${path}/book`, {}).catch(() => undefined);
      assert.equal(answer, undefined, 'the process died on the way');

      const page = await (await survivor.get(kim, home)).text();
      assert.equal(page.match(/Yours: /g)?.length ?? 0, isDecided ? MEETINGS : 0);
      await tenMinutesLater();
      const living = isDecided ? MEETINGS : 0;
      assert.equal(await Appointment.countDocuments({ state: 'booked' }), living);
      assert.equal(await Notification.countDocuments(), isDecided ? 1 : 0, 'told once');
      const holders = new Set((await Claim.find().lean()).map(({ appointment }) => String(appointment)));
      assert.equal(holders.size, living, 'nothing is taken by anybody else');
      assert.deepEqual(await findDoubles(fair), []);
      assert.equal(await Plan.countDocuments({ state: 'booking' }), 0);
    });

  for (const death of [
    { at: 'plan save', nth: 1, afterCall: true },
    { at: 'appointment write', nth: 1, afterCall: true },
    { at: 'claim write', nth: 2, afterCall: true },
    { at: 'plan findOneAndUpdate', nth: 2, afterCall: false },
  ])
    it(`${death.afterCall ? 'after' : 'before'} ${death.at} ${death.nth} of making a plan: another one is made at once, and nothing stays on hold`, async () => {
      const app = await processes.start();
      await app.dieAt(death);
      assert.equal(await make(app), undefined, 'the process died on the way');
      const path = (await make(survivor))!;
      assert.match(await (await survivor.get(kim, path)).text(), /Meetings: 3 of 3/);
      assert.equal((await survivor.post(kim, `${path}/book`, {})).status, 303);
      await tenMinutesLater();
      assert.equal(await Appointment.countDocuments({ state: 'booked' }), MEETINGS);
      assert.deepEqual(await findDoubles(fair), []);
    });
});
