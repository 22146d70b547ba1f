import assert from 'node:assert/strict';
import { sayDetail } from '../../server/history/say-detail.js';
import { EVE } from '../support/booking/conference.js';

describe('the details of an audit entry', () => {
  const said = (detail: Record<string, unknown>) =>
    sayDetail(detail, { locale: 'en-US', timeZone: 'America/Chicago' });

  it('say of mails to whom they went, how many, and when; nothing of what has no word', () => {
    assert.deepEqual(said({ group: 'unbooked', mails: 1214, sendAt: EVE }), [
      'To: families without an appointment',
      '1,214 emails',
      'Send time: 11/23/2026, 12:00:00 PM',
    ]);
    assert.deepEqual(said({ mails: 1, people: 3 }), ['1 email', '3 people']);
    assert.deepEqual(said({ group: 'toString', sendAt: 'soon', secret: 'x' }), []);
  });
});
