import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ConfigError, loadConfig, SETTINGS } from '../../server/config.js';
import { ROOT } from '../../server/root.js';

const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');

describe('settings', () => {
  const secret = { APP_SECRET: 'x'.repeat(32) };
  const faultsOf = (env: NodeJS.ProcessEnv): string[] => {
    try {
      loadConfig(env);
      return [];
    } catch (error) {
      assert.ok(error instanceof ConfigError, String(error));
      return error.faults;
    }
  };

  it('are all explained in .env.example', () => {
    const example = read('.env.example');
    for (const name of SETTINGS) assert.match(example, new RegExp(`^#? ?${name}=`, 'm'));
  });

  it('that concern the address reach the containers', () => {
    for (const name of ['PUBLIC_URL', 'TRUST_PROXY', 'APP_SECRET', 'SMTP_URL'])
      assert.match(read('compose.yaml'), new RegExp(`${name}: \\$\\{${name}`));
  });

  it('name the address to listen at, which has to be one', () => {
    assert.equal(loadConfig(secret).host, undefined);
    assert.equal(loadConfig({ ...secret, HOST: '127.0.0.1' }).host, '127.0.0.1');
    assert.equal(loadConfig({ ...secret, HOST: '::1' }).host, '::1');
    assert.match(faultsOf({ ...secret, HOST: 'not a host' }).join(), /HOST/);
  });

  it('are refused in one plain line each, without a value', () => {
    const faults = faultsOf({ ...secret, PORT: 'abc', DRAIN_SECONDS: '0', KEEP_MONTHS: '1' });
    assert.equal(faults.length, 3);
    for (const fault of faults) assert.ok(!fault.includes('\n') && !fault.includes('abc'));
  });

  describe('of the data folder', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(path.join(os.tmpdir(), 'slotbell-settings-'));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    it('make a secret once, and keep it', () => {
      const made = loadConfig({ DATA_DIR: folder }).appSecret;
      assert.ok(made.length >= 32);
      assert.equal(loadConfig({ DATA_DIR: folder }).appSecret, made);
    });

    it('refuse a secret that is empty or cut short: another one would open nothing that was saved', () => {
      writeFileSync(path.join(folder, 'app-secret'), '');
      assert.match(faultsOf({ DATA_DIR: folder }).join(), /app-secret.*is empty or too short/);
    });

    it('refuse a folder that cannot be written', () => {
      writeFileSync(path.join(folder, 'file'), '');
      const faults = faultsOf({ DATA_DIR: path.join(folder, 'file', 'data') });
      assert.equal(faults.length, 1);
      assert.match(faults[0]!, /^Slotbell can’t use DATA_DIR/);
    });
  });
});
