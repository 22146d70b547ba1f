import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import { launchHost } from '../../server/database/embedded/launch.js';
import { platformFacts } from '../../server/database/embedded/platform.js';
import { openRunFolder } from '../../server/database/embedded/run-folder.js';
import { Apps } from '../support/database/app.js';
import { isRunning, needsEngine, Scratch, until } from '../support/database/scratch.js';

describe('The embedded engine', () => {
  const scratch = new Scratch();
  const apps = new Apps();
  const clients: MongoClient[] = [];

  before(needsEngine);

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await apps.killAll();
    await scratch.clear();
  });

  async function connect(uri: string): Promise<MongoClient> {
    const client = new MongoClient(uri, { serverSelectionTimeoutMS: 60_000 });
    clients.push(client);
    return client.connect();
  }

  const wasClosedCleanly = (dataDir: string) => statSync(path.join(dataDir, 'db', 'mongod.lock')).size === 0;

  it('is one process for all that attach, and ends cleanly after the last has left', async () => {
    const dataDir = scratch.folder();
    const first = await scratch.attach(dataDir);
    const second = await scratch.attach(dataDir);
    assert.equal(second.pid, first.pid);
    assert.equal(second.uri, first.uri);

    await first.close();
    const client = await connect(second.uri);
    await client.db().collection('things').insertOne({ kept: true });
    assert.equal(wasClosedCleanly(dataDir), false);

    await second.close();
    await until(() => !isRunning(second.pid));
    assert.equal(wasClosedCleanly(dataDir), true);
    const third = await scratch.attach(dataDir);
    assert.notEqual(third.pid, first.pid);
    assert.equal(await (await connect(third.uri)).db().collection('things').countDocuments(), 1);
  });

  it('says in engine.log when it begins and when it has ended', async () => {
    const dataDir = scratch.folder();
    const engine = await scratch.attach(dataDir);
    await engine.close();
    await until(() => !isRunning(engine.pid));
    const said = readFileSync(path.join(dataDir, 'engine.log'), 'utf8');
    assert.match(
      said,
      new RegExp(`engine ${engine.pid}: serves\n[^]*engine ${engine.pid}: has closed its data and ends\n`),
    );
  });

  it('keeps running for the next app process within the linger', async () => {
    const dataDir = scratch.folder();
    const first = await scratch.attach(dataDir, { lingerMs: 60_000 });
    await first.close();
    const second = await scratch.attach(dataDir);
    assert.equal(second.pid, first.pid);
  });

  it('asked to stop, has ended when close returns, and leaves no folder behind', async () => {
    const dataDir = scratch.folder();
    const engine = await scratch.attach(dataDir, { lingerMs: 60_000 });
    const { path: runFolder } = openRunFolder(dataDir);
    await engine.close({ stopEngine: true });
    assert.equal(wasClosedCleanly(dataDir), true);
    assert.equal(statSync(runFolder, { throwIfNoEntry: false }), undefined);
  });

  it('asked to stop while another is attached, keeps serving that one', async () => {
    const dataDir = scratch.folder();
    const first = await scratch.attach(dataDir);
    const second = await scratch.attach(dataDir);
    await first.close({ stopEngine: true });
    await (await connect(second.uri)).db().command({ ping: 1 });
    assert.equal(isRunning(second.pid), true);
  });

  it('is private: data and run folder are open to their owner alone', async () => {
    const dataDir = path.join(scratch.folder(), 'data');
    mkdirSync(dataDir, { mode: 0o755 });
    await scratch.attach(dataDir);
    const folders = [dataDir, path.join(dataDir, 'db'), openRunFolder(dataDir).path];
    for (const folder of folders) assert.equal(statSync(folder).mode & 0o777, 0o700, folder);
  });

  it('killed under a writing driver, comes back behind the same address with every acknowledged write', async () => {
    const dataDir = scratch.folder();
    const engine = await scratch.attach(dataDir);
    const killed = engine.pid;
    const things = (await connect(engine.uri)).db().collection<{ _id: number }>('things');

    const acknowledged: number[] = [];
    let failed = 0;
    for (let id = 0; failed === 0; id += 1) {
      if (id === 300) process.kill(killed, 'SIGKILL');
      await things.insertOne({ _id: id }).then(
        () => acknowledged.push(id),
        () => (failed += 1),
      );
    }
    await until(() => engine.pid !== killed);

    const kept = new Set((await things.find().toArray()).map(({ _id }) => _id));
    assert.ok(acknowledged.length >= 300);
    assert.deepEqual(
      acknowledged.filter((id) => !kept.has(id)),
      [],
    );
    await things.insertOne({ _id: -1 });
    const sockets = readdirSync(openRunFolder(dataDir).path).filter((name) =>
      name.startsWith('embedded-mongodb-'),
    );
    assert.equal(sockets.length, 1, 'the folder of the killed engine was swept');
  });

  it('killed while several are attached, is one process again', async () => {
    const dataDir = scratch.folder();
    const engines = await Promise.all(Array.from({ length: 3 }, () => scratch.attach(dataDir)));
    const killed = engines[0]?.pid ?? 0;
    process.kill(killed, 'SIGKILL');
    await until(() => engines.every(({ pid }) => pid !== killed));
    assert.equal(new Set(engines.map(({ pid }) => pid)).size, 1);
  });

  it('goes away by itself when the app is killed', async () => {
    const dataDir = scratch.folder();
    const engine = await scratch.attach(dataDir);
    const app = await apps.start({ dataDir });
    await engine.close();
    await app.ask('insert', 'before');
    await app.signal('SIGKILL');
    await until(() => !isRunning(engine.pid));
    assert.equal(wasClosedCleanly(dataDir), true);
  });

  it('is not reached by the Ctrl-C that ends the app', async () => {
    const dataDir = scratch.folder();
    const app = await apps.start({ dataDir });
    const engine = await scratch.attach(dataDir);
    const { pid } = engine;
    await app.signal('SIGINT');
    await (await connect(engine.uri)).db().command({ ping: 1 });
    assert.equal(engine.pid, pid);
    assert.equal(isRunning(pid), true);
  });

  it('started by several processes at the same instant, is one', async () => {
    const dataDir = scratch.folder();
    const [engine, ...started] = await Promise.all([
      scratch.attach(dataDir),
      apps.start({ dataDir }),
      apps.start({ dataDir }),
      apps.start({ dataDir }),
    ]);
    for (const app of started) assert.equal(await app.ask('insert', 'same'), 'same');
    assert.equal(await (await connect(engine.uri)).db().collection('things').countDocuments(), 3);
  });

  it('a lock held by something that does not answer is one clear error', async () => {
    const dataDir = scratch.folder();
    const elsewhere = openRunFolder(scratch.folder());
    const holder = { facts: platformFacts(), dataDir, run: elsewhere, lingerMs: 50, sweepMs: 60_000 };
    assert.deepEqual(await launchHost(holder), { state: 'serving' });
    const hold = net.connect(elsewhere.control).resume();
    await assert.rejects(
      scratch.attach(dataDir, { patienceMs: 0 }),
      /db is in use by another process that doesn’t answer/,
    );
    hold.write('stop');
    await once(hold, 'close');
    rmSync(openRunFolder(dataDir).path, { recursive: true });
  });

  it('a data folder deleted under it gets an engine of its own when it is made anew', async () => {
    const dataDir = scratch.folder();
    const old = await scratch.attach(dataDir, { lingerMs: 60_000 });
    await (await connect(old.uri)).db().collection('things').insertOne({});
    await old.close();
    rmSync(dataDir, { recursive: true });
    const fresh = await scratch.attach(dataDir);
    assert.notEqual(fresh.pid, old.pid);
    assert.equal(await (await connect(fresh.uri)).db().collection('things').countDocuments(), 0);
    await until(() => !isRunning(old.pid));
  });

  it('a copy of a data folder is served apart from its original', async () => {
    const dataDir = scratch.folder();
    const original = await scratch.attach(dataDir);
    const copy = scratch.folder();
    cpSync(dataDir, copy, { recursive: true, filter: (file) => !file.includes('mongod.lock') });
    assert.notEqual(openRunFolder(copy).path, openRunFolder(dataDir).path);
    const copied = await scratch.attach(copy);
    assert.notEqual(copied.uri, original.uri);
  });
});
