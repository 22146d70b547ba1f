import assert from 'node:assert/strict';
import { inviteAgain } from '../../server/accounts/invite-again.js';
import { Notification } from '../../server/models/notification.js';
import { OneTimeLink } from '../../server/models/one-time-link.js';
import { makeUser, startAs } from '../support/app.js';

const NOW = new Date('2026-11-02T15:00:00Z');
const LATER = new Date('2026-11-09T15:00:00Z');

describe('an invitation from before 0.8', () => {
  it('says that it must be sent again, and is sent again with all that it offered', async () => {
    const { account, visitor, test } = await startAs('administrator', NOW);
    const invited = await makeUser(account, 'customer', { email: 'pat@example.org' });
    const offer = { account, name: 'Pat Reed', grants: [{ level: 'appointment maker' as const }] };
    await OneTimeLink.create({ _id: 'old', kind: 'offer', user: invited._id, offer, expiresAt: LATER });
    assert.match(
      (await visitor.get('/global-setup/logins')).text,
      /no longer works\. Send the invitation again/,
    );

    const actor = { account, user: invited._id, accountName: 'Maple School' };
    assert.equal(await inviteAgain(test.deps, actor, invited._id, 'once'), 'invited');
    const [link, ...more] = await OneTimeLink.find({ kind: 'offer', user: invited._id }).lean();
    assert.deepEqual(more, []);
    assert.equal(link?.email, 'pat@example.org');
    assert.deepEqual(
      link.offer?.grants?.map(({ level }) => level),
      ['appointment maker'],
    );
    assert.equal(await Notification.countDocuments({ to: 'pat@example.org', kind: 'invitation' }), 1);
    assert.doesNotMatch((await visitor.get('/global-setup/logins')).text, /no longer works/);
  });
});
