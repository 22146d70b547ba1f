import assert from 'node:assert/strict';
import { OneTimeLink } from '../../server/models/one-time-link.js';
import { EVE } from '../support/booking/conference.js';
import { Merging } from '../support/roster/merging.js';

describe('merging a teacher whom access was offered', () => {
  it('leaves the offer one of the remaining contact, so that accepting it opens their schedule', async () => {
    const merging = new Merging();
    const [keep, drop] = await merging.twoTeachers();
    const { _id: account } = merging.fair.account;
    const level = 'resource administrator' as const;
    await OneTimeLink.create({
      ...{ _id: 'hash', kind: 'offer', user: merging.user, email: 'park@example.org', expiresAt: EVE },
      offer: { account, name: 'Mr Park', grants: [{ level, contact: drop._id }, { level }] },
    });
    assert.deepEqual(await merging.merge(keep, drop), { ok: true });
    const { offer } = await OneTimeLink.findById('hash').orFail().lean();
    assert.deepEqual(
      offer?.grants?.map(({ contact }) => contact),
      [keep._id, undefined],
    );
  });
});
