import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Contact } from '../../server/models/contact.js';
import { Section } from '../../server/models/section.js';
import { prepareDatabase } from '../../server/upgrades/prepare-database.js';
import { emptyDatabase } from '../support/hooks.js';

describe('a database of version 0.1', () => {
  const account = new Types.ObjectId();

  beforeEach(async () => {
    await emptyDatabase();
    for (const collection of [Contact.collection, Section.collection]) {
      await collection.dropIndexes();
      await collection.createIndexes([{ key: { account: 1, 'clever.id': 1 }, unique: true }]);
      await collection.insertMany(
        ['a', 'b'].map((id) => ({ account, clever: { id, hash: `hash of ${id}` }, status: 'active' })),
      );
    }
  });
  afterEach(emptyDatabase);

  it('has its records under today’s name, with the indexes of today, and keeps what they were', async () => {
    await Promise.all([prepareDatabase(), prepareDatabase()]);
    for (const collection of [Contact.collection, Section.collection]) {
      const found = await collection.find({}, { projection: { _id: 0, record: 1, clever: 1 } }).toArray();
      assert.deepEqual(
        found.sort((a, b) => String(a.record.id).localeCompare(String(b.record.id))),
        [{ record: { id: 'a', hash: 'hash of a' } }, { record: { id: 'b', hash: 'hash of b' } }],
      );
      const keys = (await collection.indexes()).flatMap(({ key }) => Object.keys(key as object));
      assert.ok(keys.includes('record.id') && !keys.includes('clever.id'));
    }
  });
});
