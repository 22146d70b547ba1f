import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { convertProblems } from '../../server/upgrades/convert-problems.js';
import { sayProblem } from '../../server/web/say-problem.js';
import { emptyDatabase } from '../support/hooks.js';

const ROSTER = 'The student is no longer in a class of this teacher (found by the sync).';
const DELETED = 'The class was deleted from this event.';

describe('problems of appointments of version 0.5', () => {
  beforeEach(() => emptyDatabase());

  it('become codes, are said in today’s words, and words that nobody knows stay as they are', async () => {
    const stored = [
      { problem: ROSTER },
      { problem: DELETED, kept: ROSTER },
      { kept: DELETED },
      { problem: 'Snow day.' },
      {},
    ].map((more, n) => ({ _id: new Types.ObjectId(), byKey: String(n), ...more }));
    await Appointment.collection.insertMany(stored);
    await convertProblems();
    await convertProblems();
    const found = await Appointment.find().sort({ byKey: 1 }).lean();
    assert.deepEqual(
      found.map(({ problem, kept }) => [problem?.code, kept?.code]),
      [
        ['not together', undefined],
        ['class deleted', 'not together'],
        [undefined, 'class deleted'],
        ['text', undefined],
        [undefined, undefined],
      ],
    );
    assert.deepEqual(
      found.map(({ problem }) => sayProblem(problem)),
      [
        'The student is no longer in a class with this teacher (found by the sync).',
        DELETED,
        '',
        'Snow day.',
        '',
      ],
    );
  });

  it('are brought over in what a run noted of them too, so that its undo still finds them', async () => {
    const row = {
      _id: new Types.ObjectId(),
      run: new Types.ObjectId(),
      kind: 'appointment',
      target: new Types.ObjectId(),
      fields: [
        { path: 'state', before: 'booked', after: 'problem' },
        { path: 'problem', after: ROSTER },
      ],
    };
    await RosterChange.collection.insertOne(row);
    await convertProblems();
    await convertProblems();
    const { fields } = await RosterChange.findById(row._id).orFail().lean();
    assert.deepEqual(fields, [
      { path: 'state', before: 'booked', after: 'problem' },
      { path: 'problem', after: { code: 'not together' } },
    ]);
  });
});
