import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Types } from 'mongoose';
import { databaseReady } from '../../server/database/connect.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Resource } from '../../server/models/resource.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { Section } from '../../server/models/section.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { resumeRuns } from '../../server/sync/nights/resume-runs.js';
import { startSync } from '../../server/sync/runs/start-sync.js';
import { prepareDatabase } from '../../server/upgrades/prepare-database.js';
import { Account } from '../../server/models/account.js';
import { Event } from '../../server/models/event.js';
import { until } from '../support/database/scratch.js';
import { runNow, startDistrict, type TestDistrict } from '../support/roster/district.js';
import { startFaultyProxy, writeOf, type FaultyProxy } from '../support/faulty-proxy.js';
import { enginePid, testDatabaseUri } from '../support/hooks.js';
import { startWorkerProcess } from '../support/jobs/worker-process.js';
import { sayResult } from '../support/say-run.js';

const STUDENTS = 900;

describe('a worker killed in the middle of an import', () => {
  let undisturbed: string[];

  before(async () => {
    const district = await startDistrict({ students: STUDENTS });
    await district.sync();
    undisturbed = await whole();
    await district.close();
  });

  // Held there, it does not come to its end before it is killed, however busy the machine is.
  const moments: [string, (district: TestDistrict, proxy: FaultyProxy) => Promise<unknown>][] = [
    [
      'while it downloads',
      ({ sandbox }) => {
        sandbox.misbehave({ match: /role=contact/, kind: 'slow' });
        return sandbox.nextRequest(/role=contact/);
      },
    ],
    [
      'while it writes people',
      async (_, proxy) => {
        await proxy.holdAfter(writeOf('contact'));
        await until(async () => (await Contact.estimatedDocumentCount()) > 0);
      },
    ],
    [
      'while it writes classes',
      async (_, proxy) => {
        await proxy.holdAfter(writeOf('class'));
        await until(async () => (await Class.estimatedDocumentCount()) > 0);
      },
    ],
  ];
  for (const [when, moment] of moments) {
    it(`${when}: another takes the run over, and all is as after an undisturbed one`, async () => {
      const district = await startDistrict({ students: STUDENTS });
      // Else the worker does so at its start, which writes to contacts, too.
      await prepareDatabase();
      const proxy = await startFaultyProxy(testDatabaseUri());
      const run = await ask(district);
      const reached = moment(district, proxy);
      const worker = startWorkerProcess(district, { env: { MONGODB_URI: proxy.uri } });
      try {
        await reached;
      } finally {
        worker.kill('SIGKILL');
        await once(worker, 'exit');
        await proxy.close();
      }
      const silent = await SyncRun.findById(run).orFail().lean();
      assert.equal(silent.state, 'running');
      const timing = { heartbeatMs: 2000, staleMs: -60_000 };
      assert.equal(await resumeRuns(district.deps, timing), 1);
      await runNow(district.deps, run, timing);
      const done = await SyncRun.findById(run).orFail().lean();
      const part = await RosterRun.findById(done.refresh).orFail().lean();
      // The one that the worker was at was taken over.
      assert.deepEqual([done.state, Math.max(done.fence, part.fence)], ['done', 2]);
      assert.deepEqual(await whole(), undisturbed);
      await district.close();
    });
  }

  it('the engine itself, while it writes people: the run goes on when it is back, and all is the same', async function () {
    const pid = await enginePid();
    if (pid === undefined) {
      process.stdout.write('      skipped: needs the embedded engine\n');
      this.skip();
    }
    const district = await startDistrict({ students: STUDENTS });
    const run = await ask(district);
    const reached = until(async () => (await Contact.estimatedDocumentCount()) > 0);
    const timing = { heartbeatMs: 2000, staleMs: -60_000 };
    const first = runNow(district.deps, run).catch(() => undefined);
    await reached;
    process.kill(pid, 'SIGKILL');
    await first;
    await until(databaseReady);
    await resumeRuns(district.deps, timing);
    await runNow(district.deps, run, timing);
    const over = await SyncRun.findById(run).orFail().lean();
    assert.equal(over.state, 'done', sayResult(over));
    assert.deepEqual(await whole(), undisturbed);
    await district.close();
  });
});

async function ask(district: TestDistrict): Promise<Types.ObjectId> {
  const account = await Account.findById(district.account).orFail().lean();
  const event = await Event.findById(district.event).orFail().lean();
  const started = await startSync(district.deps, { account, event, trigger: 'sync now' });
  assert.ok(started.ok);
  return started.run;
}

/** All that the roster says, without ids and times of ours. */
async function whole(): Promise<string[]> {
  const contacts = await Contact.find().lean();
  const sections = await Section.find().lean();
  const person = new Map(contacts.map(({ _id, record }) => [_id.toHexString(), record?.id ?? '']));
  const section = new Map(sections.map(({ _id, record }) => [_id.toHexString(), record.id]));
  const ids = (list: Types.ObjectId[]) => list.map((id) => person.get(id.toHexString())).join();
  const lines = [
    ...contacts.map(({ record, type, status, firstName, lastName, email, grade, relations, schools }) =>
      JSON.stringify([
        'contact',
        record?.id,
        type,
        status,
        firstName,
        lastName,
        email,
        grade,
        relations,
        schools.length,
      ]),
    ),
    ...sections.map(({ record, status, name, term, teacherIds, studentIds }) =>
      JSON.stringify(['section', record.id, status, name, term, teacherIds, studentIds]),
    ),
    ...(await Class.find().lean()).map(({ section: of, status, synced }) =>
      JSON.stringify([
        'class',
        section.get(String(of)),
        status,
        synced.name,
        ids(synced.teachers),
        ids(synced.students),
      ]),
    ),
    ...(await Resource.find().lean()).map(({ contact, status, name }) =>
      JSON.stringify(['resource', person.get(String(contact)), status, name]),
    ),
  ];
  return lines.sort();
}
