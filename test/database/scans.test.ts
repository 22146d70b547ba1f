import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Contact } from '../../server/models/contact.js';
import { emptyDatabase } from '../support/hooks.js';
import { measure, scans } from '../support/scans.js';

describe('the check for queries that read a whole collection', () => {
  const account = new Types.ObjectId();
  before(async () => {
    await emptyDatabase();
    await Contact.create({
      account,
      type: 'student',
      source: 'hand',
      status: 'active',
      searchKey: 'a',
      sortKey: 'a',
    });
  });

  it('sees one without an index', async () => {
    assert.equal(await scans({ collection: 'contact', method: 'find', query: { phone: '1' } }), true);
    assert.equal(
      await scans({
        collection: 'contact',
        method: 'find',
        query: [{ $match: { phone: '1' } }, { $count: 'n' }],
      }),
      true,
    );
    assert.equal(await scans({ collection: 'contact', method: 'find', query: {} }), true);
  });

  it('passes one with an index', async () => {
    assert.equal(
      await scans({ collection: 'contact', method: 'find', query: { account, email: 'x' } }),
      false,
    );
    assert.equal(
      await scans({ collection: 'contact', method: 'find', query: [{ $match: { account } }] }),
      false,
    );
  });

  it('counts the documents that a query looks at and returns', async () => {
    const many = Array.from({ length: 120 }, (_, n) => ({
      account,
      type: 'student' as const,
      source: 'hand' as const,
      status: 'active' as const,
      phone: String(n),
    }));
    await Contact.insertMany(many);
    const query = { account, phone: '7' };
    assert.deepEqual(await measure({ collection: 'contact', method: 'find', query }), {
      examined: 121,
      returned: 1,
    });
    const counted = [{ $match: query }, { $count: 'n' }];
    assert.deepEqual(await measure({ collection: 'contact', method: 'aggregate', query: counted }), {
      examined: 121,
      returned: 1,
    });
  });
});
