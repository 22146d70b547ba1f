import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { lockAccess } from '../../server/accounts/lock-access.js';
import { StaffInvitation } from '../../server/models/staff-invitation.js';
import { Contact } from '../../server/models/contact.js';
import { Account } from '../../server/models/account.js';
import { OneTimeLink } from '../../server/models/one-time-link.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Notification } from '../../server/models/notification.js';
import { contactKeys } from '../../server/models/person-keys.js';
import { School } from '../../server/models/school.js';
import { User } from '../../server/models/user.js';
import { runInvitations } from '../../server/staff/run-invitations.js';
import { resumeInvitations } from '../../server/staff/resume-invitations.js';
import { makeAccount, makeUser, PASSWORD, startAs, type TestApp, Visitor } from '../support/app.js';
import { makeEvent } from '../support/event.js';
import { asApp } from '../support/scans.js';

const NOW = new Date('2026-11-20T18:00:00Z');
const NEVER = new AbortController().signal;
const LOGINS = '/global-setup/logins';

describe('staff accounts for many', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let visitor: Visitor;

  beforeEach(async () => {
    ({ test, account, visitor } = await startAs('administrator', NOW));
  });

  async function person(
    name: string,
    more: { email?: string; type?: 'teacher' | 'staff'; school?: Types.ObjectId } = {},
  ) {
    const { email = `${name.toLowerCase()}@example.org`, type = 'teacher', school } = more;
    const [firstName, lastName] = [name, 'Lee'];
    return Contact.create({
      ...{ account, type, source: 'file', status: 'active', firstName, lastName, email },
      schools: school ? [school] : [],
      ...contactKeys({ firstName, lastName, email, schoolId: '' }),
    });
  }

  /** Sends the roster's form as it stands, and does the job that it asks for. @returns the page of what became of it */
  async function invite(query: string, fields: Record<string, string | string[]>): Promise<string> {
    const page = await visitor.get(`${LOGINS}/roster${query}`);
    const held = Object.fromEntries(
      [...page.text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [
        name!,
        value!,
      ]),
    );
    const answer = await visitor.post(
      `${LOGINS}/invitations`,
      { ...held, level: 'resource administrator', ...fields },
      LOGINS,
    );
    assert.equal(answer.status, 303, answer.text);
    await work();
    return answer.headers.location!;
  }

  async function work(): Promise<void> {
    for (const { name, key } of test.asked.splice(0))
      if (name === 'invite-staff') await asApp(() => runInvitations(test.deps, key, NEVER));
  }

  /** As a worker leaves it that dies before anything is noted; then another one goes on. */
  async function goOn(): Promise<void> {
    const left = { state: 'running', outcomes: [], heartbeatAt: new Date(0) } as const;
    await StaffInvitation.updateMany({}, { $set: left });
    await resumeInvitations(test.deps);
    await work();
  }

  const mails = async () =>
    (await Notification.find({ kind: 'invitation' }).sort({ to: 1 }).lean()).map(({ to }) => to);

  it('of nobody: with no roster the page leads to the import, and a filter that finds nobody says so', async () => {
    assert.match(
      (await visitor.get(`${LOGINS}/roster`)).text,
      /No teachers or staff yet[\s\S]*href="\/importer"/,
    );
    await person('Ana');
    assert.match((await visitor.get(`${LOGINS}/roster?q=zzz`)).text, /No people match/);
  });

  it('says how the link reaches them, by whether an email server is set up', async () => {
    const one = async (email: string) => {
      await visitor.post(LOGINS, { name: 'A. L.', email, level: 'administrator' }, LOGINS);
      return (await visitor.get(LOGINS)).text;
    };
    const unsent = await one('ana@example.org');
    assert.match(unsent, /Invited\. No email server is set up: read the link in the Outbox/);
    test.deps.config.smtpUrl = 'smtp://127.0.0.1:9';
    assert.match(await one('bo@example.org'), /Invited\. The email with the link is on its way\./);
  });

  it('are given to whoever is selected by school and type, and each is told by mail, once', async () => {
    const [north, south] = await Promise.all(
      ['North', 'South'].map((name) => School.create({ account, name, sortKey: name.toLowerCase() })),
    );
    await person('Ana', { school: north!._id });
    await person('Bo', { school: south!._id });
    await person('Cy', { school: north!._id, type: 'staff' });
    await person('Di', { school: north!._id, email: '' });
    const known = await person('Ed', { school: north!._id });
    await makeUser(account, 'appointment viewer', { email: known.email });
    const parent = await person('Fay', { school: north!._id });
    const other = await makeAccount('Oak');
    await makeUser(other._id, 'customer', { email: parent.email });

    const list = await visitor.get(`${LOGINS}/roster?type=teacher&state=&school=${String(north!._id)}`);
    for (const shown of ['Ana', 'Di', 'Ed', 'Fay']) assert.match(list.text, new RegExp(`${shown} Lee`));
    for (const hidden of ['Bo Lee', 'Cy Lee']) assert.doesNotMatch(list.text, new RegExp(hidden));
    assert.match(list.text, /No account yet <span class="count">2</);
    assert.match(list.text, /No email <span class="count">1</);

    const address = await invite(`?type=teacher&state=&school=${String(north!._id)}`, { all: '1' });
    assert.deepEqual(await mails(), ['ana@example.org', 'fay@example.org']);
    const page = await visitor.get(address);
    assert.match(page.text, /2 people are invited/);
    assert.match(page.text, /Di Lee[\s\S]*No email address/);
    assert.match(page.text, /Ed Lee[\s\S]*Has a staff account/);
    const ana = await User.findOne({ email: 'ana@example.org' }).orFail().lean();
    const teacher = await Contact.findOne({ firstName: 'Ana' }).orFail().lean();
    assert.deepEqual(ana.grants, [{ account, level: 'resource administrator', contact: teacher._id }]);

    // Everybody once more: nobody is mailed again.
    await invite('?type=&state=', { all: '1' });
    assert.deepEqual(await mails(), [
      'ana@example.org',
      'bo@example.org',
      'cy@example.org',
      'fay@example.org',
    ]);
    assert.equal(await AuditEntry.countDocuments({ action: 'invite many staff' }), 2);
  });

  it('are asked for once when the button is pressed twice, and not without anybody', async () => {
    const ana = await person('Ana');
    const fields = {
      level: 'appointment maker',
      once: 'abcdefgh12',
      ids: String(ana._id),
      type: 'teacher',
      state: 'none',
    };
    const page = await visitor.get(`${LOGINS}/roster`);
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.text)![1]!;
    const press = () =>
      visitor.agent
        .post(`${LOGINS}/invitations`)
        .type('form')
        .send({ _csrf, ...fields });
    const both = await Promise.all([press(), press()]);
    assert.equal(both[0].status, 303);
    assert.equal(both[0].headers.location, both[1].headers.location);
    assert.equal(await StaffInvitation.countDocuments({}), 1);
    const none = await visitor.post(
      `${LOGINS}/invitations`,
      { ...fields, ids: [], once: 'abcdefgh13' },
      LOGINS,
    );
    assert.equal(none.status, 422);
    assert.match(none.text, /Select at least one person/);
    for (const wrong of [{ level: 'administrator' }, { once: '' }, { ids: 'x' }])
      assert.equal(
        (await visitor.post(`${LOGINS}/invitations`, { ...fields, ...wrong }, LOGINS)).status,
        422,
      );
  });

  it('nobody is mailed twice, and nobody forgotten, wherever the worker dies', async () => {
    for (const name of ['Ana', 'Bo', 'Cy', 'Di']) await person(name);
    await invite('', { all: '1' });
    const before = await Notification.find({ kind: 'invitation' }).sort({ to: 1 }).lean();
    assert.equal(before.length, 4);
    // As it would be left by deaths: before the mail, between mail and access, and before anything was noted of them.
    await Notification.deleteOne({ to: 'ana@example.org' });
    await User.updateOne({ email: 'ana@example.org' }, { $set: { grants: [] } });
    await User.updateOne({ email: 'bo@example.org' }, { $set: { grants: [] } });
    await goOn();
    const after = await Notification.find({ kind: 'invitation' }).sort({ to: 1 }).lean();
    assert.deepEqual(
      after.slice(1).map(({ _id }) => String(_id)),
      before.slice(1).map(({ _id }) => String(_id)),
    );
    assert.equal(after.length, 4);
    const invitation = await StaffInvitation.findOne({}).orFail().lean();
    assert.equal(invitation.state, 'done');
    assert.deepEqual(
      invitation.outcomes.map(({ what }) => what),
      Array(4).fill('invited'),
    );
    for (const { text, to } of after) {
      const user = await User.findOne({ email: to }).orFail().lean();
      assert.equal(user.grants.length, 1, to);
      const secret = /\/password\/([\w-]+)/.exec(text)![1]!;
      assert.equal(
        (await new Visitor(test.app).get(`/password/${secret}`)).status,
        200,
        `${to}: the link works`,
      );
    }
  });

  it('who chose a password between the mail and the access is offered it, once', async () => {
    await person('Bo');
    await invite('', { all: '1' });
    const early = { grants: [], passwordHash: 'x', emailProvenAt: NOW };
    await User.updateOne({ email: 'bo@example.org' }, { $set: early });
    await goOn();
    await goOn();
    const { outcomes } = await StaffInvitation.findOne({}).orFail().lean();
    assert.equal(outcomes[0]?.what, 'invited');
    assert.equal(await OneTimeLink.countDocuments({ kind: 'offer' }), 1);
    assert.deepEqual(await mails(), ['bo@example.org', 'bo@example.org']);
  });

  it('nobody gets a login with an address that several have, or that is none', async () => {
    await person('Ana');
    await person('Bo', { email: 'Office@example.org' });
    await person('Cy', { email: 'office@example.org', type: 'staff' });
    await person('Di', { email: 'n/a' });
    const page = await visitor.get(await invite('?type=&state=', { all: '1' }));
    assert.deepEqual(await mails(), ['ana@example.org']);
    for (const name of ['Bo', 'Cy'])
      assert.match(page.text, new RegExp(`${name} Lee[^]*?have the same email address`));
    assert.match(page.text, /Di Lee[^]*?isn’t complete/);
    assert.equal(await User.countDocuments({ email: /office@|n.a$/i }), 0);
  });

  it('a login that changes its address takes nobody’s invitation along', async () => {
    await person('Ana');
    const user = await makeUser(account, 'customer', { email: 'ana@example.org', proven: false });
    await invite('', { all: '1' });
    const made = await OneTimeLink.find({ kind: 'offer' }).lean();
    assert.equal(made.length, 1);
    const mailTo = async (to: string) => (await Notification.findOne({ to }).orFail().lean()).text;
    const offer = /\/invitation\/[\w-]+/.exec(await mailTo('ana@example.org'))![0];
    const stranger = await new Visitor(test.app).logIn(user);
    const form = { email: 'stranger@example.net', currentPassword: PASSWORD };
    await stranger.post('/my/login/email', form, '/my/login');
    const proof = /\/email\/[\w-]+/.exec(await mailTo(form.email))![0];
    assert.equal((await stranger.post(proof, {}, proof)).status, 303);
    assert.equal(await OneTimeLink.countDocuments({ kind: 'offer' }), 0);
    // As one is left that was made at the same moment.
    await OneTimeLink.create(made);
    const again = await visitor.post(`${LOGINS}/bulk`, { act: 'again all', once: 'abcdefgh12' }, LOGINS);
    assert.equal(again.status, 303);
    await work();
    assert.deepEqual(await mails(), ['ana@example.org']);
    assert.equal((await stranger.get(offer)).status, 410);
    assert.equal((await stranger.post(offer, {}, '/my/login')).status, 410);
    const { email, grants } = await User.findById(user._id).orFail().lean();
    assert.deepEqual([email, grants.map(({ level }) => level)], [form.email, ['customer']]);
  });

  it('a worker told to end hands the rest over', async () => {
    for (const name of ['Ana', 'Bo', 'Cy']) await person(name);
    const page = await visitor.get(`${LOGINS}/roster`);
    const once = /name="once" value="([^"]+)"/.exec(page.text)![1]!;
    await visitor.post(`${LOGINS}/invitations`, { all: '1', once, level: 'appointment maker' }, LOGINS);
    const { key } = test.asked.find(({ name }) => name === 'invite-staff')!;
    const stopping = new AbortController();
    stopping.abort();
    await asApp(() => runInvitations(test.deps, key, stopping.signal));
    assert.equal((await StaffInvitation.findById(key).orFail().lean()).state, 'queued');
    await work();
    assert.equal((await StaffInvitation.findById(key).orFail().lean()).state, 'done');
    assert.equal((await mails()).length, 3);
  });

  it('those who have not answered are invited again, with one new link each', async () => {
    for (const name of ['Ana', 'Bo']) await person(name);
    await invite('', { all: '1' });
    const parent = await makeUser((await makeAccount('Oak'))._id, 'customer', { email: 'cy@example.org' });
    await person('Cy');
    await invite('', { all: '1' });
    await User.updateOne({ email: 'bo@example.org' }, { $set: { passwordHash: 'x' } });
    const first = await Notification.find({ kind: 'invitation' }).lean();
    const page = await visitor.get(LOGINS);
    assert.match(page.text, /2 people haven’t answered yet/);
    const once = /name="once" value="([^"]+)"/.exec(page.text)![1]!;
    for (let press = 0; press < 2; press++) {
      const answer = await visitor.post(`${LOGINS}/bulk`, { act: 'again all', once }, LOGINS);
      assert.equal(answer.status, 303, answer.text);
      await work();
    }
    const again = await Notification.find({
      kind: 'invitation',
      _id: { $nin: first.map(({ _id }) => _id) },
    }).lean();
    assert.deepEqual(again.map(({ to }) => to).sort(), ['ana@example.org', 'cy@example.org']);
    const linkIn = (text: string) => /\/(?:password|invitation)\/[\w-]+/.exec(text)![0];
    const old = first.find(({ to }) => to === 'ana@example.org')!;
    assert.equal((await new Visitor(test.app).get(linkIn(old.text))).status, 410, 'the one before is over');
    const offered = await new Visitor(test.app).logIn(parent);
    const offer = linkIn(again.find(({ to }) => to === 'cy@example.org')!.text);
    assert.equal((await offered.post(offer, {}, offer)).status, 303);
    const { grants } = await User.findById(parent._id).orFail().lean();
    assert.deepEqual(
      grants.map(({ level }) => level),
      ['customer', 'resource administrator'],
    );
  });

  it('levels are changed and access is taken away in bulk, after a page that counts, and never one’s own', async () => {
    const self = (
      await User.findOne({ grants: { $elemMatch: { account, level: 'administrator' } } })
        .orFail()
        .lean()
    )._id;
    const [one, two] = await Promise.all(
      ['one', 'two'].map((name) => makeUser(account, 'appointment viewer', { email: `${name}@example.org` })),
    );
    const three = await makeUser(account, 'appointment viewer', { email: 'three@example.org' });
    const { _id: event } = await makeEvent(account);
    await User.updateOne({ _id: three._id }, { $set: { 'grants.0.event': event } });
    const expiresAt = new Date('2027-01-01T00:00:00Z');
    await OneTimeLink.create({ _id: 'two', kind: 'invitation', user: two!._id, expiresAt });
    const ids = [self, one!._id, two!._id, three._id].map(String);
    const seenOn = (page: string) => ({ sure: 'on', seen: /name="seen" value="([^"]+)"/.exec(page)![1]! });
    const fields = { act: 'level', toLevel: 'appointment maker', once: 'abcdefgh12', ids };
    const asked = await visitor.post(`${LOGINS}/bulk`, fields, LOGINS);
    assert.equal(asked.status, 200);
    assert.match(asked.text, /2 people get the level Front desk/);
    assert.match(asked.text, /Your own access stays/);
    const levelOf = async (id: Types.ObjectId) =>
      (await User.findById(id).orFail().lean()).grants.map(({ level }) => level);
    assert.deepEqual(await levelOf(one!._id), ['appointment viewer'], 'nothing is changed yet');
    await visitor.post(`${LOGINS}/bulk`, { ...fields, ...seenOn(asked.text) }, LOGINS);
    assert.deepEqual(
      [await levelOf(self), await levelOf(one!._id)],
      [['administrator'], ['appointment maker']],
    );
    const entry = await AuditEntry.findOne({ action: 'change access level' }).orFail().lean();
    assert.deepEqual(entry.changes, [
      { field: 'level', before: 'appointment viewer', after: 'appointment maker' },
    ]);
    const all = { ...fields, act: 'remove', all: '1', ids: [] };
    const before = await visitor.post(`${LOGINS}/bulk`, all, LOGINS);
    assert.match(before.text, /3 people lose/);
    await makeUser(account, 'appointment viewer', { email: 'new@example.org' });
    const late = await visitor.post(`${LOGINS}/bulk`, { ...all, ...seenOn(before.text) }, LOGINS);
    assert.match(late.text, /changed while you had this page open[^]*4 people lose/);
    assert.deepEqual(await levelOf(one!._id), ['appointment maker'], 'asked again');
    await visitor.post(`${LOGINS}/bulk`, { ...all, ...seenOn(late.text) }, LOGINS);
    assert.equal(await OneTimeLink.countDocuments({ kind: 'invitation' }), 0, 'no link is left');
    assert.deepEqual(
      [await levelOf(self), await levelOf(one!._id), await levelOf(two!._id)],
      [['administrator'], [], []],
    );
    const nobody = await visitor.post(`${LOGINS}/bulk`, { ...fields, ids: String(self) }, LOGINS);
    assert.equal(nobody.status, 422);
    assert.match(nobody.text, /can’t change your own access/);
  });

  it('of two administrators who take each other’s access at once, one stays', async () => {
    // What a process left that died: over by the database's clock, not yet by the app's.
    const accessLock = { by: 'gone', until: new Date(Date.now() - 1000) };
    await Account.updateOne({ _id: account }, { $set: { accessLock } });
    for (let round = 0; round < 4; round++) {
      const pair = await Promise.all([1, 2].map(() => makeUser(account, 'administrator')));
      await User.updateMany({ _id: { $nin: pair.map(({ _id }) => _id) } }, { $set: { grants: [] } });
      const both = await Promise.all(pair.map((user) => new Visitor(test.app).logIn(user)));
      await Promise.all(
        both.map((office, at) =>
          office.post(
            `${LOGINS}/${String(pair[1 - at]!._id)}/level`,
            { level: at ? 'none' : 'appointment viewer' },
            LOGINS,
          ),
        ),
      );
      const left = await User.countDocuments({ grants: { $elemMatch: { account, level: 'administrator' } } });
      assert.equal(left, 1);
    }
  });

  it('whose lock somebody else has taken meanwhile changes nothing', async () => {
    const { _id: user } = await makeUser(account, 'administrator');
    const { updateOne } = Account;
    let isChanged = false;
    // As if it lapsed right after it was taken, and another process had it then.
    Account.updateOne = ((...asked: Parameters<typeof updateOne>) => {
      Account.updateOne = updateOne;
      return updateOne.apply(Account, asked).then(async (taken) => {
        await Account.updateOne({ _id: account }, { $set: { 'accessLock.by': 'another' } });
        return taken;
      });
    }) as unknown as typeof updateOne;
    const change = () => Promise.resolve((isChanged = true));
    await assert.rejects(lockAccess({ account, user }, change), { status: 409 });
    assert.equal(isChanged, false);
    assert.equal((await Account.findById(account).orFail().lean()).accessLock?.by, 'another');
  });

  it('the list stays short and can be searched, however many there are', async () => {
    await User.insertMany(
      Array.from({ length: 130 }, (_, at) => ({
        email: `t${String(at).padStart(3, '0')}@example.org`,
        name: `Teacher ${String(at)}`,
        grants: [{ account, level: 'appointment viewer' }],
        createdAt: NOW,
      })),
    );
    const page = await visitor.get(LOGINS);
    assert.match(page.text, /1–50<\/strong> of 131 people/);
    assert.match((await visitor.get(`${LOGINS}?q=t077`)).text, /Teacher 77/);
    assert.doesNotMatch((await visitor.get(`${LOGINS}?q=t077`)).text, /Teacher 76/);
    assert.match((await visitor.get(`${LOGINS}?state=active`)).text, /Robin Office/);
  });
});
