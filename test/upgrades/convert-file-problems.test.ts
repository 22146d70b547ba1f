import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { RosterUpload } from '../../server/models/roster-upload.js';
import { convertFileProblems } from '../../server/upgrades/convert-file-problems.js';
import { showProblems } from '../../server/uploads/show-problems.js';
import { emptyDatabase } from '../support/hooks.js';
import { findSentences } from '../support/sentences.js';

describe('problems of uploads of version 0.6', () => {
  beforeEach(() => emptyDatabase());

  it('keep their words, in their order, in as many uploads as there are, and codes stay codes', async () => {
    const where = { file: 'students.txt', line: 2, field: 'Last' };
    const words = { problem: 'Last is empty.', advice: 'Add it in your system and upload again.' };
    const code = { ...where, fault: { code: 'empty' } };
    const uploads = Array.from({ length: 250 }, (_, n) => ({
      ...{ _id: new Types.ObjectId(), account: new Types.ObjectId(), state: 'refused' },
      problems:
        n === 7 ? [] : n === 8 ? [code] : [{ ...where, ...words }, code, { ...where, ...words, line: 9 }],
    }));
    await RosterUpload.collection.insertMany(uploads);
    assert.notDeepEqual(await findSentences(), []);
    await convertFileProblems();
    await convertFileProblems();
    assert.deepEqual(await findSentences(), []);
    const found = await RosterUpload.find().sort({ _id: 1 }).lean();
    const old = { ...where, fault: { code: 'text', text: words.problem, advice: words.advice } };
    assert.deepEqual(
      found.map(({ problems }) => problems),
      uploads.map((_, n) => (n === 7 ? [] : n === 8 ? [code] : [old, code, { ...old, line: 9 }])),
    );
    assert.deepEqual(showProblems(found[0]?.problems ?? [], { locale: 'en-US' })[2], {
      ...where,
      ...words,
      line: 9,
    });
  });
});
