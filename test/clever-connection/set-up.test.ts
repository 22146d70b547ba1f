import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { Sandbox } from '../../server/sandbox/start-sandbox.js';
import { Account } from '../../server/models/account.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { School } from '../../server/models/school.js';
import { makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { connect, SET_UP, startDistrict } from '../support/clever-connection/support.js';

describe('Global Setup → Clever', () => {
  let sandbox: Sandbox;
  let test: TestApp;
  let account: Account;
  let visitor: Visitor;

  beforeEach(async () => {
    await emptyDatabase();
    ({ sandbox, test } = await startDistrict());
    account = await makeAccount();
    visitor = await new Visitor(test.app).logIn(await makeUser(account._id, 'administrator'));
  });
  afterEach(() => sandbox.close());

  const post = (path: string, fields: Record<string, string | string[]> = {}) =>
    visitor.post(`${SET_UP}${path}`, fields, SET_UP);
  const page = async (): Promise<string> => (await visitor.get(SET_UP)).text;
  const clever = async () => (await Account.findById(account._id).lean())?.clever;
  const saveDistrict = () => post('/district', { district: sandbox.districtId });
  const saveToken = (token = sandbox.token) => post('/access', { kind: 'token', token });
  const saveApplication = () =>
    post('/access', { kind: 'application', clientId: sandbox.clientId, clientSecret: sandbox.clientSecret });

  describe('the district id', () => {
    it('is taken out of a pasted login link and saved', async () => {
      const link = `https://clever.com/oauth/district-picker?client_id=4c63c1cf623dce82caac&district_id=${sandbox.districtId}`;
      const answer = await post('/district', { district: link });
      assert.equal(answer.status, 303);
      assert.equal((await clever())?.districtId, sandbox.districtId);
      assert.ok((await page()).includes(sandbox.districtId));
    });

    it('that is none is refused with the form as it was typed', async () => {
      const answer = await post('/district', { district: 'maple <b>unified</b>' });
      assert.equal(answer.status, 422);
      assert.match(answer.text, /no district ID in this/);
      assert.match(answer.text, /maple &lt;b&gt;unified/);
      assert.equal(await clever(), undefined);
    });

    it('cannot be changed while Clever is enabled', async () => {
      await connect(account._id, sandbox, test, { enabled: true });
      const answer = await post('/district', { district: '5b2ad81a709e300001e2cd7a' });
      assert.equal(answer.status, 422);
      assert.equal((await clever())?.districtId, sandbox.districtId);
    });

    it('changed afterwards asks first, then clears the matches and drops the other district’s token', async () => {
      await connect(account._id, sandbox, test);
      await School.create({ account: account._id, name: 'A', sortKey: 'a', clever: { id: 'x', name: 'X' } });
      const other = '5b2ad81a709e300001e2cd7a';
      const asked = await post('/district', { district: other });
      assert.match(asked.text, /1 school match is cleared/);
      assert.equal((await clever())?.districtId, sandbox.districtId);
      assert.equal((await post('/district', { district: other, sure: 'yes' })).status, 303);
      assert.equal((await clever())?.districtId, other);
      assert.equal((await clever())?.credentials, undefined);
      assert.equal((await clever())?.approval, 'unknown');
      assert.equal((await School.findOne().lean())?.clever, undefined);
    });
  });

  describe('access', () => {
    it('is sealed, and neither token nor secret is ever on a page, in the database or in the log', async () => {
      const lines: string[] = [];
      const sink = new Writable({
        write(chunk: Buffer, _encoding, done) {
          lines.push(chunk.toString());
          done();
        },
      });
      test.deps.log = pino({ level: 'trace' }, sink);
      await saveDistrict();
      await saveToken();
      const stored = [JSON.stringify(await Account.find().lean())];
      const pages = [await page()];
      sandbox.misbehave({ match: /./, kind: '500', times: 20 });
      await saveApplication();
      pages.push(await page(), (await post('/access', { kind: 'token', token: 'two words' })).text);
      stored.push(JSON.stringify([await Account.find().lean(), await AuditEntry.find().lean()]));
      for (const secret of [sandbox.token, sandbox.clientSecret, 'two words'])
        for (const text of [...pages, ...stored, lines.join('')]) assert.ok(!text.includes(secret));
      assert.match(pages[0] ?? '', /A district token<\/strong> is saved on/);
      assert.match(pages[1] ?? '', /A client ID and secret<\/strong> is saved on/);
      assert.ok(lines.length > 0);
    });

    it('before a district id is refused; together with one, one button saves both', async () => {
      assert.equal((await saveToken()).status, 422);
      assert.equal(await clever(), undefined);
      const { districtId: district, token } = sandbox;
      const wrong = await post('/access', { kind: 'token', token, district: 'no id here' });
      assert.equal(wrong.status, 422);
      assert.match(wrong.text, /no district ID in this/);
      assert.equal((await clever())?.credentials, undefined);
      const both = await post('/access', { kind: 'token', token, district });
      assert.equal(both.headers.location, `${SET_UP}#approval`);
      assert.deepEqual([(await clever())?.districtId, (await clever())?.approval], [district, 'approved']);
    });

    it('by the Enter key too: district and token at once', async () => {
      await post('/typed', { district: sandbox.districtId, token: sandbox.token });
      assert.equal((await clever())?.approval, 'approved');
    });

    it('by this installation’s application is offered only where there is one', async () => {
      await saveDistrict();
      assert.ok(!(await page()).includes('This installation’s application'));
      assert.equal((await post('/access', { kind: 'installation' })).status, 422);
      assert.equal((await clever())?.credentials, undefined);
    });

    it('by a token of another district is refused in words', async () => {
      await post('/district', { district: '5b2ad81a709e300001e2cd7a' });
      await saveToken();
      assert.equal((await clever())?.approval, 'refused');
      assert.match(await page(), /is for a different district/);
    });

    it('by a wrong token is refused in words, and the right one puts it right', async () => {
      await saveDistrict();
      await saveToken('not-the-token');
      assert.equal((await clever())?.approval, 'refused');
      assert.match(await page(), /Clever rejected the district token/);
      await saveToken();
      assert.equal((await clever())?.approval, 'approved');
      assert.ok(!(await page()).includes('Clever rejected'));
    });
  });

  describe('Enable', () => {
    const blockers = async (): Promise<string[]> =>
      [...(/<ul id="why-not">(.*?)<\/ul>/s.exec(await page())?.[1] ?? '').matchAll(/<li>(.*?)<\/li>/g)].map(
        (found) => found[1] ?? '',
      );

    it('says what is missing, step by step, and the server refuses as well until nothing is', async () => {
      assert.equal((await blockers()).length, 3);
      assert.equal((await post('/enable')).status, 422);
      await saveDistrict();
      assert.equal((await blockers()).length, 2);
      sandbox.approve(false);
      await saveApplication();
      assert.deepEqual(await blockers(), [
        'The district hasn’t approved access yet.',
        'No school is matched.',
      ]);
      sandbox.approve(true);
      await post('/check');
      assert.deepEqual(await blockers(), ['No school is matched.']);
      assert.match(await page(), /disabled aria-describedby="why-not">Enable Clever/);
      assert.equal((await post('/enable')).status, 422);
      assert.equal((await clever())?.enabled, false);
      await post('/schools/from-clever', { cleverSchool: 'all' });
      assert.deepEqual(await blockers(), []);
      assert.equal((await post('/enable')).status, 303);
      assert.equal((await clever())?.enabled, true);
      const asked = await post('/disable');
      assert.match(asked.text, /Disable Clever\?[\s\S]*Nothing is imported[\s\S]*Keep it enabled/);
      assert.equal((await clever())?.enabled, true);
      await post('/disable', { sure: 'yes' });
      assert.equal((await clever())?.enabled, false);
      const actions = (await AuditEntry.find({ account: account._id }).sort({ at: 1 }).lean()).map(
        ({ action }) => action,
      );
      assert.ok(actions.includes('enable clever') && actions.includes('disable clever'));
    });
  });

  it('keeps which kinds come, and refuses none', async () => {
    await saveDistrict();
    await post('/kinds', { kinds: ['students', 'contacts'] });
    assert.deepEqual((await clever())?.kinds, {
      students: true,
      teachers: false,
      staff: false,
      contacts: true,
    });
    assert.equal((await post('/kinds')).status, 422);
    assert.equal((await clever())?.kinds.students, true);
  });

  it('answers in the step that was worked at, and folds the steps that are done', async () => {
    const step = (html: string, id: string) =>
      new RegExp(`<section[^>]*step-${id}">[\\s\\S]*?</section>`).exec(html)?.[0] ?? '';
    const first = await page();
    assert.doesNotMatch(first, /<details class="step"/);
    await post('/access', { kind: 'token', token: sandbox.token, district: sandbox.districtId });
    const html = await page();
    assert.match(step(html, 'approval'), /<details class="step" open>[\s\S]*Connected to the district/);
    assert.equal(html.split('Connected to the district').length, 2, 'and nowhere else');
    for (const id of ['district', 'access'])
      assert.match(step(html, id), /<details class="step">\s*<summary>[\s\S]*Done/, id);
    for (const id of ['schools', 'kinds', 'enable'])
      assert.doesNotMatch(step(html, id), /<details class="step"/, id);
    await post('/schools/from-clever', { cleverSchool: 'all' });
    assert.match(
      step(await page(), 'schools'),
      /<details class="step" open>[\s\S]*schools? (is|are) created/,
    );
    assert.match(step(await page(), 'schools'), /<details class="step">/);
    const wrong = await post('/district', { district: 'nothing' });
    assert.match(step(wrong.text, 'district'), /<details class="step" open>/);
  });

  it('says that nobody logs in through Clever, and where the district id is found', async () => {
    const text = await page();
    assert.match(text, /nobody logs in to Slotbell through Clever/);
    assert.match(text, /Where to find the district ID/);
  });

  it('another account’s administrator sees nothing of it', async () => {
    await saveDistrict();
    await saveToken();
    const other = await makeAccount('Oak School');
    const stranger = await new Visitor(test.app).logIn(await makeUser(other._id, 'administrator'));
    assert.ok(!(await stranger.get(SET_UP)).text.includes(sandbox.districtId));
  });

  it('everybody below an administrator gets 403, and a visitor the log-in page', async () => {
    for (const level of ['event administrator', 'appointment viewer', 'customer'] as const) {
      const lower = await new Visitor(test.app).logIn(await makeUser(account._id, level));
      assert.equal((await lower.get(SET_UP)).status, 403, level);
      assert.equal((await lower.post(`${SET_UP}/enable`, {}, '/forgot')).status, 403, level);
    }
    assert.equal((await new Visitor(test.app).get(SET_UP)).status, 303);
  });

  it('a change without the form token is refused', async () => {
    for (const path of [
      'district',
      'access',
      'check',
      'kinds',
      'enable',
      'disable',
      'schools',
      'schools/match',
      'schools/clear',
    ])
      assert.equal((await visitor.agent.post(`${SET_UP}/${path}`).type('form').send({})).status, 403, path);
  });
});
