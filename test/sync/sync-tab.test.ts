import assert from 'node:assert/strict';
import mongoose, { Types } from 'mongoose';
import { Account } from '../../server/models/account.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Event, type EventSync } from '../../server/models/event.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { createTestApp, makeUser, Visitor } from '../support/app.js';
import { makeEvent } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';
import { counts, NOW, runOf, ZONE } from '../support/roster/made-run.js';

describe('the Sync tab', () => {
  let office: Visitor;
  let account: Account;
  let event: Event;
  const sync: EventSync = { on: true, hour: 1, schools: [], terms: [], noTerm: true };
  const page = async (query = '') =>
    (await office.get(`/events/${event._id.toHexString()}/sync${query}`)).text;

  beforeEach(async () => {
    await emptyDatabase();
    const test = createTestApp();
    account = (
      await Account.create({
        name: 'Maple School',
        timeZone: ZONE,
        createdAt: NOW,
        clever: { districtId: 'd'.repeat(24), enabled: true },
      })
    ).toObject();
    event = await makeEvent(account._id, { sync });
    office = await new Visitor(test.app).logIn(await makeUser(account._id, 'administrator'));
    test.setNow(NOW);
  });

  /** Stored runs, each with a refresh of its own: the first one added 1 student, the second 2, and so on. */
  async function store(...runs: SyncRun[]): Promise<void> {
    for (const [index, run] of runs.entries()) {
      const refresh = await RosterRun.create({
        account: account._id,
        state: 'done',
        createdAt: run.createdAt,
        counts: { student: counts({ added: index + 1 }) },
      });
      const owned = { account: account._id, event: event._id, refresh: refresh._id };
      await SyncRun.create(Object.assign(run, owned));
    }
  }

  it('says that nothing was synced, and draws nothing', async () => {
    const text = await page();
    assert.match(text, /Nothing has been synced yet/);
    assert.match(text, /The nightly sync is on\. It runs next on Wednesday, November 25 at 1:00 AM/);
    assert.match(text, /None yet/);
    assert.doesNotMatch(text, /chart-drawing|See the numbers/);
  });

  it('shows runs of every state: chart, numbers, table, and the last good run although later ones failed', async () => {
    await store(
      runOf('queued', 0, { trigger: 'sync now' }),
      runOf('running', 0),
      runOf('failed', 1),
      runOf('stopped', 2),
      runOf('done', 3, {
        result: { code: 'did', counts: { student: { added: 5 } } },
        counts: { class: counts({ removed: 70 }) },
      }),
      runOf('done', 4),
    );
    const text = await page();
    assert.match(text, /The sync is (waiting|running).*Follow it/);
    assert.doesNotMatch(text, /flash-danger/);
    assert.match(
      text,
      /The last good run was on Saturday, November 21 at 1:00 AM\. Since then, 1 failed and 1 was stopped\./,
    );
    assert.match(
      text,
      /Last good run<\/dt><dd><a href="\/importer\/runs\/[0-9a-f]{24}">Saturday, November 21 at 1:00 AM<\/a>, took 41 s\. 5 new students\./,
    );
    assert.match(text, /role="img" aria-labelledby="history" aria-describedby="history-words"/);
    assert.equal(text.match(/class="chart-hit"/g)?.length, 4);
    assert.equal(text.match(/<path class="chart-failed"/g)?.length, 1);
    assert.equal(text.match(/<path class="chart-stopped"/g)?.length, 1);
    assert.match(text, /<title>Sat, Nov 21, 1:00 AM: 5 new, 0 changed, 70 removed, 41 s<\/title>/);
    assert.match(text, /<td class="num" data-label="Removed">70<\/td>/);
    assert.match(text, /<td class="num" data-label="Took">41 s<\/td>/);
    assert.doesNotMatch(text, / style=/);
  });

  it('prints what a run says as text, wherever it stands', async () => {
    const result = { code: 'text', text: 'Asked <b>"Clever"</b> & co.' } as const;
    await store(runOf('failed', 0, { result }), runOf('done', 1, { result }));
    const text = await page();
    assert.ok(!text.includes('<b>'));
    assert.match(text, /class="flash flash-danger">.*?The sync .*? failed: Asked/s);
    assert.equal(text.match(/&lt;b&gt;/g)?.length, 4, 'the sentence, the last good run, two rows');
  });

  it('asks one question for the runs and one for their refreshes, however many', async () => {
    const questions = async () => {
      const asked: string[] = [];
      const noted = mongoose.get('debug');
      mongoose.set('debug', (collection, method, ...args: unknown[]) => {
        if (/^(syncRun|rosterRun)$/.test(collection)) asked.push(`${collection} ${method}`);
        if (typeof noted === 'function') noted(collection, method, ...args);
      });
      try {
        await page();
      } finally {
        mongoose.set('debug', noted ?? false);
      }
      return asked.sort();
    };
    await store(runOf('done', 40), runOf('done', 39));
    const few = await questions();
    await store(...Array.from({ length: 35 }, (_, night) => runOf('done', night)));
    assert.deepEqual(await questions(), few);
    assert.deepEqual(few, ['rosterRun find', 'syncRun countDocuments', 'syncRun find', 'syncRun findOne']);
    assert.equal((await page()).match(/class="chart-hit"/g)?.length, 30);
    assert.match(await page('?page=2'), /chart-drawing[^]*26–37<\/strong> of 37 runs/);
  });

  it('finds the last good run behind thirty that failed', async () => {
    await store(runOf('done', 50), ...Array.from({ length: 31 }, (_, night) => runOf('failed', night)));
    assert.match(
      await page(),
      /The last good run was on Monday, October 5 at 2:00 AM\. Since then, at least 30 failed\./,
    );
  });

  it('says since when the nightly sync is off: from its stop, not from later ones or those before it was on', async () => {
    const off = { ...sync, on: false, onSince: new Date('2026-11-20T00:00:00Z') };
    await Event.updateOne({ _id: event._id }, { $set: { sync: off } });
    assert.match(await page(), /The nightly sync is off\./);
    for (const at of ['2026-11-18', '2026-11-22', '2026-11-23'])
      await AuditEntry.create({
        account: account._id,
        at: new Date(`${at}T18:00:00Z`),
        action: 'stop sync',
        targets: [new Types.ObjectId(), event._id],
      });
    assert.match(await page(), /has been off since Sunday, November 22 at 12:00 PM\./);
  });

  it('promises no night while the event is archived or the account is not connected', async () => {
    await Account.updateOne({ _id: account._id }, { $set: { 'clever.enabled': false } });
    assert.match(await page(), /paused because Clever isn’t enabled/);
    await Event.updateOne({ _id: event._id }, { $set: { status: 'archived' } });
    const text = await page();
    assert.match(text, /paused while the event is archived/);
    assert.doesNotMatch(text, /Next run/);
  });

  it('has durations in the Importer’s last runs', async () => {
    await store(runOf('done', 1), runOf('queued', 0));
    const { text } = await office.get('/importer');
    assert.match(text, /<td class="num" data-label="Took">41 s<\/td>/);
    assert.match(text, /<td class="num" data-label="Took"><\/td>/);
  });
});
