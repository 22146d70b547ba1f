import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Claim } from '../../server/models/claim.js';
import { Household } from '../../server/models/household.js';
import { User } from '../../server/models/user.js';
import { emptyDatabase } from '../support/hooks.js';
import { makeSessions, type LoggedIn } from '../../server/scratch/make-sessions.js';
import { AppProcesses, SECRET, type AppProcess } from '../support/booking/app-processes.js';
import { EVE, findDoubles, makeConference, type Conference } from '../support/booking/conference.js';

const PARENTS = 200;
/** So many are enough to show that a time would be sold twice. */
const FEW = 40;

/** As many parents with a child each, all logged in. */
async function makeParents(fair: Conference): Promise<LoggedIn[]> {
  const users = fair.students.map((_, n) => ({
    _id: new Types.ObjectId(),
    email: `parent-${String(n)}@example.org`,
    name: `Parent ${String(n)}`,
    emailProvenAt: EVE,
    grants: [{ account: fair.account._id, level: 'customer' as const }],
    createdAt: EVE,
  }));
  await User.insertMany(users);
  await Household.insertMany(
    fair.students.map((student, n) => ({
      account: fair.account._id,
      adults: [users[n]!._id],
      children: [{ student: student._id, adult: users[n]!._id, by: 'school', at: EVE }],
      createdAt: EVE,
    })),
  );
  return makeSessions(users, SECRET, EVE);
}

describe('200 parents after one slot, through two app processes', function () {
  const processes = new AppProcesses();
  let fair: Conference;
  let parents: LoggedIn[];
  let home: string;

  beforeEach(async () => {
    await emptyDatabase();
    fair = await makeConference({ students: PARENTS, teachers: 1, slots: 6 });
    parents = await makeParents(fair);
    home = `/e/${fair.event.link}`;
  });
  afterEach(() => processes.stopAll());

  /** Everybody clicks the same time at once, and whoever holds it confirms. */
  async function race(apps: AppProcess[], runners = parents) {
    const slot = String(fair.teachers[0]!.slots[2]!._id);
    return Promise.all(
      runners.map(async (parent, n) => {
        const app = apps[n % apps.length]!;
        const wish = {
          slot,
          student: String(fair.students[n]!._id),
          key: new Types.ObjectId().toHexString(),
        };
        const held = await app.post(parent, `${home}/appointments`, wish);
        const path = held.headers.get('location') ?? '';
        if (path.includes('/times/')) {
          const why = await app.get(parent, path);
          return { isHeld: false, confirmed: 0, text: await why.text() };
        }
        const confirmed = await app.post(parent, `${path}/confirm`, { note: '' });
        return { isHeld: true, confirmed: confirmed.status, text: await confirmed.text() };
      }),
    );
  }

  it('one gets it, all others hear that it is taken and what is free beside it', async () => {
    const answers = await race([await processes.start(), await processes.start()]);
    assert.equal(answers.filter((answer) => answer.isHeld).length, 1);
    assert.equal(answers.filter((answer) => answer.confirmed === 303).length, 1);
    const losers = answers.filter((answer) => !answer.isHeld);
    for (const { text } of losers) {
      assert.match(
        text,
        /(Somebody else is deciding on|Another family has) this time[\s\S]*The nearest free times of Mrs Lee/,
      );
      assert.ok((text.match(/class="time time-free"/g) ?? []).length >= 5);
    }
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
    assert.equal(await Claim.countDocuments({ _id: /^slot:/ }), 1);
    assert.deepEqual(await findDoubles(fair), []);
  });

  it('without claims it is sold many times over: the race is a real one', async () => {
    const off = { withoutClaims: true };
    const answers = await race(
      [await processes.start(off), await processes.start(off)],
      parents.slice(0, FEW),
    );
    assert.ok(answers.filter((answer) => answer.confirmed === 303).length > 1);
    assert.ok((await Appointment.countDocuments({ state: 'booked' })) > 1);
    assert.notDeepEqual(await findDoubles(fair), []);
  });
});
