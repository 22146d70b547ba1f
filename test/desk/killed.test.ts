import assert from 'node:assert/strict';
import type { Request, Response } from 'express';
import { Types } from 'mongoose';
import { followSource } from '../../server/audit/follow-source.js';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { confirmAppointment } from '../../server/booking/confirm-appointment.js';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { holdSlot } from '../../server/booking/hold-slot.js';
import { ensureFamily } from '../../server/desk/ensure-family.js';
import { moveAppointment } from '../../server/desk/serve-move.js';
import type { SeenEvent } from '../../server/desk/find-meeting.js';
import { Appointment, LIVING_STATES } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Claim } from '../../server/models/claim.js';
import { Diary } from '../../server/models/diary.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { coveredMinutes, Slot } from '../../server/models/slot.js';
import type { SlotMoveItem } from '../../server/models/slot-move.js';
import { lockSlot } from '../../server/moves/lock-moved.js';
import { applyFix } from '../../server/overview/apply-fix.js';
import { planFixes, type FixKind } from '../../server/overview/plan-fixes.js';
import { readTeacher } from '../../server/overview/read-teacher.js';
import { changeMany } from '../../server/slots/bulk/change-many.js';
import type { BulkChange } from '../../server/slots/bulk/schema.js';
import { finishLayouts, unlockLeft } from '../../server/slots/unlock-left.js';
import type { Actor } from '../../server/web/actor.js';
import { EVE, findDoubles, heldBy } from '../support/booking/conference.js';
import { FrontDesk } from '../support/booking/front-desk.js';
import { interleave } from '../support/booking/interleave.js';

const going = new AbortController().signal;
const MINUTE = 60_000;

/** One more than the most that any of them takes. */
const MOST_STEPS = 90;

/**
 * Does something again and again, as the same click, while the process dies a few steps on each time, until it gets through.
 * @param begin after how many steps it dies first
 */
async function untilDone(begin: number, stride: number, run: () => Promise<void>): Promise<number> {
  const end = { isDone: false };
  for (let steps = begin; steps < MOST_STEPS; steps += stride) {
    const once = async () => {
      await run();
      end.isDone = true;
    };
    await interleave([{ name: 'process', dieAfter: steps, run: once }], () => 0);
    if (end.isDone) return steps;
  }
  throw new Error('it never got through');
}

