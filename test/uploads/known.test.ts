import assert from 'node:assert/strict';
import { Contact } from '../../server/models/contact.js';
import { Section } from '../../server/models/section.js';
import { findKnown } from '../../server/uploads/find-known.js';
import type { ListName } from '../../server/sources/records/lists.js';
import type { IdKind } from '../../server/roster-files/records/record-id.js';
import { makeAccount } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { asApp, findWasteful, watchQueries } from '../support/scans.js';

describe('What an account has from uploads before', () => {
  beforeEach(emptyDatabase);

  const idsOf = async (account: unknown, list: ListName, kind: IdKind): Promise<string[]> => {
    const ids: string[] = [];
    await asApp(async () => {
      for await (const batch of findKnown(account as never).records(list, kind))
        ids.push(...batch.map(({ id }) => id));
    });
    return ids.sort();
  };

  it('is found by an index, in however many batches, and without it the scan of queries sees that it is not', async () => {
    const [account, other] = [await makeAccount(), await makeAccount()];
    const of = (type: 'student' | 'teacher', { _id }: { _id: unknown }, count: number) =>
      Array.from({ length: count }, (_, n) => ({
        ...{ account: _id as never, type, source: 'file' as const, status: 'active' as const },
        ...{ firstName: `A${n}`, lastName: 'Moss', record: { id: `${type}:${n}`, hash: '' } },
      }));
    await Contact.insertMany([
      ...of('student', account, 30),
      ...of('teacher', account, 1200),
      ...of('student', other, 900),
    ]);
    await Section.insertMany(
      [account, other].flatMap(({ _id }, at) =>
        Array.from({ length: at === 0 ? 40 : 900 }, (_, n) => ({
          ...{ account: _id, name: 'Math', school: _id, status: 'active' as const },
          record: { id: `class:${n}`, hash: '' },
        })),
      ),
    );
    watchQueries();
    assert.equal((await idsOf(account._id, 'students', 'student')).length, 30);
    assert.equal((await idsOf(account._id, 'sections', 'class')).length, 40);
    assert.deepEqual(await findWasteful(), []);
    await Contact.collection.dropIndex('account_1_record.id_1');
    try {
      watchQueries();
      await idsOf(account._id, 'students', 'student');
      assert.match((await findWasteful()).join('\n'), /^contact find .*: \d{4} documents for 30$/);
    } finally {
      await Contact.createIndexes();
    }
    assert.equal((await idsOf(account._id, 'teachers', 'teacher')).length, 1200);
  });
});
