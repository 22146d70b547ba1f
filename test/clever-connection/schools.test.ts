import assert from 'node:assert/strict';
import type { Sandbox } from '../../server/sandbox/start-sandbox.js';
import { Account } from '../../server/models/account.js';
import { Contact } from '../../server/models/contact.js';
import { School } from '../../server/models/school.js';
import { makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { connect, SET_UP, startDistrict } from '../support/clever-connection/support.js';

describe('school matching', () => {
  let sandbox: Sandbox;
  let test: TestApp;
  let account: Account;
  let visitor: Visitor;
  let theirs: { id: string; name: string }[];

  beforeEach(async () => {
    await emptyDatabase();
    ({ sandbox, test } = await startDistrict());
    account = await makeAccount();
    theirs = [0, 1, 2, 3].map((index) => ({
      id: sandbox.idOf('school', index),
      name: `Their school ${String(index)}`,
    }));
    await connect(account._id, sandbox, test, { schools: theirs });
    visitor = await new Visitor(test.app).logIn(await makeUser(account._id, 'administrator'));
  });
  afterEach(() => sandbox.close());

  const post = (path: string, fields: Record<string, string>) =>
    visitor.post(`${SET_UP}/schools${path}`, fields, SET_UP);
  const own = async (name: string): Promise<string> => {
    const made = await School.create({ account: account._id, name, sortKey: name.toLowerCase() });
    return made._id.toHexString();
  };
  const matches = async () =>
    (await School.find({ account: account._id }).sort({ sortKey: 1 }).lean()).map(
      (school) => school.clever?.id,
    );

  it('joins the chosen pair, and the red × clears it', async () => {
    const school = await own('Lincoln <High>');
    assert.equal((await post('/match', { school, cleverSchool: theirs[1]!.id })).status, 303);
    assert.deepEqual(await matches(), [theirs[1]!.id]);
    const page = (await visitor.get(SET_UP)).text;
    assert.match(page, /aria-label="Clear the match of Lincoln &lt;High&gt;"/);
    assert.ok(!page.includes(`value="${theirs[1]!.id}"`), 'a matched one is no longer offered');
    assert.equal((await post('/clear', { clear: school })).status, 303);
    assert.deepEqual(await matches(), [undefined]);
  });

  it('gives one Clever school to one of ours, also when two ask at once', async () => {
    const schools = [await own('A'), await own('B'), await own('C')];
    await visitor.get(SET_UP); // the form's token is made once
    const answers = await Promise.all(
      schools.map((school) => post('/match', { school, cleverSchool: theirs[0]!.id })),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 422, 422]);
    assert.ok(answers.some(({ text }) => text.includes('Each Clever school matches only one of yours')));
    assert.equal((await matches()).filter(Boolean).length, 1);
  });

  it('of a school that is matched already is refused', async () => {
    const school = await own('A');
    await post('/match', { school, cleverSchool: theirs[0]!.id });
    assert.equal((await post('/match', { school, cleverSchool: theirs[1]!.id })).status, 422);
    assert.deepEqual(await matches(), [theirs[0]!.id]);
  });

  it('with nothing chosen, an unknown Clever school or another account’s school is refused', async () => {
    const other = await School.create({
      account: (await makeAccount('Oak'))._id,
      name: 'Oak',
      sortKey: 'oak',
    });
    const school = await own('A');
    for (const fields of [
      {},
      { school },
      { school, cleverSchool: '5b2ad81a709e300001e2cd7a' },
      { school: other._id.toHexString(), cleverSchool: theirs[0]!.id },
      { school: other._id.toHexString() + '$', cleverSchool: theirs[0]!.id },
    ])
      assert.equal((await post('/match', fields as Record<string, string>)).status, 422);
    assert.equal((await post('/clear', { clear: other._id.toHexString() })).status, 422);
    assert.equal(await School.countDocuments({ 'clever.id': { $exists: true } }), 0);
  });

  it('creates one school of ours from Clever’s, and then all that are left', async () => {
    await post('/from-clever', { cleverSchool: theirs[2]!.id });
    assert.deepEqual(await matches(), [theirs[2]!.id]);
    await post('/from-clever', { cleverSchool: 'all' });
    assert.deepEqual((await matches()).sort(), theirs.map(({ id }) => id).sort());
    assert.equal((await post('/from-clever', { cleverSchool: 'all' })).status, 422);
  });

  it('adds a school of ours by name, once', async () => {
    assert.equal((await post('', { name: ' École  Jules ' })).status, 303);
    assert.equal((await post('', { name: 'ecole jules' })).status, 422);
    assert.equal((await post('', { name: ' ' })).status, 422);
    assert.equal(await School.countDocuments({ account: account._id }), 1);
  });

  it('keeps the last match while Clever is enabled, and asks before a school with people leaves', async () => {
    const [a, b] = [await own('A'), await own('B')];
    await post('/match', { school: a, cleverSchool: theirs[0]!.id });
    await post('/match', { school: b, cleverSchool: theirs[1]!.id });
    await Account.updateOne({ _id: account._id }, { $set: { 'clever.enabled': true } });
    await Contact.create({
      account: account._id,
      type: 'student',
      source: 'clever',
      status: 'active',
      schools: [a],
      searchKey: 'x',
      sortKey: 'x',
    });
    const asked = await post('/clear', { clear: a });
    assert.match(asked.text, /1 person and 0 sections of this school are removed at the next sync/);
    assert.equal((await matches()).filter(Boolean).length, 2);
    assert.equal((await post('/clear', { clear: a, sure: 'yes' })).status, 303);
    const last = await post('/clear', { clear: b, sure: 'yes' });
    assert.equal(last.status, 422);
    assert.match(last.text, /At least one school stays matched/);
    assert.equal((await matches()).filter(Boolean).length, 1);
  });

  it('shows at most 100 of a long list and finds the others by search', async () => {
    const many = Array.from({ length: 250 }, (_, n) => ({
      id: `s${String(n)}`,
      name: `School ${String(n)}`,
    }));
    await Account.updateOne({ _id: account._id }, { $set: { 'clever.schools': many } });
    const page = (await visitor.get(SET_UP)).text;
    assert.equal(page.match(/name="cleverSchool" value="s\d/g)?.length, 100);
    assert.match(page, /And 150 more: search for them/);
    const found = (await visitor.get(`${SET_UP}?q=school+249`)).text;
    assert.match(found, /value="s249"/);
  });
});
