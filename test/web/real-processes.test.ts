import assert from 'node:assert/strict';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { Types } from 'mongoose';
import { databaseReady } from '../../server/database/connect.js';
import { Appointment } from '../../server/models/appointment.js';
import { Event } from '../../server/models/event.js';
import { Slot } from '../../server/models/slot.js';
import { SECRET } from '../support/booking/app-processes.js';
import { EVE, makeConference, makeHousehold, type Conference } from '../support/booking/conference.js';
import { until } from '../support/database/scratch.js';
import { makeUser } from '../support/app.js';
import { emptyDatabase, enginePid } from '../support/hooks.js';
import { makeSessions, type LoggedIn } from '../../server/scratch/make-sessions.js';
import { send, Served, type Answer } from '../support/web/served.js';

const PARENTS = 8;
/** A parent looks at each page for so long: without it they would keep both cores busy for as long as a process starts. */
const LOOK_MS = 150;
const RESTARTS = 4;
const DEATHS = 3;

/** Parents who book, look, and cancel, again and again, each with a teacher of their own. */
class Parents {
  readonly booked = new Set<string>();
  readonly cancelled = new Set<string>();
  /** What a family must never see. */
  readonly wrong: string[] = [];
  readonly sorry: string[] = [];
  sent = 0;
  #isOver = false;
  #all: Promise<unknown> = Promise.resolve();

  constructor(
    readonly fair: Conference,
    readonly backends: Served[],
  ) {}

  async start(): Promise<void> {
    const users = await Promise.all(
      this.fair.students.map(() => makeUser(this.fair.account._id, 'customer')),
    );
    for (const [n, user] of users.entries())
      await makeHousehold(this.fair.account._id, [this.fair.students[n]!], user._id);
    const sessions = await makeSessions(users, SECRET, new Date());
    this.#all = Promise.all(sessions.map((parent, n) => this.#bookOnAndOn(parent, n)));
  }

  /** Lets everybody end what they began. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#all;
  }

  /** What was answered by 503 and isn't the page of a database that is away, or so busy that it counts as away, and of what may have landed. */
  findRude(): string[] {
    return this.sorry.filter(
      (text) => !/wasn’t saved|don’t know whether|Nothing that was saved is lost/.test(text),
    );
  }

  async #ask(parent: LoggedIn, address: string, fields?: Record<string, string>): Promise<Answer> {
    try {
      const answer = await send(this.backends, this.sent++, parent, address, fields);
      if (answer.status === 503) this.sorry.push(answer.text);
      else if (![200, 303, 409].includes(answer.status)) this.wrong.push(String(answer.status));
      return answer;
    } catch (error) {
      this.wrong.push(`${fields ? 'POST' : 'GET'} ${String(error)}`);
      return { status: 0, to: '', text: '' };
    } finally {
      await delay(LOOK_MS);
      // A connection that was closed while this process had no turn is known as closed before the next request is sent.
      await nextTurn();
    }
  }

  /** Asks again, as the page of a 503 says, until something else is answered: else the parent would have a meeting for good that may be the only one. */
  async #insist(parent: LoggedIn, address: string, fields: Record<string, string>): Promise<Answer> {
    for (;;) {
      const answer = await this.#ask(parent, address, fields);
      if (answer.status !== 503 || this.#isOver) return answer;
    }
  }

  async #bookOnAndOn(parent: LoggedIn, n: number): Promise<void> {
    const home = `/e/${this.fair.event.link}`;
    const { slots } = this.fair.teachers[n]!;
    for (let round = 0; !this.#isOver; round++) {
      const held = await this.#insist(parent, `${home}/appointments`, {
        student: String(this.fair.students[n]!._id),
        key: new Types.ObjectId().toHexString(),
        slot: String(slots[round % slots.length]!._id),
      });
      // A refusal leads elsewhere.
      if (held.status !== 303 || !held.to.includes('/appointments/')) continue;
      const id = held.to.split('/').at(-1) ?? '';
      const confirmed = await this.#insist(parent, `${held.to}/confirm`, { note: '' });
      if (confirmed.status === 303) this.booked.add(id);
      await this.#ask(parent, held.to);
      const cancelled = await this.#insist(parent, `${held.to}/cancel`, {});
      if (cancelled.status === 303) this.cancelled.add(id);
    }
  }
}

