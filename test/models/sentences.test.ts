import assert from 'node:assert/strict';
import mongoose, { Types } from 'mongoose';
// What a test empties is the collections of the models that are loaded.
import '../../server/models/duplicate.js';
import { emptyDatabase } from '../support/hooks.js';
import { findSentences } from '../support/sentences.js';

/** The finder that other tests hold against what they leave in the database. */
describe('a sentence in the database', () => {
  beforeEach(() => emptyDatabase());

  const store = (name: string, document: object) =>
    mongoose.connection.collection(name).insertOne({ _id: new Types.ObjectId(), key: '', ...document });

  it('is found wherever a record keeps one', async () => {
    await store('notification', { fault: 'The mail server could not be reached.' });
    await store('syncRun', { remarks: [{ code: 'withheld', why: 'this download may not tell all.' }] });
    await store('auditEntry', { detail: { outcome: 'The meeting was canceled by the school' } });
    await store('duplicate', { reason: 'Both have the same name.', pair: 'x' });
    assert.deepEqual((await findSentences()).sort(), [
      'auditEntry detail.outcome: The meeting was canceled by the school',
      'duplicate reason: Both have the same name.',
      'notification fault: The mail server could not be reached.',
      'syncRun remarks.why: this download may not tell all.',
    ]);
  });

  it('may stand where people type, in mails, and in the words of an older version', async () => {
    await store('event', { description: 'Bring your child’s report card.', link: 'x' });
    await store('contact', { lastName: 'This is her whole name.' });
    await store('rosterRun', {
      reason: 'They had all moved away.',
      result: { code: 'text', text: 'It was so.' },
    });
    await store('notification', { text: 'Your meeting is at 3.', kind: 'appointment booked' });
    await store('syncRun', { state: 'done', result: { code: 'stopped before its start' } });
    assert.deepEqual(await findSentences(), []);
  });
});
