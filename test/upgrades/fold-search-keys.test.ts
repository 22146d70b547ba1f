import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Contact } from '../../server/models/contact.js';
import { contactKeys } from '../../server/models/person-keys.js';
import { Resource } from '../../server/models/resource.js';
import { searchKey } from '../../server/models/search-key.js';
import { prepareDatabase } from '../../server/upgrades/prepare-database.js';
import { foldSearchKeys } from '../../server/upgrades/fold-search-keys.js';
import { emptyDatabase } from '../support/hooks.js';

/** How 0.4 made a key. */
const old = (...parts: string[]): string =>
  parts.filter(Boolean).join(' ').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();

describe('Search keys of an older version', () => {
  beforeEach(emptyDatabase);
  afterEach(emptyDatabase);

  it('are folded as they are today, and every student gets the key of the number, in batches', async () => {
    const account = new Types.ObjectId();
    const people = Array.from({ length: 2300 }, (_, index) => ({
      firstName: index % 2 ? 'Łukasz' : 'Anne',
      lastName: index % 3 ? 'O’Brien' : 'Smith',
      email: '',
      schoolId: index === 5 ? '' : String(index).padStart(5, '0'),
    }));
    await Contact.collection.insertMany(
      people.map((person) => ({
        account,
        type: 'student' as const,
        source: 'file' as const,
        status: 'active' as const,
        ...person,
        searchKey: old(person.firstName, person.lastName, person.schoolId),
        sortKey: old(person.lastName, person.firstName),
      })),
    );
    await Resource.collection.insertOne({
      account,
      name: 'Zoë Grüßer',
      searchKey: 'zoe grußer',
      sortKey: 'grußer zoe',
    });
    await prepareDatabase();
    const stored = await Contact.find().sort({ _id: 1 }).lean();
    assert.equal(stored.length, people.length);
    stored.forEach(({ searchKey: search, sortKey, numberKey }, index) => {
      assert.deepEqual({ searchKey: search, sortKey, numberKey }, contactKeys(people[index]!));
    });
    const resource = await Resource.findOne().orFail().lean();
    assert.deepEqual(
      [resource.searchKey, resource.sortKey],
      [searchKey('Zoë Grüßer'), searchKey('Grüßer Zoë')],
    );
    await foldSearchKeys();
    assert.deepEqual(await Contact.find().sort({ _id: 1 }).lean(), stored);
  });
});
