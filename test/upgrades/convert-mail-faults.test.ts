import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Notification } from '../../server/models/notification.js';
import { sayFault } from '../../server/notifications/show-fault.js';
import { convertMailFaults } from '../../server/upgrades/convert-mail-faults.js';
import { emptyDatabase } from '../support/hooks.js';

describe('why mails of version 0.5 did not go out', () => {
  beforeEach(() => emptyDatabase());

  it('becomes a code, and is said in the words of now', async () => {
    const faults = [
      'The mail server could not be reached.',
      'The mail server refused this address (550).',
      '',
      undefined,
    ];
    await Notification.collection.insertMany(
      faults.map((fault, n) => ({
        _id: new Types.ObjectId(),
        key: String(n),
        ...(fault === undefined ? {} : { fault }),
      })),
    );
    await convertMailFaults();
    await convertMailFaults();
    const found = await Notification.find().sort({ key: 1 }).lean();
    assert.deepEqual(
      found.map(({ fault }) => fault?.code),
      ['unreachable', 'text', undefined, undefined],
    );
    assert.deepEqual(
      found.map(({ fault }) => sayFault(fault)),
      [sayFault({ code: 'unreachable' }), faults[1], '', ''],
    );
    for (const mail of await Notification.find()) await mail.validate(['fault']);
  });
});
