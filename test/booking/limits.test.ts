import assert from 'node:assert/strict';
import { Event } from '../../server/models/event.js';
import type { HoldRequest } from '../../server/booking/build-hold.js';
import type { Household } from '../../server/models/household.js';
import { Slot } from '../../server/models/slot.js';
import { createTestApp, type TestApp } from '../support/app.js';
import {
  bookSlot,
  EVE,
  makeConference,
  makeHousehold,
  wishOf,
  type Conference,
  type ConferenceOptions,
} from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';
import { emptyDatabase } from '../support/hooks.js';
import { asApp } from '../support/scans.js';

describe('limits for a student, and for a teacher and day', () => {
  let test: TestApp;
  let fair: Conference;
  let family: Household;

  async function set(options: ConferenceOptions = {}): Promise<void> {
    fair = await makeConference({ teachers: 4, slots: 5, ...options });
    family = await makeHousehold(fair.account._id, fair.students.slice(0, 1));
  }
  const slot = (teacher = 0, n = 0): Slot => fair.teachers[teacher]!.slots[n]!;
  const refusal = async (at: Slot, more: Partial<HoldRequest> = {}) => {
    const answer = await asApp(() => bookSlot(test.deps, wishOf(fair, family, at, more)));
    return answer.ok ? 'booked' : answer.reason;
  };
  const booked = async (at: Slot, more: Partial<HoldRequest> = {}) => {
    const answer = await asApp(() => bookSlot(test.deps, wishOf(fair, family, at, more)));
    assert.ok(answer.ok, answer.ok ? '' : answer.reason);
    return answer.appointment;
  };
  const rule = async (booking: Partial<Event['booking']>) => {
    for (const [name, value] of Object.entries(booking))
      await Event.updateOne({ _id: fair.event._id }, { $set: { [`booking.${name}`]: value } });
    fair.event = (await Event.findById(fair.event._id).lean())!;
  };

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(EVE);
    await set();
  });

  it('a limit for each student counts what was booked before, by every household of the child', async () => {
    await booked(slot(0, 0));
    await booked(slot(1, 1));
    await rule({ perStudent: 2 });
    assert.equal(await refusal(slot(2, 2)), 'student limit');
    const other = await makeHousehold(fair.account._id, fair.students.slice(0, 1));
    const answer = await bookSlot(test.deps, wishOf(fair, other, slot(2, 2)));
    assert.equal(answer.ok ? 'booked' : answer.reason, 'student limit');
    await rule({ perStudent: 3 });
    await booked(slot(2, 2));
    await rule({ perStudent: 0 });
    await booked(slot(3, 3));
  });

  it('a limit for each teacher and day counts all families of before, and each day by itself', async () => {
    await set({ students: 3 });
    const others = await makeHousehold(fair.account._id, fair.students.slice(1, 2));
    const first = await booked(slot(0, 0));
    assert.ok((await bookSlot(test.deps, wishOf(fair, others, slot(0, 1)))).ok);
    await rule({ perTeacherAndDay: 2, perStudentAndTeacher: 5 });
    assert.equal(await refusal(slot(0, 2)), 'day limit');
    await booked(slot(0, 3), { replaces: first._id });
    assert.equal(await refusal(slot(0, 2)), 'day limit');
    await booked(slot(1, 4));
    const later = new Date(+slot(0, 4).from + 24 * 3600_000);
    const next = await Slot.create({
      ...{ account: fair.account._id, event: fair.event._id, resource: slot(0, 0).resource },
      ...{ from: later, to: new Date(+later + 600_000), day: '2026-11-25' },
    });
    await Event.updateOne({ _id: fair.event._id }, { $set: { days: ['2026-11-24', '2026-11-25'] } });
    await booked(next.toObject());
  });

  it('a full day is told on the teacher’s times, and a student’s limit by the answer to the click', async () => {
    const desk = await Desk.open({ students: 3, booking: { perTeacherAndDay: 1, perStudent: 1 } });
    const [one, two] = [await desk.parentOf(0), await desk.parentOf(1)];
    await desk.book(one.visitor, 0, 0);
    const times = await two.visitor.get(desk.timesPath(0, 1));
    assert.match(
      times.text,
      /Day full[\s\S]*Mrs Lee has as many meetings on this day as the school allows\./,
    );
    assert.doesNotMatch(times.text, /time-free/);
    const again = await desk.choose(one.visitor, 1, 1);
    assert.match(again.text, /Ana already has as many meetings as the school allows\./);
  });
});
