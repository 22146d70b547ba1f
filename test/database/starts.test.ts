import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile, mkdir } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from '../../server/root.js';
import { codeOf, LOADER } from '../support/code.js';
import { testDatabaseUri } from '../support/hooks.js';

describe('a start that cannot succeed', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'slotbell-starts-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** @returns exit code, and what it says of faults, line by line */
  async function start(
    program: string[],
    env: NodeJS.ProcessEnv,
  ): Promise<{ code: number | null; lines: string[] }> {
    const child = spawn(process.execPath, program, {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, LOG_LEVEL: 'silent', RUN_JOBS: 'false', HOST: '127.0.0.1', ...env },
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, lines: said.trim().split('\n') };
  }
  const server = [...LOADER, codeOf('server/index')];
  const inTest = () => ({ MONGODB_URI: testDatabaseUri(), APP_SECRET: 'x'.repeat(32), DATA_DIR: folder });

  it('as its port is taken: one line, and 1', async function () {
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      const { code, lines } = await start(server, { ...inTest(), PORT: String(port) });
      assert.equal(code, 1);
      assert.deepEqual(lines, [
        `Slotbell can’t listen at 127.0.0.1, port ${String(port)}: another program uses this port. Set PORT.`,
      ]);
    } finally {
      other.close();
    }
  });

  it('as the database’s folder cannot be written: one line, and 1', async () => {
    await writeFile(path.join(folder, 'db'), 'a file where the folder should be');
    const { code, lines } = await start(server, { DATA_DIR: folder, PORT: '0' });
    assert.equal(code, 1);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(
      lines[0]!,
      /^Slotbell can’t start: The embedded database couldn’t start: the folder .*db cannot be used: there’s already a file with that name/,
    );
  });

  it('as no database answers: one line, and 1', async () => {
    const { code, lines } = await start(server, { ...inTest(), MONGODB_URI: 'mongodb://127.0.0.1:1/x' });
    assert.equal(code, 1);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0]!, /^Slotbell can’t start: The database can’t be reached/);
  });

  it('as argon2’s part for this machine is missing: one line that says what to do, and 1', async () => {
    // The starter alone in an installation of its own, compiled, whose packages lack that part.
    await mkdir(path.join(folder, 'server'));
    await mkdir(path.join(folder, 'jobs'));
    await mkdir(path.join(folder, 'dist/server'), { recursive: true });
    await mkdir(path.join(folder, 'node_modules/@node-rs/argon2'), { recursive: true });
    await writeFile(path.join(folder, 'server/index.ts'), '');
    await writeFile(path.join(folder, 'jobs/worker.ts'), '');
    await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
    await symlink(path.join(ROOT, 'server/start.mjs'), path.join(folder, 'server/start.mjs'));
    await writeFile(path.join(folder, 'dist/server/index.js'), 'console.error("started");');
    await writeFile(path.join(folder, 'dist/.tsbuildinfo'), '');
    const broken = path.join(folder, 'node_modules/@node-rs/argon2');
    await writeFile(path.join(broken, 'package.json'), '{"main":"index.js"}');
    await writeFile(path.join(broken, 'index.js'), "throw new Error('Cannot find native binding.');");
    const starter = ['--preserve-symlinks-main', path.join(folder, 'server/start.mjs'), 'server/index.js'];
    const { code, lines } = await start(starter, {});
    assert.equal(code, 1);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0]!, /^Slotbell can’t start: .*argon2.*Run "npm ci"/);
  });

  it('npm alone is told to end, or killed: what it started ends too', async function () {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const npm = spawn('npm', ['run', 'worker'], {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'silent', ...inTest() },
      });
      // Whatever it started holds this open until it has ended.
      const closed = once(npm.stdout, 'close');
      let said = '';
      for await (const chunk of npm.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false }))
        if ((said += String(chunk)).includes('Slotbell worker is ready')) break;
      npm.kill(signal);
      npm.stdout.resume();
      await closed;
    }
  });
});
