import assert from 'node:assert/strict';
import { lint } from '../support/lint/lint.js';

const faults = (file: string) => lint(file, 'export const x = 1;\n', 'slotbell/file-names');

describe('file names', () => {
  for (const file of [
    'server/booking/helpers.ts',
    'server/booking/slots.ts',
    'server/booking/book.ts',
    'server/booking/slot-book.ts',
    'server/booking/index.ts',
    'server/booking/bookSlot.ts',
    'server/sandbox/makeDistrict.ts',
    'server/sync/eventUpdate/apply.ts',
    'server/models/Student.ts',
    'jobs/run_sync.ts',
  ]) {
    it(`${file} is refused`, async () => {
      assert.equal((await faults(file)).length, 1);
    });
  }

  for (const file of [
    'server/booking/routes.ts',
    'server/booking/schema.ts',
    'server/booking/queries.ts',
    'server/booking/policy.ts',
    'server/clever/client.ts',
    'server/booking/book-slot.ts',
    'server/classes/hide-class.ts',
    'server/sandbox/index.ts',
    'server/sync/update/apply.ts',
    'server/models/student.ts',
    'server/config.ts',
    'jobs/nightly-sync.ts',
    'test/booking/race.test.ts',
  ]) {
    it(`${file} is fine`, async () => {
      assert.deepEqual(await faults(file), []);
    });
  }
});
