import assert from 'node:assert/strict';
import { MongoClient, type Collection } from 'mongodb';
import { deleteExpired } from '../../server/database/embedded/expire.js';
import { needsEngine, Scratch, until } from '../support/database/scratch.js';

interface Thing {
  _id: string;
  at?: unknown;
  kind?: string;
}

describe('Expired documents on the embedded engine', () => {
  const scratch = new Scratch();
  const now = new Date('2026-03-02T10:00:00Z');
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
  let client: MongoClient;

  async function connect(sweepMs?: number): Promise<MongoClient> {
    const engine = await scratch.attach(scratch.folder(), sweepMs === undefined ? {} : { sweepMs });
    client = await new MongoClient(engine.uri).connect();
    return client;
  }

  before(needsEngine);

  afterEach(async () => {
    await client.close();
    await scratch.clear();
  });

  const ids = async (things: Collection<Thing>) =>
    (await things.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id);

  it('are deleted by the engine process at its next sweep', async () => {
    const things = (await connect(50)).db().collection<Thing>('things');
    await things.createIndex({ at: 1 }, { expireAfterSeconds: 0 }, undefined);
    await things.insertMany([
      { _id: 'past', at: new Date(0) },
      { _id: 'future', at: new Date('2999-01-01') },
    ]);
    await until(async () => (await things.countDocuments()) === 1);
    assert.deepEqual(await ids(things), ['future']);
  });

  it('are those whose date is as old as the index says, in every database', async () => {
    await connect();
    for (const name of ['one', 'two']) {
      const things = client.db(name).collection<Thing>('things');
      await things.createIndex({ at: 1 }, { expireAfterSeconds: 3600 }, undefined);
      await things.insertMany([
        { _id: 'old', at: ago(3600) },
        { _id: 'young', at: ago(3599) },
      ]);
      assert.deepEqual(await ids(things), ['old', 'young']);
    }
    assert.equal(await deleteExpired(client, now), 2);
    assert.deepEqual(await ids(client.db('two').collection('things')), ['young']);
  });

  it('are never those without a date, or outside a partial index', async () => {
    const things = (await connect()).db().collection<Thing>('things');
    const partialFilterExpression = { kind: 'hold' };
    await things.createIndex({ at: 1 }, { expireAfterSeconds: 3600, partialFilterExpression }, undefined);
    await things.insertMany([
      { _id: 'booked', kind: 'booking', at: ago(7200) },
      { _id: 'hold', kind: 'hold', at: ago(7200) },
      { _id: 'missing', kind: 'hold' },
      { _id: 'null', kind: 'hold', at: null },
      { _id: 'number', kind: 'hold', at: 1 },
    ]);
    assert.equal(await deleteExpired(client, now), 1);
    assert.deepEqual(await ids(things), ['booked', 'missing', 'null', 'number']);
  });
});
