import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Contact } from '../../server/models/contact.js';
import { Household } from '../../server/models/household.js';
import { matchFamilies, sayFamilies } from '../../server/reports/match-families.js';
import { makeAccount, makeUser } from '../support/app.js';
import { makePerson } from '../support/classes/school-day.js';
import { emptyDatabase } from '../support/hooks.js';

describe('what a family is called', () => {
  it('is the same in short and in long lists, also once the person is deleted for whom the school made it', async () => {
    await emptyDatabase();
    const { _id: account } = await makeAccount();
    const logins = await Promise.all(
      ['Pat Reed', 'Kim Reed', 'Lee Wu'].map((name) => makeUser(account, 'customer', { name })),
    );
    const [pat, kim, lee] = logins.map(({ _id }) => _id);
    const child = await makePerson(account, 'student', 'Ana');
    const guardian = await makePerson(account, 'guardian', 'Eva');
    const gone = new Types.ObjectId();
    const kinds = [
      { adults: [pat, kim] },
      { adults: [new Types.ObjectId()], ofSchool: true },
      { adults: [new Types.ObjectId()], keptFor: child._id },
      { adults: [new Types.ObjectId()], keptFor: guardian._id },
      { adults: [new Types.ObjectId()], keptFor: gone },
      { adults: [lee], keptFor: gone },
    ];
    const made = kinds.map((kind) => ({ _id: new Types.ObjectId(), account, children: [], ...kind }));
    await Household.collection.insertMany(made);
    const ids = made.map(({ _id }) => _id);
    const [short, long] = [await matchFamilies(account, ids), await sayFamilies(account, ids)];
    const called = (names: Map<string, string>) => ids.map((id) => names.get(id.toHexString()));
    assert.deepEqual(called(long), called(short));
    const nameOf = async (id: Types.ObjectId) => {
      const { firstName, lastName } = await Contact.findById(id).orFail().lean();
      return [firstName, lastName].filter(Boolean).join(' ');
    };
    assert.deepEqual(called(short), [
      'Pat Reed, Kim Reed',
      'Kept for the school',
      `Family of ${await nameOf(child._id)}`,
      await nameOf(guardian._id),
      '',
      'Lee Wu',
    ]);
  });
});
