import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { limitOf, mendDriver } from '../../server/database/mend-driver.js';
import { isDatabaseGone } from '../../server/web/errors.js';
import { startFaultyProxy, type FaultyProxy } from '../support/faulty-proxy.js';
import { testDatabaseUri } from '../support/hooks.js';

describe('a command whose connection fails', () => {
  let proxy: FaultyProxy;
  let client: mongoose.mongo.MongoClient;
  const things = () => client.db().collection('faultyTest');

  beforeEach(async () => {
    proxy = await startFaultyProxy(testDatabaseUri());
    client = new mongoose.mongo.MongoClient(proxy.uri, {
      retryReads: false,
      serverSelectionTimeoutMS: 60_000,
    });
    await things().insertOne({ n: 0 });
  });
  afterEach(async () => {
    await proxy.close();
    await client.close();
    await mongoose.connection.db?.dropCollection('faultyTest');
  });

  /** A command of which the database reads no more: its writing waits for room. */
  const writeIntoStall = async (): Promise<{ outcome: Promise<unknown> }> => {
    const stalled = proxy.stalled();
    proxy.decide = (way, message) => (way === 'question' && message.length > 900_000 ? 'stall' : 'pass');
    const written = things().insertOne({ text: 'x'.repeat(12_000_000) });
    const outcome = written.then(
      () => 'written',
      (error: unknown) => error,
    );
    await stalled;
    return { outcome };
  };

  it('ends when the driver gives its connection up while it is being written', async () => {
    const { outcome } = await writeIntoStall();
    // As a monitor does that finds the database silent.
    await client.close();
    assert.ok(isDatabaseGone(await outcome));
  });

  it('ends in a network error when the other side closes while it is being written', async () => {
    const { outcome } = await writeIntoStall();
    proxy.cut();
    assert.ok((await outcome) instanceof mongoose.mongo.MongoNetworkError);
  });

  it('ends when the connection closes in the middle of the answer, and the next one is answered', async () => {
    proxy.decide = (way) => (way === 'answer' ? 'cut' : 'pass');
    const lost: unknown = await things()
      .findOne({ n: 0 })
      .catch((error: unknown) => error);
    assert.ok(isDatabaseGone(lost));
    proxy.decide = () => 'pass';
    assert.equal((await things().findOne({ n: 0 }))?.n, 0);
  });

  it('ends when its answer never comes', async () => {
    proxy.decide = (way, message) =>
      way === 'answer' && message.includes('firstBatch') ? 'swallow' : 'pass';
    const options = { socketTimeoutMS: 200 } as object;
    const lost: unknown = await things()
      .findOne({ n: 0 }, options)
      .catch((error: unknown) => error);
    assert.ok(isDatabaseGone(lost));
  });

  it('has a limit, by what it does', () => {
    const small = limitOf({ find: 'class' });
    const many = limitOf({ update: 'class', updates: [{ q: {}, u: {}, multi: true }] });
    assert.ok(small > 0 && small < many);
    assert.equal(limitOf({ update: 'class', updates: [{ q: {}, u: {}, multi: false }] }), small);
    assert.equal(limitOf({ delete: 'class', deletes: [{ q: {}, limit: 0 }] }), many);
    assert.ok(many < limitOf({ createIndexes: 'class', indexes: [] }));
  });

  it('is mended in the driver that is installed', () => {
    assert.doesNotThrow(mendDriver);
  });
});
