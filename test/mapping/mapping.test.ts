import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Account } from '../../server/models/account.js';
import { mappingOf, NO_MAPPING } from '../../server/models/field-mapping.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Contact } from '../../server/models/contact.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { startMappingPreview } from '../../server/mapping/start-preview.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';

const HOME = '/global-setup/clever/mapping';

describe('Global Setup → Clever → Field mapping', () => {
  let test: TestApp;
  let account: Account;
  let visitor: Visitor;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    account = await makeAccount();
    visitor = await new Visitor(test.app).logIn(await makeUser(account._id, 'administrator'));
  });

  const post = (path: string, fields: Record<string, string> = {}) => visitor.post(HOME + path, fields, HOME);
  const stored = async () => mappingOf(await Account.findById(account._id).orFail().lean());
  const WANTED = { 'student-communityId': 'student_number', 'staff-barcode': 'staff_id' };
  const UNMAPPED = ',,,,,';

  it('shows every field with where it comes from, and both identifiers of each type as not mapped', async () => {
    const { text } = await visitor.get(HOME);
    for (const from of [
      'name.first',
      'dob',
      'gender',
      'location.zip',
      'grade',
      'credentials.district_username',
    ])
      assert.ok(text.includes(from), from);
    assert.equal(text.match(/<select/g)?.length, 6);
    assert.ok(!/<option value="\w+" selected/.test(text));
    assert.match(text, /isn’t mapped is never used for matching/);
    const options = (name: string) =>
      [
        ...(new RegExp(`name="${name}"[\\s\\S]*?</select>`).exec(text)?.[0] ?? '').matchAll(/value="(\w+)"/g),
      ].map(([, value]) => value);
    assert.deepEqual(options('student-barcode'), ['student_number', 'sis_id', 'state_id']);
    assert.deepEqual(options('teacher-communityId'), ['teacher_number', 'sis_id', 'state_id']);
    assert.deepEqual(options('staff-communityId'), ['staff_id']);
  });

  it('warns with numbers before anything is saved', async () => {
    const base = { account: account._id, type: 'student', source: 'hand', status: 'active' } as const;
    await Contact.create({ ...base, identifiers: { communityId: '7' } });
    await Contact.create(base);
    await Contact.create({ ...base, account: new Types.ObjectId(), identifiers: { communityId: '8' } });
    const answer = await post('', WANTED);
    assert.equal(answer.status, 200);
    assert.match(answer.text, /A wrong mapping mixes people up/);
    assert.match(answer.text, /1 of 2 students now have a Community ID/);
    assert.match(answer.text, /There are no staff yet/);
    assert.match(answer.text, /not mapped → student_number/);
    assert.deepEqual(await stored(), NO_MAPPING);
  });

  it('is saved only with the tick, and leaves an entry', async () => {
    const refused = await post('/saved', { ...WANTED, was: UNMAPPED });
    assert.equal(refused.status, 422);
    assert.match(refused.text, /confirm that you understand what can go wrong/);
    assert.match(refused.text, /name="student-communityId" value="student_number"/);
    assert.deepEqual(await stored(), NO_MAPPING);
    const answer = await post('/saved', { ...WANTED, was: UNMAPPED, understood: 'yes' });
    assert.equal(answer.status, 303);
    assert.deepEqual(await stored(), {
      student: { communityId: 'student_number', barcode: '' },
      teacher: { communityId: '', barcode: '' },
      staff: { communityId: '', barcode: 'staff_id' },
    });
    const entry = await AuditEntry.findOne({ action: 'change field mapping' }).orFail().lean();
    const barcode = entry.changes?.find(({ field }) => field === 'staff-barcode');
    assert.deepEqual([barcode?.before, barcode?.after], ['', 'staff_id']);
    assert.match((await visitor.get(HOME)).text, /<option value="staff_id" selected/);
    const same = await post('', WANTED);
    assert.equal(same.status, 303);
  });

  it('is not saved over what somebody else has changed since', async () => {
    const asked = await post('', WANTED);
    assert.ok(asked.text.includes(`name="was" value="${UNMAPPED}"`));
    const other = { ...NO_MAPPING, teacher: { communityId: 'sis_id', barcode: '' } } as const;
    await Account.updateOne({ _id: account._id }, { $set: { mapping: other } });
    const answer = await post('/saved', { ...WANTED, was: UNMAPPED, understood: 'yes' });
    assert.deepEqual(await stored(), other);
    assert.equal(answer.status, 422);
    assert.match(
      answer.text,
      /Somebody else changed this[\s\S]*Teachers: Community ID[\s\S]*Not mapped[\s\S]*sis_id/,
    );
    // Sent once more, it is saved: the warning shows what it changes now.
    const was = /name="was" value="([^"]*)"/.exec(answer.text)?.[1] ?? '';
    assert.equal((await post('/saved', { ...WANTED, was, understood: 'yes' })).status, 303);
  });

  it('takes no field that is not offered for the type', async () => {
    for (const field of ['staff_id', 'name.last', '$where']) {
      const answer = await post('', { 'student-communityId': field });
      assert.equal(answer.status, 422, field);
    }
    const odd = await post('/saved', { 'student-communityId[$gt]': '', was: UNMAPPED, understood: 'yes' });
    assert.equal(odd.status, 303);
    assert.deepEqual(await stored(), NO_MAPPING);
  });

  it('renames the identifiers, to two different names', async () => {
    assert.equal((await post('/names', { communityId: 'Library card', barcode: 'Badge' })).status, 303);
    assert.match((await visitor.get(HOME)).text, /Library card[\s\S]*Badge/);
    assert.match((await post('', WANTED)).text, /Students: Library card/);
    const alike = await post('/names', { communityId: 'Card', barcode: 'Card' });
    assert.equal(alike.status, 422);
    assert.match(alike.text, /Give the two identifiers different names/);
    assert.equal((await post('/names', { communityId: ' ', barcode: 'B' })).status, 422);
    assert.ok(!(await visitor.get(HOME)).text.includes('value="Card"'));
  });

  it('previews nothing while no source is enabled', async () => {
    const started = await startMappingPreview(
      test.deps,
      { account: account._id, user: new Types.ObjectId() },
      NO_MAPPING,
    );
    assert.deepEqual(started, { ok: false, reason: 'not connected' });
    const answer = await post('/preview', WANTED);
    assert.equal(answer.status, 422);
    assert.match(answer.text, /Enable Clever first/);
  });

  it('previews once, however often the button is pressed, until that preview is over', async () => {
    await Account.updateOne({ _id: account._id }, { $set: { 'clever.enabled': true } });
    const ask = async (fields: Record<string, string> = WANTED) =>
      String((await post('/preview', fields)).headers.location);
    await visitor.get(HOME);
    const pressed = await Promise.all([ask(), ask(), ask()]);
    const [run] = await RosterRun.find({ account: account._id }).lean();
    assert.deepEqual([...new Set(pressed)], [`/importer/refreshes/${String(run?._id)}`]);
    await RosterRun.updateOne({ _id: run?._id }, { $set: { state: 'running' } });
    assert.equal(await ask(), pressed[0]);
    assert.equal(await RosterRun.countDocuments({ account: account._id }), 1);
    assert.notEqual(await ask({ 'student-communityId': 'sis_id' }), pressed[0], 'another mapping');
    await RosterRun.updateOne({ _id: run?._id }, { $set: { state: 'done' } });
    const again = await Promise.all([ask(), ask()]);
    assert.notEqual(again[0], pressed[0]);
    assert.equal(again[0], again[1]);
    assert.equal(await RosterRun.countDocuments({ account: account._id }), 3);
  });

  it('another account’s mapping stays as it is', async () => {
    const other = await makeAccount('Oak School');
    await post('/saved', { ...WANTED, was: UNMAPPED, understood: 'yes' });
    assert.deepEqual(mappingOf(await Account.findById(other._id).orFail().lean()), NO_MAPPING);
  });

  it('everybody below an administrator gets 403, and a form without its token too', async () => {
    for (const level of ['event administrator', 'appointment maker', 'customer'] as const) {
      const lower = await new Visitor(test.app).logIn(await makeUser(account._id, level));
      assert.equal((await lower.get(HOME)).status, 403, level);
      assert.equal((await lower.post(`${HOME}/saved`, { ...WANTED, understood: 'yes' })).status, 403, level);
    }
    for (const path of ['', '/saved', '/preview', '/names'])
      assert.equal(
        (
          await visitor.agent
            .post(HOME + path)
            .type('form')
            .send(WANTED)
        ).status,
        403,
        path,
      );
    assert.deepEqual(await stored(), NO_MAPPING);
  });
});
