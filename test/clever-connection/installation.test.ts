import assert from 'node:assert/strict';
import { Account } from '../../server/models/account.js';
import { makeAccount, makeUser, Visitor } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { SET_UP, startDistrict } from '../support/clever-connection/support.js';

describe('this installation’s Clever application', () => {
  it('reads a district for one account only, so that no tenant can name another’s', async () => {
    await emptyDatabase();
    const { sandbox, test: plain } = await startDistrict();
    try {
      const { createTestApp } = await import('../support/app.js');
      const { clever: urls } = plain.deps.config;
      const test = createTestApp({
        CLEVER_API_URL: urls.apiUrl,
        CLEVER_TOKENS_URL: urls.tokensUrl,
        CLEVER_CLIENT_ID: sandbox.clientId,
        CLEVER_CLIENT_SECRET: sandbox.clientSecret,
      });
      const answers: number[] = [];
      for (const name of ['Maple', 'Oak']) {
        const account = await makeAccount(name);
        const visitor = await new Visitor(test.app).logIn(await makeUser(account._id, 'administrator'));
        await visitor.post(`${SET_UP}/district`, { district: sandbox.districtId }, SET_UP);
        answers.push((await visitor.post(`${SET_UP}/access`, { kind: 'installation' }, SET_UP)).status);
      }
      assert.deepEqual(answers, [303, 422]);
      const approvals = (await Account.find().sort({ name: 1 }).lean()).map(
        (found) => found.clever?.approval,
      );
      assert.deepEqual(approvals, ['approved', 'unknown']);
    } finally {
      await sandbox.close();
    }
  });
});