const DAY_MS = 24 * 3600_000;

/** Real processes go by the real time. */
async function putIntoFuture({ event }: Conference): Promise<void> {
  const later = DAY_MS * Math.ceil((Date.now() - EVE.getTime()) / DAY_MS);
  const days = event.days.map((day) => new Date(Date.parse(day) + later).toISOString().slice(0, 10));
  await Event.updateOne(
    { _id: event._id },
    { $set: { days, 'booking.closesAt': new Date(Date.now() + 7 * DAY_MS) } },
  );
  const moved = { from: { $add: ['$from', later] }, to: { $add: ['$to', later] } };
  await Slot.collection.updateMany({ event: event._id }, [{ $set: moved }]);
}

describe('real processes, with parents who book', () => {
  const backends: Served[] = [];
  let parents: Parents;

  beforeEach(async () => {
    await emptyDatabase();
    const fair = await makeConference({ students: PARENTS, teachers: PARENTS, slots: 24 });
    await putIntoFuture(fair);
    // Compiles first where a source is newer.
    backends.push(await Served.start());
    parents = new Parents(fair, backends);
  });
  afterEach(async () => {
    // Also where a test broke off: parents who find nobody would ask on and on.
    const over = parents.stop();
    await Promise.all(backends.map((served) => served.end('SIGKILL')));
    await over;
    backends.splice(0);
  });

  const isAllKept = async (): Promise<void> => {
    const kept = await Appointment.find({ bookedAt: { $exists: true } }, { state: 1 }).lean();
    const states = new Map(kept.map(({ _id, state }) => [_id.toHexString(), state]));
    assert.deepEqual(
      [...parents.booked].filter((id) => !states.has(id)),
      [],
      'told as booked, and not so',
    );
    const living = [...parents.cancelled].filter((id) => states.get(id) === 'booked');
    assert.deepEqual(living, [], 'told as canceled, and not so');
  };

  it('restarted one after the other behind a proxy that keeps connections: none is lost and none reset', async () => {
    backends.push(await Served.start());
    await parents.start();
    for (let restart = 0; restart < RESTARTS; restart++) {
      const enough = parents.sent + 60;
      await until(() => parents.sent >= enough || parents.wrong.length > 0);
      assert.equal(await backends[restart % 2]!.end(), 0);
      backends[restart % 2] = await Served.start();
    }
    await parents.stop();
    assert.deepEqual([parents.wrong, parents.findRude()], [[], []]);
    assert.ok(parents.booked.size > RESTARTS, String(parents.booked.size));
    await isAllKept();
  });

  it('whose database dies again and again: 503 with a page that says what may have landed, and nothing else', async function () {
    if ((await enginePid()) === undefined) {
      process.stdout.write('      skipped: needs the embedded engine\n');
      this.skip();
    }
    await parents.start();
    for (let death = 0; death < DEATHS; death++) {
      const enough = parents.booked.size + 10;
      await until(() => parents.booked.size >= enough || parents.wrong.length > 0);
      const killed = (await enginePid())!;
      process.kill(killed, 'SIGKILL');
      await until(async () => (await enginePid().catch(() => killed)) !== killed);
      await until(databaseReady);
    }
    const enough = parents.booked.size + 10;
    await until(() => parents.booked.size >= enough || parents.wrong.length > 0);
    await parents.stop();
    assert.deepEqual(parents.wrong, []);
    assert.deepEqual(parents.findRude(), []);
    await isAllKept();
  });
});