describe('staff’s clicks, killed between two writes and repeated', () => {
  let front: FrontDesk;
  let now: Date;
  let event: SeenEvent;
  let actor: Actor;

  async function open(slots = 3, students = 2): Promise<void> {
    front = await FrontDesk.open({ students, slots });
    setNow(EVE);
    event = Object.assign({ sight: {} }, front.fair.event) as unknown as SeenEvent;
    actor = { account: front.fair.account._id, user: new Types.ObjectId() } as Actor;
  }
  function setNow(at: Date): void {
    now = at;
    front.desk.test.setNow(at);
  }
  const deps = () => front.desk.test.deps;

  /** The jobs that finish what dead processes left. */
  async function clean(): Promise<void> {
    for (let turn = 0; turn < 2; turn += 1) {
      setNow(new Date(+now + 20 * MINUTE));
      await expireHolds(deps(), going);
      await unlockLeft(deps());
    }
  }

  async function assertSound(living: number): Promise<void> {
    assert.deepEqual(await findDoubles(front.fair), []);
    const all = await Appointment.find().lean();
    const booked = all.filter(({ state }) => LIVING_STATES.includes(state));
    assert.equal(booked.length, living);
    assert.ok(!all.some(({ state, unfinished }) => state === 'pending' || unfinished));
    const held = (await Promise.all(booked.map(({ _id }) => heldBy(_id)))).flat();
    assert.equal(await Claim.countDocuments({ appointment: { $nin: booked.map(({ _id }) => _id) } }), 0);
    assert.equal((await Diary.find().lean()).flatMap(({ busy }) => busy).length, living * 2);
    assert.equal(held.filter((name) => name.startsWith('slot:')).length, living);
    for (const { targets, action } of await AuditEntry.find({ action: /appointment/ }).lean())
      assert.equal(await AuditEntry.countDocuments({ action, targets: targets[0] }), 1, action);
  }

  for (const begin of [1, 2, 4])
    it(`book, move and cancel for a family of the roster, dying first after ${String(begin)} steps: each is done once and told once`, async () => {
      await open();
      const guardian = await front.guardianOf(0);
      const child = front.fair.students[0]!;
      const key = new Types.ObjectId().toHexString();
      const told = async () =>
        (await Notification.find().sort({ createdAt: 1 }).lean()).map(({ kind }) => kind);
      let household: Types.ObjectId | undefined;
      const by = { event, user: actor.user, by: 'school' as const };
      const override = { rules: ['day limit' as const], reason: 'Asked', by: actor.user, at: EVE };
      const book = async () => {
        household = await ensureFamily(deps(), actor, child, `c${String(guardian._id)}`);
        assert.ok(household);
        const wish = { ...by, slot: front.slot(0, 0)._id, students: [child._id], household, key, override };
        const held = await holdSlot(deps(), wish);
        assert.ok(held.ok, JSON.stringify(held));
        const asked = { ...by, appointment: held.appointment._id, household, note: 'Called' };
        assert.ok((await confirmAppointment(deps(), asked)).ok);
      };
      const died = await untilDone(begin, 3, book);
      assert.ok(died > begin + 3, 'it died on the way');
      await clean();
      await assertSound(1);
      assert.equal(await Household.countDocuments({ keptFor: guardian._id }), 1);
      assert.deepEqual(await told(), ['appointment booked']);

      const old = await Appointment.findOne({ state: 'booked' }).orFail().lean();
      assert.deepEqual([old.note, old.override?.reason], ['Called', 'Asked']);
      const click = new Types.ObjectId().toHexString();
      await untilDone(begin, 3, async () => {
        const moved = await moveAppointment(deps(), event, old, {
          slot: front.slot(0, 2)._id,
          key: click,
          user: actor.user,
        });
        assert.ok(moved.ok, JSON.stringify(moved));
      });
      await clean();
      await assertSound(1);
      const after = await Appointment.findOne({ state: 'booked' }).orFail().lean();
      assert.deepEqual([after.slot, after.note], [front.slot(0, 2)._id, 'Called']);
      assert.deepEqual(await told(), ['appointment booked', 'appointment changed']);

      await untilDone(begin, 3, async () => {
        const cancel = { appointment: after, by: 'school' as const, actor, notice: 'Ill' };
        assert.ok((await cancelAppointment(deps(), cancel)).ok);
      });
      await clean();
      await assertSound(0);
      assert.deepEqual(await told(), ['appointment booked', 'appointment changed', 'appointment cancelled']);
    });

  const placed = () => Object.assign({ locale: 'en-US' }, front.fair.event);
  const timesOf = async () =>
    (await readTeacher(placed(), front.fair.teachers[0]!.resource._id, now)) ?? assert.fail('no teacher');
  const ownSlots = () =>
    Slot.find({ resource: front.fair.teachers[0]!.resource._id }).sort({ from: 1 }).lean();

  async function fix(kind: FixKind): Promise<void> {
    const fixes = await planFixes(placed(), await timesOf(), now);
    // Where the same one is not offered anymore, the office takes what is; none, where the first click got through before its process died.
    const chosen = fixes.find((one) => one.kind === kind) ?? fixes[0];
    if (chosen) await applyFix(actor, placed(), chosen, now);
  }

  for (const kind of ['after', 'before', 'seats'] as const satisfies FixKind[])
    it(`the forecast’s fix “${kind}” leaves no slot closed and none half made, and can be repeated`, async () => {
      for (const begin of [1, 2, 3, 5, 7]) {
        // More children than times.
        await open(3, 7);
        await Slot.updateMany({}, { $set: { capacity: 1 } });
        const before = await Slot.find().sort({ resource: 1, from: 1 }).lean();
        await interleave([{ name: 'process', dieAfter: begin + READS, run: () => fix(kind) }], () => 0);
        await clean();
        const own = await ownSlots();
        assert.ok(
          own.every(({ state }) => state === 'visible'),
          `closed after ${String(begin)}`,
        );
        assert.ok(
          own.every(({ to }, n) => !own[n + 1] || to <= own[n + 1]!.from),
          'none overlaps',
        );
        assert.ok((await timesOf()).free >= 3, 'nothing is lost');
        await fix(kind);
        assert.ok((await timesOf()).free > 3);
        const others = await Slot.find({ resource: { $ne: own[0]!.resource } })
          .sort({ resource: 1, from: 1 })
          .lean();
        assert.deepEqual(
          others,
          before.filter((slot) => !slot.resource.equals(own[0]!.resource)),
        );
        assert.equal(await Slot.countDocuments({ locked: { $exists: true } }), 0);
      }
    });

  for (const way of ['by the job', 'by the same click'] as const)
    it(`slots that are made shorter or longer are as they were, or all as decided, after a death at each step: finished ${way}`, async () => {
      for (const isLonger of [false, true]) {
        const run = async () => {
          const slots = await ownSlots();
          if (isLonger) await changeMany(actor, placed(), slots, { ...NO_CHANGE, minutes: 20 }, now);
          else await fix('shorten');
        };
        const begin = async () => {
          await open(6, 7);
          await Slot.updateMany({}, { $set: { capacity: 1 } });
          return (await ownSlots()).map(spanOf);
        };
        const before = await begin();
        await run();
        const decided = (await ownSlots()).map(spanOf);
        assert.notDeepEqual(decided, before);
        let died = 0;
        const ends: number[] = [];
        for (let steps = READS; ; steps += 1) {
          await begin();
          const click = () => run().then(() => void ends.push(steps));
          await interleave([{ name: 'process', dieAfter: steps, run: click }], () => 0);
          if (way === 'by the job') await clean();
          else {
            setNow(new Date(+now + MINUTE));
            await finishLayouts(placed(), now);
          }
          const own = await ownSlots();
          const at = `${isLonger ? 'longer' : 'shorter'} after ${String(steps)}`;
          const isBegun = own.length !== before.length || spanOf(own[0]!)[1] !== before[0]![1];
          assert.deepEqual(own.map(spanOf), isBegun ? decided : before, at);
          const entries = () => AuditEntry.countDocuments({ action: 'change many slots' });
          assert.equal(await entries(), isBegun ? 1 : 0, at);
          assert.ok(
            own.every(({ state, locked }) => state === 'visible' && !locked),
            at,
          );
          if (way === 'by the same click' && !isBegun) {
            await run();
            assert.deepEqual((await ownSlots()).map(spanOf), decided, at);
            assert.equal(await entries(), 1, at);
          }
          if (ends.length > 0) break;
          if (isBegun) died += 1;
        }
        assert.ok(died > 3, 'it died on the way');
      }
    });

  it('after a death at each step, slots in no row get what was decided too, and the audit says who did what to how many', async () => {
    const begin = async () => {
      await open(6, 7);
      const [fifth, sixth] = (await ownSlots()).slice(4);
      await Slot.deleteOne({ _id: sixth!._id });
      const long = { from: fifth!.from, to: sixth!.to };
      await Slot.updateOne({ _id: fifth!._id }, { $set: { ...long, minutes: coveredMinutes(long) } });
    };
    const run = async () => {
      const change = { ...NO_CHANGE, minutes: 20, kind: 'video' as const, room: 'Gym' };
      await changeMany(actor, placed(), await ownSlots(), change, now);
    };
    const entryOf = async () => {
      const [entry, ...more] = await AuditEntry.find({ action: 'change many slots' }).lean();
      assert.deepEqual(more, []);
      if (!entry) return undefined;
      const { user, detail, changes, from } = entry;
      assert.deepEqual([user, from], [actor.user, undefined]);
      const fields = ({ field }: { field: string }) => field.replace(/\..*/, '');
      return { detail, changes: changes?.map((one) => ({ ...one, field: fields(one) })) };
    };
    await begin();
    await run();
    const decided = await entryOf();
    const { slots, changed, removed, made, left } = decided!.detail;
    assert.deepEqual([slots, changed, removed, made, left], [5, 3, 2, 0, 0]);
    let died = 0;
    for (let steps = 1; ; steps += 1) {
      await begin();
      const end = { isDone: false };
      const click = () => run().then(() => void (end.isDone = true));
      await interleave([{ name: 'process', dieAfter: steps, run: click }], () => 0);
      setNow(new Date(+now + MINUTE));
      // Another person's click, from elsewhere.
      await new Promise<void>((resolve, reject) => {
        const then = () => void finishLayouts(placed(), now).then(resolve, reject);
        followSource({ ip: '192.0.2.7' } as Request, {} as Response, then);
      });
      const own = await ownSlots();
      const isBegun = own.length === 3;
      if (!isBegun) assert.equal(own.length, 5, String(steps));
      if (isBegun) assert.deepEqual(await entryOf(), decided, String(steps));
      else assert.equal(await entryOf(), undefined);
      const kinds = own.map(({ kind }) => kind);
      assert.deepEqual(new Set(kinds), new Set([isBegun ? 'video' : 'in person']), String(steps));
      if (end.isDone) break;
      if (isBegun) died += 1;
    }
    assert.ok(died > 3, 'it died on the way');
  });

  it('a new slot that the office removed after the death is not made again', async () => {
    for (let steps = READS; ; steps += 1) {
      await open(6, 7);
      const run = async () => {
        await changeMany(actor, placed(), await ownSlots(), { ...NO_CHANGE, minutes: 5 }, now);
      };
      await interleave([{ name: 'process', dieAfter: steps, run }], () => 0);
      if (!(await Slot.exists({ 'locked.layout.made': 6 }))) continue;
      const last = (await ownSlots()).at(-1)!;
      await Slot.deleteOne({ _id: last._id });
      await finishLayouts(placed(), now);
      assert.equal((await ownSlots()).length, 11);
      const entry = await AuditEntry.findOne({ action: 'change many slots' }).orFail().lean();
      assert.deepEqual([entry.detail.made, entry.detail.changed], [6, 6]);
      break;
    }
  });

  it('a change that can’t be finished holds up neither others nor what was locked', async () => {
    await open(6, 7);
    const [broken, other, locked] = await ownSlots();
    const at = new Date(+now - 10 * MINUTE);
    const lock = (slot: Slot | undefined, layout?: object) =>
      Slot.collection.updateOne(
        { _id: slot!._id },
        {
          $set: {
            state: 'unavailable',
            locked: { was: 'visible', at, by: new Types.ObjectId(), ...(layout ? { layout } : {}) },
          },
        },
      );
    await lock(broken, { times: [] });
    await lock(locked);
    const { _id, from, to } = other!;
    await lock(other, {
      ...{ slots: [{ _id, from, to }], times: [{ from, to: new Date(+to - 5 * MINUTE) }], set: {} },
      audit: { at, detail: { slots: 1 } },
    });
    await assert.rejects(unlockLeft(deps()), TypeError);
    const states = (await ownSlots()).map((slot) => slot.state);
    assert.deepEqual(states.slice(0, 3), ['unavailable', 'visible', 'visible']);
    assert.equal(spanOf((await ownSlots())[1]!)[1], spanOf(other!)[1] - 5);
    await finishLayouts(placed(), now);
    // A move leaves its row alone too, so that it can still be finished.
    const item = { _id: new Types.ObjectId(), slot: broken!._id, account: actor.account, event: event._id };
    assert.equal(await lockSlot(deps(), item as SlotMoveItem, broken!), undefined);
    assert.ok(await Slot.exists({ _id: broken!._id, 'locked.layout': { $exists: true } }));
  });
});

/** What reading the teacher and planning take, at most. */
const READS = 6;

const NO_CHANGE: BulkChange = {
  ...{ ids: [], resources: [], day: '', print: '', sure: true },
  ...{ kind: '', state: '', message: '', room: '' },
};

const spanOf = ({ from, to }: Slot): [from: number, to: number] => [+from / MINUTE, +to / MINUTE];
