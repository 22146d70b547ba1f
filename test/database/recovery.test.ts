import assert from 'node:assert/strict';
import supertest from 'supertest';
import { databaseAnswersAnew } from '../../server/database/connect.js';
import { judgeRecovery } from '../../server/database/judge-recovery.js';
import { createTestApp } from '../support/app.js';

describe('whether a process has lost its database for good', () => {
  const MINUTE = 60_000;
  let isReady = false;
  let answersAnew = true;
  let now = 0;
  const recovery = () =>
    judgeRecovery(
      () => Promise.resolve(isReady),
      () => Promise.resolve(answersAnew),
      () => now,
    );

  it('is asked for a while before it is believed', async () => {
    const { isLost } = recovery();
    assert.equal(await isLost(), false);
    now += MINUTE;
    assert.equal(await isLost(), true);
  });

  it('is not so while the database answers nobody: a restart would not help', async () => {
    const { isLost } = recovery();
    answersAnew = false;
    await isLost();
    now += MINUTE;
    assert.equal(await isLost(), false);
    answersAnew = true;
    assert.equal(await isLost(), true);
  });

  it('is forgotten when it answers again', async () => {
    const { isLost } = recovery();
    await isLost();
    now += MINUTE;
    isReady = true;
    assert.equal(await isLost(), false);
    isReady = false;
    assert.equal(await isLost(), false);
  });

  it('is told by /healthz, which is well here', async () => {
    assert.equal(await databaseAnswersAnew(), true);
    assert.equal((await supertest(createTestApp().app).get('/healthz')).status, 200);
  });
});
