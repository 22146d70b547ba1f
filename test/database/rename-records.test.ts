import assert from 'node:assert/strict';
import mongoose, { Types } from 'mongoose';
import { ensureIndexes } from '../../server/database/connect.js';
import { renameRecord } from '../../server/database/rename-records.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Section } from '../../server/models/section.js';
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
    await Promise.all([ensureIndexes(), ensureIndexes()]);
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

  it('has no index any more that no query needs', async () => {
    await Class.collection.createIndexes([{ key: { 'synced.students': 1 } }]);
    await ensureIndexes();
    const names = (await Class.collection.indexes()).map(({ name }) => name);
    assert.ok(!names.includes('synced.students_1') && names.includes('event_1_synced.students_1'));
  });

  it('comes back from its backup under today’s name', () => {
    const old = { _id: 1, clever: { id: 'a' } };
    assert.deepEqual(renameRecord('section', old), { _id: 1, record: { id: 'a' } });
    assert.equal(renameRecord('school', old), old, 'a school is matched to one of Clever’s');
  });

  it('is left alone once it is there', async () => {
    await ensureIndexes();
    await mongoose.connection.db?.collection('contact').insertOne({ account, clever: { id: 'x' } });
    await ensureIndexes();
    assert.equal(await Contact.collection.countDocuments({ clever: { $exists: true } }), 1);
  });
});
