import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { SyncRun } from '../../server/models/sync-run.js';
import { makeAccount, makeUser, Visitor } from '../support/app.js';
import { makeEvent } from '../support/roster/district.js';
import { Office, pathOf } from '../support/roster/office.js';

describe('pages of runs', () => {
  let office: Office;
  beforeEach(async () => {
    office = await Office.open();
  });
  afterEach(() => office.close());

  it('changes are searched, filtered and downloaded; what is new is listed apart', async () => {
    office.rename(3, '=HYPERLINK(1)');
    office.rename(4, 'Plain');
    const run = await office.district.sync();
    const found = await office.visitor.get(`${pathOf(run)}/changes?q=plain`);
    assert.match(found.text, /<strong>1<\/strong> change</);
    assert.match(found.text, /Unchanged: \d/);
    assert.match(
      (await office.visitor.get(`${pathOf(run)}/changes?q=nobody-is-called-so`)).text,
      /No changes match/,
    );
    const csv = await office.visitor.get(`${pathOf(run)}/changes.csv?kind=student`);
    assert.match(csv.headers['content-type'] ?? '', /text\/csv/);
    assert.ok(csv.text.includes("'=HYPERLINK(1)"));
    const first = await SyncRun.findOne().sort({ createdAt: 1 }).orFail().lean();
    assert.match(
      (await office.visitor.get(`${pathOf(first)}/changes?action=added&kind=student`)).text,
      /of 60 changes/,
    );
    const one = await office.visitorAs('event administrator', office.district.event);
    const theirs = await one.get(`${pathOf(run)}/changes?kind=student`);
    assert.equal(theirs.status, 200);
    assert.match(theirs.text, /first name<\/span> changed/, 'which fields, not the values');
  });

  it('appointments that a sync broke are named on its page and in its log', async () => {
    await office.book(0);
    office.leave(1);
    const run = await office.district.sync();
    const page = await office.visitor.get(pathOf(run));
    assert.match(page.text, /Appointments that need a look/);
    assert.ok(page.text.includes(`/events/${office.district.event.toHexString()}/problems`));
    const log = await office.visitor.get(`${pathOf(run)}/log?kind=appointment&action=changed`);
    assert.match(log.text, / with .*, Tuesday, November 24, 2026 at 2:00 PM/);
  });

  it('previews and undone runs are in the table of the Sync tab, and not in its chart', async () => {
    await office.district.sync();
    const run = await office.preview();
    const page = await office.visitor.get(office.tab);
    assert.match(page.text, />Preview</);
    assert.match(page.text, /2 runs from/);
    assert.equal(page.text.split(pathOf(run)).length, 2, 'once');
  });

  const ways: [path: string, post?: boolean][] = [
    [''],
    ['/changes'],
    ['/changes.csv'],
    ['/log'],
    ['/withheld'],
    ['/undo'],
    ['/apply'],
    ['/withheld', true],
    ['/apply', true],
    ['/discard', true],
    ['/undo', true],
  ];

  it('another account’s run and an invented one are not found; a lower level is refused everywhere', async () => {
    const run = await office.preview();
    const away = await makeAccount('Away');
    const stranger = await new Visitor(office.district.test.app).logIn(
      await makeUser(away._id, 'administrator'),
    );
    const clerk = await office.visitorAs('appointment maker');
    const other = await makeEvent(office.district.account, undefined, 'Other');
    const elsewhere = await office.visitorAs('event administrator', other);
    const refresh = `/importer/refreshes/${String(run.refresh)}`;
    for (const [path, post] of ways) {
      const ask = (who: Visitor, at: string) =>
        post
          ? who.post(`${at}${path}`, { reason: 'x', verdict: 'accept', sure: 'yes' })
          : who.get(`${at}${path}`);
      assert.equal((await ask(stranger, pathOf(run))).status, 404, path);
      assert.equal((await ask(elsewhere, pathOf(run))).status, 404, path);
      assert.equal((await ask(clerk, pathOf(run))).status, 403, path);
      assert.equal((await ask(elsewhere, refresh)).status, 403, path);
      assert.equal((await ask(stranger, refresh)).status, 404, path);
      const none = pathOf({ _id: new Types.ObjectId() });
      assert.equal((await ask(office.visitor, none)).status, 404, path);
    }
    assert.equal(await SyncRun.countDocuments({ purpose: { $nin: ['sync', 'preview'] } }), 0);
  });

  it('a form without its token, and one with operators for values, change nothing', async () => {
    const run = await office.preview();
    for (const path of ['/apply', '/discard', '/withheld', '/undo'])
      assert.equal(
        (
          await office.visitor.agent
            .post(`${pathOf(run)}${path}`)
            .type('form')
            .send({ reason: 'x' })
        ).status,
        403,
      );
    const page = await office.visitor.get(`${pathOf(run)}/changes?kind[$gt]=&state[$ne]=x&q[$gt]=`);
    assert.equal(page.status, 200);
    const odd = await office.visitor.post(
      `${pathOf(run)}/withheld`,
      { 'verdict[$gt]': '', 'reason[$gt]': '' },
      pathOf(run),
    );
    assert.equal(odd.status, 422);
    assert.equal((await SyncRun.findById(run._id).orFail().lean()).state, 'done');
  });
});
