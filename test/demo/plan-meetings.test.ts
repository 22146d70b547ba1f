import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Types } from 'mongoose';
import { planMeetings, type Table } from '../../server/demo/plan-meetings.js';
import type { Slot } from '../../server/models/slot.js';

const slotAt = (minute: number) => ({ _id: new Types.ObjectId(), from: new Date(minute * 600_000) }) as Slot;

describe('the demo’s meetings', () => {
  it('fill the part that is asked for, and put nobody in two places', () => {
    const table = fc.record({
      slots: fc.integer({ min: 0, max: 12 }),
      families: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 12 }),
    });
    fc.assert(
      fc.property(
        fc.array(table, { maxLength: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (given, part) => {
          const tables = given.map(({ slots, families }): Table => ({
            slots: Array.from({ length: slots }, (_, n) => slotAt(n)),
            candidates: families.map((family) => ({
              family,
              student: new Types.ObjectId(),
              class: new Types.ObjectId(),
            })),
          }));
          const meetings = planMeetings(tables, part);
          const all = tables.reduce((sum, { slots }) => sum + slots.length, 0);
          assert.ok(meetings.length <= Math.floor(all * part));
          const places = meetings.map(({ family, slot }) => `${family} ${slot.from.getTime()}`);
          assert.equal(new Set(places).size, places.length);
          assert.equal(new Set(meetings.map(({ slot }) => String(slot._id))).size, meetings.length);
          assert.equal(new Set(meetings.map(({ student }) => String(student))).size, meetings.length);
        },
      ),
    );
  });
});
