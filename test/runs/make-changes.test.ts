import assert from 'node:assert/strict';
import { Types, type Model } from 'mongoose';
import { Course } from '../../server/models/course.js';
import { RosterRun } from '../../server/models/roster-run.js';
import type { Run } from '../../server/models/run.js';
import type { Change } from '../../server/runs/changes/change.js';
import { makeChanges } from '../../server/runs/changes/make-changes.js';
import { ActiveRun } from '../../server/runs/engine/active-run.js';
import { readLog } from '../../server/review/journal/read-log.js';
import { sayLine } from '../../server/runs/log/say-note.js';
import { takeRun } from '../../server/runs/engine/take-run.js';
import { emptyDatabase } from '../support/hooks.js';
import { AT_ONCE } from '../support/roster/take-over.js';

const account = new Types.ObjectId();

describe('changes of which the database takes a part', () => {
  let id: Types.ObjectId;
  beforeEach(async () => {
    await emptyDatabase();
    await Course.create({ account, status: 'active', name: 'Here', record: { id: 'one', hash: '' } });
    ({ _id: id } = await RosterRun.create({
      account,
      purpose: 'sync',
      state: 'queued',
      createdAt: new Date(),
    }));
  });

  const added = (sourceId: string): Change => ({
    kind: 'course',
    action: 'added',
    target: new Types.ObjectId(),
    sourceId,
    document: { account, status: 'active', name: sourceId, record: { id: sourceId, hash: '' } },
    fields: [],
  });
  /** An attempt at the run. */
  const make = async (...sourceIds: string[]) => {
    const model = RosterRun as unknown as Model<Run>;
    const taken = await takeRun(model, id, AT_ONCE, new Date());
    assert.ok(taken);
    const stopping = new AbortController().signal;
    const run = new ActiveRun(model, taken, { stages: [], timing: AT_ONCE, stopping, now: () => new Date() });
    await makeChanges(run, Course.collection, sourceIds.map(added));
    run.letGo();
    return run.counts.course;
  };
  const log = async () =>
    (await readLog({ run: id }, { limit: 100 }))
      .map((line) => [line.level, line.action, line.sourceId, sayLine(line)].join(' ').trim())
      .sort();
  const told = ['info added two', 'warning refused one The database didn’t accept it.'];

  it('are told as they ended: the one was added, the other refused', async () => {
    const counts = await make('one', 'two');
    assert.deepEqual([counts?.added, counts?.refused], [1, 1]);
    assert.deepEqual(await log(), told);
  });

  it('are told once, also where the run is done again', async () => {
    await make('one', 'two');
    await make('one');
    assert.deepEqual(await log(), told);
  });
});
