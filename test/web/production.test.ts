import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createApp } from '../../server/app.js';
import { ROOT } from '../../server/root.js';
import { createTestApp } from '../support/app.js';

describe('an installation that says nothing of NODE_ENV', () => {
  const appFor = (env: NodeJS.ProcessEnv) => createApp(createTestApp(env).deps);

  it('runs as in production: pages are compiled once, and a fault shows nobody its stack', () => {
    for (const env of [{}, { NODE_ENV: '' }, { NODE_ENV: 'production' }]) {
      const app = appFor(env);
      assert.equal(app.get('env'), 'production');
      assert.equal(app.enabled('view cache'), true);
    }
  });

  it('but for whoever works on it with npm run dev', async () => {
    const app = appFor({ NODE_ENV: 'development' });
    assert.deepEqual([app.get('env'), app.enabled('view cache')], ['development', false]);
    const { scripts } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const set = Object.keys(scripts).filter((name) => scripts[name]?.includes('NODE_ENV'));
    assert.deepEqual(set, ['dev']);
    assert.match(scripts.dev ?? '', /^NODE_ENV=development /);
  });
});
