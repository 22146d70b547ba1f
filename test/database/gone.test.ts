import assert from 'node:assert/strict';
import { databaseReady } from '../../server/database/connect.js';
import { createTestApp, Visitor } from '../support/app.js';
import { emptyDatabase, enginePid } from '../support/hooks.js';
import { until } from '../support/database/scratch.js';

describe('a database that falls silent', () => {
  it('gives a page that says so, and the page asked for once it is back', async function () {
    const pid = await enginePid();
    if (pid === undefined) {
      process.stdout.write('      skipped: needs the embedded engine\n');
      this.skip();
    }
    await emptyDatabase();
    const test = createTestApp();
    delete test.deps.guarded;
    const visitor = new Visitor(test.app);
    assert.equal((await visitor.get('/setup')).status, 200);
    process.kill(pid, 'SIGSTOP');
    try {
      const gone = await visitor.get('/setup');
      assert.equal(gone.status, 503);
      assert.match(gone.text, /can’t reach its database/);
      assert.ok(Number(gone.headers['retry-after']) > 0);
      assert.equal((await visitor.get('/healthz')).status, 200);
      assert.equal((await visitor.get('/readyz')).status, 503);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await until(databaseReady);
    await until(async () => (await visitor.get('/setup')).status === 200);
  });
});
