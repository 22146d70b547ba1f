import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Rehearsal } from '../../server/models/rehearsal.js';
import { sayEnd } from '../../server/rehearsal/say-end.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { EVE, makeConference } from '../support/booking/conference.js';
import { until } from '../support/database/scratch.js';
import { makeEvent } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';
import { playRehearsal, prepare, waitingOf } from '../support/rehearsal.js';

describe('A rehearsal beside real work', () => {
  let test: TestApp;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(EVE);
  });

  const play = (id: Types.ObjectId) => playRehearsal(test, id);

  it('makes way for families who book in another event', async () => {
    const school = await prepare({ students: 3, teachers: 1, slots: 3 });
    const id = await waitingOf(school, { families: 3, firstPercent: 0, restMinutes: 30, pace: 1 });
    const running = play(id);
    await until(async () => (await Rehearsal.findById(id).lean())!.progress.copied > 5);
    await makeEvent(school.account._id, { booking: { opensAt: new Date(EVE.getTime() - 60_000) } });
    const { state, why } = await running;
    assert.deepEqual([state, why], ['stopped', 'opened']);
  });

  it('does not begin where an event of any account opens meanwhile, and measured nothing then', async () => {
    const school = await prepare({ students: 3, teachers: 1, slots: 3 });
    const id = await waitingOf(school, { families: 3, firstPercent: 0, restMinutes: 30, pace: 1 });
    await makeConference({ booking: { opensAt: new Date(EVE.getTime() + 33 * 60_000) } });
    const { state, why, outcome, progress } = await play(id);
    assert.deepEqual([state, why, outcome, progress.copied], ['stopped', 'opens soon', undefined, 0]);
    assert.match(sayEnd({ state, why: why! }), /opens soon. No family had come yet/);
  });

  it('makes way before an event of another account opens', async () => {
    const school = await prepare({ students: 3, teachers: 1, slots: 3 });
    const id = await waitingOf(school, { families: 3, firstPercent: 0, restMinutes: 30, pace: 1 });
    const running = play(id);
    await until(async () => (await Rehearsal.findById(id).lean())!.progress.copied > 5);
    await makeConference({ booking: { opensAt: new Date(EVE.getTime() + 4 * 60_000) } });
    const { state, why } = await running;
    assert.deepEqual([state, why], ['stopped', 'opens soon']);
  });
});
