import assert from 'node:assert/strict';
import { MongoClient } from 'mongodb';
import { needsEngine, Scratch } from '../support/database/scratch.js';

describe('The embedded engine with two indexes to choose from', () => {
  const scratch = new Scratch();

  before(needsEngine);
  afterEach(() => scratch.clear());

  it('answers queries whose trial takes more than 10,000 steps: a deep page, and a search that finds little', async () => {
    const { uri } = await scratch.attach(scratch.folder());
    const client = await MongoClient.connect(uri);
    try {
      const people = client.db().collection('people');
      await people.createIndexes([
        { key: { account: 1, name: 1 } },
        { key: { account: 1, type: 1, name: 1 } },
      ]);
      const rows = Array.from({ length: 20_000 }, (_, n) => ({
        account: 1,
        type: 1,
        name: `n${String(n).padStart(5, '0')}`,
      }));
      await people.insertMany(rows);
      const one = { account: 1, type: 1 };
      assert.equal(
        (await people.find(one).sort({ name: 1 }).skip(15_000).limit(50).toArray())[0]?.name,
        'n15000',
      );
      assert.equal(
        (
          await people
            .find({ ...one, name: /n1999[5-9]$/ })
            .sort({ name: 1 })
            .toArray()
        ).length,
        5,
      );
    } finally {
      await client.close();
    }
  });
});
