import assert from 'node:assert/strict';
import { lint } from '../support/lint/lint.js';

const faults = (file: string, statement: string) => lint(file, `${statement}\n`, 'boundaries/');
const uses = (target: string) => `import { x } from '${target}';\nexport const y = x;`;
const usesType = (target: string) => `import type { X } from '${target}';\nexport type Y = X;`;

describe('import boundaries', () => {
  const refused: [file: string, statement: string][] = [
    ['server/models/student.ts', uses('../booking/book-slot.js')],
    ['server/models/student.ts', uses('../config.js')],
    ['server/models/student.ts', usesType('../booking/schema.js')],
    ['server/models/student.ts', `export { x } from '../booking/book-slot.js';`],
    ['server/models/student.ts', `export * from '../booking/book-slot.js';`],
    ['server/models/student.ts', `export const x = await import('../booking/book-slot.js');`],
    ['server/config.ts', uses('./models/student.js')],
    ['server/web/errors.ts', uses('../accounts/policy.js')],
    ['server/clever/client.ts', uses('../runs/read-stream.js')],
    ['server/clever/client.ts', uses('../sandbox/index.js')],
    ['server/sandbox/serve.ts', uses('../clever/client.js')],
    ['server/sandbox/serve.ts', usesType('../models/student.js')],
    ['server/classes/hide-class.ts', uses('../slots/free-slot.js')],
    ['server/slots/free-slot.ts', uses('../booking/book-slot.js')],
    ['server/claims/take-claims.ts', uses('../booking/book-slot.js')],
    ['server/claims/take-claims.ts', usesType('../meetings/name-meetings.js')],
    ['server/meetings/name-meetings.ts', uses('../booking/book-slot.js')],
    ['server/booking/book-slot.ts', uses('../database/connect.js')],
    ['server/booking/book-slot.ts', uses('../routes.js')],
    ['server/booking/book-slot.ts', uses('../app.js')],
    ['server/booking/book-slot.ts', uses('../../jobs/schedule.js')],
    ['server/booking/book-slot.ts', uses('../../test/support/http.js')],
    ['server/runs/engine/take-run.ts', uses('../../roster/run/run-refresh.js')],
    ['server/roster/run/run-refresh.ts', uses('../../sync/runs/start-sync.js')],
    ['server/sync/tab/routes.ts', usesType('../../review/withheld/schema.js')],
    ['server/roster/people/apply.ts', uses('../../events/create-event.js')],
    ['server/routes.ts', uses('./demo/index.js')],
    ['server/app.ts', uses('./sandbox/index.js')],
    ['server/booking/book-slot.ts', uses('../runtime.js')],
    ['jobs/run-sync.ts', uses('../server/app.js')],
    ['jobs/run-sync.ts', uses('../server/demo/index.js')],
    ['server/booking/book-slot.ts', uses('../a-folder-nobody-named/x.js')],
    ['server/a-folder-nobody-named/x.ts', 'export const x = 1;'],
  ];
  for (const [file, statement] of refused) {
    it(`${file} is refused: ${statement.split('\n')[0] ?? ''}`, async () => {
      assert.equal((await faults(file, statement)).length, 1);
    });
  }

  const allowed: [file: string, statement: string][] = [
    ['server/models/student.ts', uses('./school.js')],
    ['server/config.ts', uses('./root.js')],
    ['server/deps.ts', usesType('./models/student.js')],
    ['server/sandbox/serve.ts', usesType('../clever/schema.js')],
    ['server/sandbox/serve.ts', uses('./district/names.js')],
    ['server/roster/people/apply.ts', uses('../../clever/client.js')],
    ['server/roster/people/apply.ts', uses('../policy.js')],
    ['server/booking/book-slot.ts', uses('../slots/free-slot.js')],
    ['server/booking/book-slot.ts', uses('../claims/take-claims.js')],
    ['server/booking/book-slot.ts', uses('../models/slot.js')],
    ['server/booking/book-slot.ts', uses('express')],
    ['server/booking/book-slot.ts', uses('node:crypto')],
    ['server/routes.ts', uses('./booking/routes.js')],
    ['server/index.ts', uses('../jobs/schedule.js')],
    ['server/demo/index.ts', uses('../sandbox/index.js')],
    ['jobs/run-sync.ts', uses('../server/sync/runs/run-sync.js')],
    ['test/booking/book.test.ts', uses('../../server/app.js')],
  ];
  for (const [file, statement] of allowed) {
    it(`${file} may: ${statement.split('\n')[0] ?? ''}`, async () => {
      assert.deepEqual(await faults(file, statement), []);
    });
  }

  it('says who may not import what', async () => {
    const said = await faults('server/models/student.ts', uses('../booking/book-slot.js'));
    assert.match(said.join(), /models may not import server\/booking\/book-slot\.ts/);
  });
});
