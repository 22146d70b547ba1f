import assert from 'node:assert/strict';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { Apps } from '../support/database/app.js';
import { isRunning, needsEngine, Scratch, until } from '../support/database/scratch.js';

/** What has no limit of its own hangs for good, or for half a minute. How far over its limit it may go, on a busy machine, is no matter. */
const ENDS_MS = 25_000;

/** What a process says that found no database. */
interface Refused {
  error: string;
  tookMs: number;
}

describe('Connecting to the database', () => {
  const scratch = new Scratch();
  const apps = new Apps();

  before(needsEngine);

  afterEach(async () => {
    await apps.killAll();
    await scratch.clear();
  });

  it('without MONGODB_URI starts the embedded engine, and closes with nothing left running', async () => {
    const dataDir = scratch.folder();
    const app = await apps.start({ dataDir });
    assert.deepEqual(app.greeting, { embedded: true });
    assert.equal(await app.ask('insert', 'a'), 'a');
    assert.equal(await app.close('stopEngine'), 0);
    assert.equal(statSync(path.join(dataDir, 'db', 'mongod.lock')).size, 0, 'the engine closed cleanly');
  });

  it('an app that closes exits right away, and leaves the engine to the others', async () => {
    const dataDir = scratch.folder();
    const engine = await scratch.attach(dataDir);
    const app = await apps.start({ dataDir });
    assert.equal(await app.close(), 0);
    assert.equal(isRunning(engine.pid), true);
  });

  it('with MONGODB_URI uses that, and a database of its own name where the address has none', async () => {
    const engine = await scratch.attach(scratch.folder());
    const mongodbUri = engine.uri.replace('/slotbell?', '/?');
    const dataDir = path.join(scratch.folder(), 'none');
    const app = await apps.start({ mongodbUri, dataDir });
    assert.deepEqual(app.greeting, { embedded: false });
    await app.ask('insert', 'a');
    const databases = (await app.ask('databases')) as string[];
    assert.ok(databases.includes('slotbell') && !databases.includes('test'));
    assert.equal(statSync(dataDir, { throwIfNoEntry: false }), undefined, 'the data folder was not needed');
  });

  it('a MONGODB_URI that nobody serves is one clear error within about 3 s', async () => {
    const app = await apps.start({
      mongodbUri: 'mongodb://user:secret@127.0.0.1:1/school',
      dataDir: scratch.folder(),
    });
    const { error, tookMs } = app.greeting as Refused;
    assert.match(error, /The database can’t be reached: .*ECONNREFUSED.*Check MONGODB_URI/);
    assert.doesNotMatch(error, /secret/);
    assert.ok(tookMs < ENDS_MS, String(tookMs));
  });

  it('a MONGODB_URI that takes connections and never answers is one, too', async () => {
    const silence = net
      .createServer((socket) => socket.on('error', () => socket.destroy()).resume())
      .listen(0, '127.0.0.1');
    await once(silence, 'listening');
    const { port } = silence.address() as net.AddressInfo;
    try {
      const app = await apps.start({ mongodbUri: `mongodb://127.0.0.1:${port}`, dataDir: scratch.folder() });
      const { error, tookMs } = app.greeting as Refused;
      assert.match(error, /The database can’t be reached/);
      assert.ok(tookMs < ENDS_MS, String(tookMs));
    } finally {
      await apps.killAll();
      silence.close();
    }
  });

  it('a query on a field that the schema lacks is refused', async () => {
    const app = await apps.start({ dataDir: scratch.folder() });
    assert.match(((await app.ask('strict')) as { error: string }).error, /unknown/);
    await app.close('stopEngine');
  });

  it('a database that goes away and comes back needs no restart', async () => {
    const dataDir = scratch.folder();
    const engine = await scratch.attach(dataDir);
    const killed = engine.pid;
    const app = await apps.start({ dataDir });
    await app.ask('insert', 'before');
    process.kill(killed, 'SIGKILL');
    assert.equal(await app.ask('readyAgain'), true);
    assert.equal(await app.ask('insert', 'after'), 'after');
    assert.equal(await app.ask('count'), 2);
    await until(() => engine.pid !== killed);
  });

  it('a database that hangs is reported as not ready within about 1 s', async () => {
    const dataDir = scratch.folder();
    const engine = await scratch.attach(dataDir);
    const app = await apps.start({ dataDir });
    assert.equal(await app.ask('ready'), true);
    process.kill(engine.pid, 'SIGSTOP');
    try {
      const asked = performance.now();
      assert.equal(await app.ask('ready'), false);
      assert.ok(performance.now() - asked < ENDS_MS);
    } finally {
      process.kill(engine.pid, 'SIGCONT');
    }
    assert.equal(await app.ask('readyAgain'), true);
  });

  it('indexes are built when asked, not before', async () => {
    const app = await apps.start({ dataDir: scratch.folder() });
    await app.ask('insert', 'a');
    assert.deepEqual(await app.ask('indexes'), ['_id_', 'tag_1']);
    await app.close('stopEngine');
  });

  it('a unique index that cannot be built names the fields, and no value', async () => {
    const app = await apps.start({ dataDir: scratch.folder() });
    const { error } = (await app.ask('duplicates')) as { error: string };
    assert.match(error, /The unique index on tag of the collection "things" can’t be built/);
    assert.doesNotMatch(error, /ada/);
    await app.close('stopEngine');
  });
});
