import assert from 'node:assert/strict';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Contact, recordIds, byRecordIds } from '../../server/models/contact.js';
import { Household } from '../../server/models/household.js';
import { interleave } from '../support/booking/interleave.js';
import { EVE, makeHousehold } from '../support/booking/conference.js';
import { Merging } from '../support/roster/merging.js';
import { runs, seededRandom } from '../support/seed.js';

const LATER = new Date(EVE.getTime() + 60_000);

describe('merging two contacts, at once or killed', () => {
  let merging: Merging;
  beforeEach(() => (merging = new Merging()));

  it('of two people at once one does it and the other is told, whichever way round each wants it', async () => {
    for (const turned of [false, true]) {
      const [keep, drop] = await merging.twoStudents();
      const both = await Promise.all([
        merging.merge(keep, drop),
        turned ? merging.merge(drop, keep) : merging.merge(keep, drop),
      ]);
      const reasons = both.map((merged) => (merged.ok ? 'merged' : merged.reason)).sort();
      assert.deepEqual(reasons, ['decided already', 'merged']);
      assert.equal(await Contact.countDocuments({ type: 'student' }), 2);
    }
  });

  it('two merges with one contact in common leave everything with contacts that exist', async () => {
    const [keep, drop] = await merging.twoStudents();
    const other = await Contact.findOne({ source: 'hand' }).orFail();
    await makeHousehold(merging.fair.account._id, [other]);
    const before = await merging.readAll();
    for (let turn = 1; turn <= runs(20); turn++) {
      await merging.restore(before);
      const outcomes: string[] = [];
      const run = async (a: Pick<Contact, '_id'>, b: Pick<Contact, '_id'>) => {
        const merged = await merging.merge(a, b);
        outcomes.push(merged.ok ? 'merged' : merged.reason);
      };
      const random = seededRandom(turn);
      await interleave(
        [
          { name: 'drop into keep', run: () => run(keep, drop) },
          { name: 'other into drop', run: () => run(drop, other) },
        ],
        (waiting) => Math.floor(random() * waiting),
      );
      const there = new Set((await Contact.find({}, { _id: 1 }).lean()).map(({ _id }) => String(_id)));
      const held = [
        ...(await Appointment.find().lean()).flatMap((item) => item.students.map(String)),
        ...(await Household.find().lean()).flatMap((item) =>
          item.children.map(({ student }) => String(student)),
        ),
      ];
      assert.ok(
        held.every((id) => there.has(id)),
        `${String(turn)}: ${outcomes.join()}`,
      );
      assert.equal(await Contact.countDocuments({ merging: { $exists: true } }), 0, outcomes.join());
    }
  });

  // Odd steps of the one and even steps of the other: each takes two whole merges.
  for (const [what, first, fixture] of [
    ['students', 1, () => merging.twoStudents()],
    ['teachers', 2, () => merging.twoTeachers()],
  ] as const)
    it(`killed at any other step and asked for again, two ${what} end the same`, async () => {
      const [keep, drop] = await fixture();
      const before = await merging.readAll();
      const ids = (await Contact.find().lean()).flatMap(recordIds);
      await merging.merge(keep, drop);
      const whole = await merging.stateOf();
      let steps = first;
      const run = { finished: false };
      for (; !run.finished; steps += 2) {
        await merging.restore(before);
        const work = async () => {
          await merging.merge(keep, drop);
          run.finished = true;
        };
        await interleave([{ name: 'merge', dieAfter: steps, run: work }], () => 0);
        for (const id of ids)
          assert.ok(
            await Contact.exists(byRecordIds(merging.fair.account._id, [id])),
            `${id}, step ${String(steps)}`,
          );
        merging.now = LATER;
        const again = await merging.merge(keep, drop);
        assert.ok(again.ok || again.reason === 'decided already', `step ${String(steps)}`);
        assert.equal(await merging.stateOf(), whole, `killed after step ${String(steps)}`);
        assert.equal(await AuditEntry.countDocuments({ action: 'merge contacts' }), 1);
      }
      assert.ok(steps > 20, `only ${String(steps)} steps`);
    });
});
