import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { RosterChange } from '../../server/models/roster-change.js';
import type { Role } from '../../server/runs/changes/compare-ties.js';
import type { Waiting } from '../../server/runs/changes/find-waiting.js';
import { judgeTies, TieSums } from '../../server/runs/changes/judge-ties.js';
import type { ActiveRun } from '../../server/runs/engine/active-run.js';
import { findSeen } from '../../server/sync/update/find-seen.js';
import { emptyDatabase } from '../support/hooks.js';

describe('ties that a person has seen end', () => {
  before(emptyDatabase);

  it('are those alone that the applied row of the section takes out of the one list', async () => {
    const [account, run, other] = [new Types.ObjectId(), new Types.ObjectId(), new Types.ObjectId()];
    const [named, lost, joined] = [new Types.ObjectId(), new Types.ObjectId(), new Types.ObjectId()];
    const rows = [
      { run, kind: 'section', target: named, fields: [{ path: 'name', before: 'A', after: 'B' }] },
      {
        run,
        kind: 'sectionStudents',
        target: lost,
        fields: [{ path: 'studentIds', before: ['s1', 's2'], after: ['s2'] }],
      },
      { run, kind: 'section', target: joined, fields: [{ path: 'studentIds', after: ['s1'] }] },
      {
        run: other,
        kind: 'sectionStudents',
        target: lost,
        fields: [{ path: 'studentIds', before: ['s0', 's1', 's2'], after: ['s1', 's2'] }],
      },
    ];
    await RosterChange.insertMany(
      rows.map((row) => ({
        ...{ account, action: 'changed', sourceId: '', state: 'applied', expiresAt: new Date() },
        ...row,
      })),
    );
    const seen = await findSeen({ _id: run, purpose: 'accept' });
    assert.deepEqual([...seen], [[lost.toHexString(), { students: ['s1'], teachers: [] }]]);
    assert.equal((await findSeen({ _id: run, purpose: 'sync' })).size, 0);
  });

  it('do not let go those that wait in other classes, however few', async () => {
    const [a, b, c] = [new Types.ObjectId(), new Types.ObjectId(), new Types.ObjectId()];
    const older = new Map([a, b, c].map((id, index) => [id.toHexString(), [22, 2, 1][index] ?? 0]));
    const none: Waiting = { older: new Map(), own: new Map() };
    const sums = new TieSums({ students: { older, own: new Map() }, teachers: none });
    const add = (target: Types.ObjectId, students: string[], seen: number) => {
      const alone: Record<Role, boolean> = { students: false, teachers: false };
      sums.add({ target, missing: { students, teachers: [] }, alone, seen: { students: seen, teachers: 0 } });
    };
    add(a, [], 22);
    add(b, ['s1', 's2'], 0);
    add(c, ['s3'], 0);
    const { students } = await judgeTies({} as ActiveRun, sums, { countHere: () => Promise.resolve(100) });
    assert.deepEqual([students.withheld, students.why, sums.seen.students], [3, 'undecided', 22]);
    assert.deepEqual(
      [a, b, c].map((id) => students.waits?.(id.toHexString())),
      [false, true, true],
    );
  });
});
