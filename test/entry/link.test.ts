import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Request } from 'express';
import { createApp } from '../../server/app.js';
import { limitAsking } from '../../server/entry/limit-asking.js';
import { Account } from '../../server/models/account.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { OneTimeLink } from '../../server/models/one-time-link.js';
import { User } from '../../server/models/user.js';
import { hashesOf } from '../../server/seal.js';
import { workIsDone } from '../../server/web/after-answer.js';
import { createTestApp, makeAccount, makeUser, PASSWORD, Visitor, type TestApp } from '../support/app.js';
import { EVE, makeConference, makeHousehold, type Conference } from '../support/booking/conference.js';
import { listCommands } from '../support/commands.js';
import { emptyDatabase } from '../support/hooks.js';

const EMAIL = 'maya@example.org';
const BORN = { month: '3', day: '9', year: '2014' };

describe('getting in by a mailed link', () => {
  let test: TestApp;
  let fair: Conference;
  let home: string;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp({ SMTP_URL: 'smtp://127.0.0.1:1', TRUST_PROXY: '1' });
    test.setNow(EVE);
    fair = await makeConference();
    home = `/e/${fair.event.link}`;
  });

  const visitor = () => new Visitor(test.app);
  const later = (minutes: number) => test.setNow(new Date(EVE.getTime() + minutes * 60_000));
  const ask = (who: Visitor, fields: Record<string, string> = {}, at = home) =>
    who.post(`${at}/enter`, { name: 'Maya Lopez', email: EMAIL, ...fields }, at);
  const mails = async () =>
    (await Notification.find({ kind: 'log in' }).sort({ _id: 1 }).lean()).map(
      ({ text }) => new URL(/http\S+/.exec(text)?.[0] ?? '').pathname,
    );
  const lastLink = async () => (await mails()).at(-1) ?? '';
  const use = (who: Visitor, path: string, fields: Record<string, string> = {}, from = path) =>
    who.post(path, { name: 'Maya Lopez', ...fields }, from);
  const isIn = async (who: Visitor) => (await who.get(`${home}/children`)).status === 200;
  const children = async (email = EMAIL) => {
    const user = await User.findOne({ email }).lean();
    const household = user && (await Household.findOne({ adults: user._id }).lean());
    return household?.children.map(({ student }) => student.toHexString()) ?? [];
  };

  it('takes name, email and a child’s proof, which counts only once the link is used', async () => {
    const parent = visitor();
    assert.equal((await parent.get(home)).headers['cache-control'], 'no-store');
    const wrong = await ask(parent, { number: '1000', email: '' });
    assert.deepEqual([wrong.status, wrong.headers['cache-control']], [422, 'no-store']);
    const asked = await ask(parent, { number: '1000', ...BORN });
    assert.equal(asked.headers.location, `${home}/enter`);
    assert.match(
      (await parent.get(`${home}/enter`)).text,
      /Maple School[\s\S]*maya@example\.org[\s\S]*10 minutes/,
    );
    assert.equal(await User.countDocuments(), 0);
    const path = await lastLink();
    const page = await parent.get(path);
    assert.match(page.text, /Maple School[\s\S]*Fall Conferences[\s\S]*Continue as maya@example\.org/);
    assert.equal(page.headers['referrer-policy'], 'same-origin');
    assert.equal(page.headers['cache-control'], 'no-store');
    const used = await use(parent, path);
    assert.equal(used.status, 303);
    assert.equal(used.headers.location, home);
    assert.deepEqual(await children(), [String(fair.students[0]!._id)]);
    const user = await User.findOne({ email: EMAIL }).orFail().lean();
    assert.ok(user.emailProvenAt && !user.passwordHash);
    assert.equal(user.name, 'Maya Lopez');
    assert.match((await parent.get(home)).text, /Ana is added/);
  });

  it('keeps a wrong proof to correct, and tells nothing of it before the address is proven', async () => {
    const parent = visitor();
    assert.equal((await ask(parent, { number: '1000', month: '3', day: '10', year: '2014' })).status, 303);
    const used = await use(parent, await lastLink());
    assert.equal(used.status, 422);
    assert.match(used.text, /value="1000"[\s\S]*value="10"/);
    assert.match(used.text, /don’t match/);
    assert.ok(await isIn(parent));
    assert.deepEqual(await children(), []);
    const unclear = await ask(visitor(), { number: '1000', month: '', day: '3/9/2014', year: '' });
    assert.equal(unclear.status, 422);
    assert.match(unclear.text, /March 9, 2014, or [^<]*September 3, 2014[\s\S]*Select the month/);
  });

  it('gives a code back that a process died over: to its family at once, after a while to whoever has the paper', async () => {
    const student = fair.students[0]!;
    const ids = { account: fair.account._id, student: student._id };
    const hashes = hashesOf('K7QM-4XPD', ids, test.deps.config.appSecret);
    const codeNow = async () => (await Contact.findById(student._id).orFail().lean()).code;
    const type = async (email: string) => {
      const parent = visitor();
      await ask(parent, { code: 'K7QM4XPD', email });
      return use(parent, await lastLink());
    };
    const dead = await makeHousehold(fair.account._id, []);
    const code = { ...hashes, at: EVE, usedBy: dead._id, usedAt: EVE };
    await Contact.updateOne({ _id: student._id }, { $set: { code } });
    later(9);
    assert.match((await type(EMAIL)).text, /This code doesn’t match/);
    later(11);
    assert.equal((await type('second@example.org')).headers.location, home);
    assert.deepEqual(await children('second@example.org'), [String(student._id)]);
    assert.equal(await codeNow(), undefined);

    // It died after it had added the child: the paper is used up.
    await Household.updateOne(
      { _id: dead._id },
      { $set: { children: [{ student: student._id, adult: dead._id, by: 'printed code', at: EVE }] } },
    );
    await Contact.updateOne({ _id: student._id }, { $set: { code } });
    later(30);
    assert.match((await type('third@example.org')).text, /This code doesn’t match/);
    assert.equal(await codeNow(), undefined);
  });

  it('leads to a new password, and to the school to choose, under the name of whose event it was', async () => {
    const user = await makeUser(fair.account._id, 'customer', { email: EMAIL });
    const other = await makeAccount('Oak School');
    await User.updateOne({ _id: user._id }, { $push: { grants: { account: other._id, level: 'customer' } } });
    const next = encodeURIComponent(home);
    const parent = visitor();
    const login = (await parent.get(`/login?next=${next}`)).text;
    assert.ok(login.includes(`href="/forgot?next=${next}"`));
    const says = /Maple School[\s\S]*Fall Conferences/;
    assert.match((await parent.get(`/forgot?next=${next}`)).text, says);
    const sent = await parent.post('/forgot', { email: EMAIL, next: home }, `/forgot?next=${next}`);
    assert.match(sent.text, says);
    assert.ok(sent.text.includes(`href="/login?next=${next}"`));
    await workIsDone();
    assert.equal((await OneTimeLink.findOne({ kind: 'new password' }).orFail().lean()).next, home);
    assert.match((await parent.post('/forgot', { email: 'no', next: home })).text, says);
    await parent.logIn(user);
    assert.match((await parent.get(`/choose-school?next=${next}`)).text, says);
    // Without an event there is no school to name, and no address of elsewhere is one.
    for (const path of ['/forgot', '/forgot?next=https://evil.example/e/x', '/forgot?next=/e/nothing-here'])
      assert.doesNotMatch((await visitor().get(path)).text, /Maple School/);
  });

  it('reads a letter’s one-time code alone, in any case, with spaces or hyphens, once', async () => {
    const student = fair.students[0]!;
    const ids = { account: fair.account._id, student: student._id };
    // Somebody else's process died over it: for them it counts still, for nobody else.
    const usedBy = new mongoose.Types.ObjectId();
    const code = { ...hashesOf('K7QM-4XPD', ids, test.deps.config.appSecret), at: EVE, usedBy };
    await Contact.updateOne({ _id: student._id }, { $set: { code } });
    let parent = visitor();
    await ask(parent, { code: ' k7qm 4x-pd ' });
    assert.match((await use(parent, await lastLink())).text, /This code doesn’t match/);
    const { _id, adults } = await Household.findOne().orFail().lean();
    await Contact.updateOne({ _id: student._id }, { $set: { 'code.usedBy': _id } });
    // The school took the child away: the paper stays unused.
    const removed = {
      student: student._id,
      adult: adults[0],
      by: 'school',
      since: EVE,
      removedBy: _id,
      at: EVE,
    };
    await Household.updateOne({ _id }, { $set: { removed: [removed] } });
    parent = visitor();
    await ask(parent, { code: 'K7QM4XPD' });
    assert.match((await use(parent, await lastLink())).text, /This code doesn’t match/);
    const left = (await Contact.findById(student._id).orFail().lean()).code;
    assert.deepEqual([left?.hash, left?.usedBy], [code.hash, undefined]);
    await Household.updateOne({ _id }, { $unset: { removed: 1 } });
    await Contact.updateOne({ _id: student._id }, { $set: { 'code.usedBy': _id } });
    parent = visitor();
    await ask(parent, { code: 'K7QM4XPD' });
    assert.equal((await use(parent, await lastLink())).headers.location, home);
    assert.deepEqual(await children(), [String(student._id)]);
    assert.equal((await Contact.findById(student._id).lean())?.code, undefined);
    const other = visitor();
    await ask(other, { code: 'K7QM4XPD', email: 'other@example.org' });
    const again = await use(other, await lastLink());
    assert.match(again.text, /This code doesn’t match/);
    assert.deepEqual(await children('other@example.org'), []);
  });

  it('offers the children whom the school ties to the address', async () => {
    const tie = { student: fair.students[1]!.record!.id, relationship: 'Parent', type: 'Guardian' };
    const keys = { searchKey: 'maya', sortKey: 'maya' };
    await Contact.create({
      ...{ account: fair.account._id, type: 'guardian', source: 'clever', status: 'active' },
      ...{ firstName: 'Maya', lastName: 'Lopez', email: EMAIL, relations: [tie], ...keys },
    });
    const parent = visitor();
    await ask(parent, { number: '1000', ...BORN });
    assert.equal((await use(parent, await lastLink())).headers.location, `${home}/children`);
    assert.match((await parent.get(`${home}/children`)).text, /name="students"[^>]*checked[\s\S]*Leo Lopez/);
  });

  it('logs in a known parent too, and goes on where they were, on another device as well', async () => {
    await makeUser(fair.account._id, 'customer', { email: EMAIL });
    const parent = visitor();
    const deep = `${home}/schedule`;
    const login = `/login?next=${encodeURIComponent(deep)}`;
    assert.match((await parent.get(login)).text, /Maple School[\s\S]*Fall Conferences[\s\S]*Email me a link/);
    const asked = await parent.post('/login/link', { email: EMAIL, next: deep }, login);
    assert.equal(asked.headers.location, `${home}/enter`);
    const phone = visitor();
    const used = await use(phone, await lastLink());
    assert.equal(used.headers.location, deep);
    assert.ok((await isIn(phone)) && !(await isIn(parent)));
  });

  it('works outside an event for logins that there are, and for no others', async () => {
    await makeUser(fair.account._id, 'customer', { email: EMAIL });
    await makeUser(fair.account._id, 'appointment viewer', { email: 'staff@example.org' });
    const pages = new Set<string>();
    for (const email of [EMAIL, 'nobody@example.org', 'staff@example.org']) {
      const who = visitor();
      const answer = await who.post('/login/link', { email, next: '' });
      assert.deepEqual([answer.status, answer.headers.location], [303, '/login/link']);
      const page = (await who.get('/login/link')).text;
      assert.match(
        page,
        /If there’s a login for [\s\S]*Start at the conference link[\s\S]*Log in with your password/,
      );
      pages.add(page.replaceAll(email, '…').replace(/nonce="[^"]*"/g, ''));
    }
    assert.equal(pages.size, 1);
    await workIsDone();
    const [path = '', ...others] = await mails();
    assert.deepEqual(others, []);
    const parent = visitor();
    assert.equal((await use(parent, path)).headers.location, '/');
    assert.equal((await parent.get('/')).headers.location, '/my');
    assert.match((await parent.get('/my')).text, /Fall Conferences/);
  });

  it('answers alike for known and unknown addresses, by the same commands', async () => {
    await makeUser(fair.account._id, 'customer', { email: 'known@example.org' });
    await makeUser(fair.account._id, 'administrator', { email: 'admin@example.org' });
    const seen = [];
    let commands: string[] = [];
    const counted = ((req: IncomingMessage, res: ServerResponse) => {
      const asked = listCommands(() => (test.app as RequestListener)(req, res));
      if (req.method === 'POST') commands = asked;
    }) as unknown as TestApp['app'];
    for (const email of ['known@example.org', 'fresh@example.org', 'admin@example.org']) {
      const who = new Visitor(counted);
      const { status, headers } = await ask(who, { email });
      const sent = [...commands];
      const page = (await who.get(`${home}/enter`)).text.replaceAll(email, '…').replace(/nonce="[^"]*"/g, '');
      const mail = await Notification.findOne({ to: email }).orFail().lean();
      const { kind, subject, account, event, state } = mail;
      const about = [kind, subject, account, event, state, mail.text.replace(/enter\/\S+/, '…')];
      seen.push(JSON.stringify([status, headers.location, page, about, sent]));
    }
    assert.equal(new Set(seen).size, 1);
  });

  it('is used by nobody who only looks', async () => {
    const parent = visitor();
    await ask(parent);
    const path = await lastLink();
    for (let n = 0; n < 3; n++) {
      assert.equal((await visitor().get(path)).status, 200);
      assert.equal((await visitor().agent.head(path)).status, 200);
      assert.equal((await visitor().agent.post(path).type('form').send({ name: 'x' })).status, 403);
    }
    assert.equal((await use(parent, path)).status, 303);
  });

  it('works once, of two at once for one, and not after ten minutes or a newer one; each offers a new one', async () => {
    await ask(visitor());
    const path = await lastLink();
    const both = [visitor(), visitor()];
    await Promise.all(both.map((who) => who.get(path)));
    const answers = await Promise.all(both.map((who) => use(who, path)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 410]);
    assert.equal(await User.countDocuments(), 1);

    await ask(visitor());
    const older = await lastLink();
    await ask(visitor());
    const newer = await lastLink();
    assert.notEqual(older, newer);
    later(11);
    for (const over of [path, older, newer]) {
      const who = visitor();
      assert.equal((await use(who, over)).status, 410);
      const page = await who.get(over);
      assert.equal(page.status, 410);
      assert.match(page.text, /Maple School[\s\S]*Email me a new link[\s\S]*m…@example\.org/);
      assert.ok(!page.text.includes(EMAIL) && !(await isIn(who)));
    }
    const who = visitor();
    const before = await mails();
    assert.equal((await who.post(`${older}/again`, {}, older)).headers.location, `${home}/enter`);
    assert.equal((await mails()).length, before.length + 1);
    assert.equal((await use(who, await lastLink())).status, 303);
    // Whoever is in and opens it again goes on.
    assert.match((await who.get(await lastLink())).text, /logged in already[\s\S]*Continue/);
  });

  it('stops as soon as a newer one is asked for', async () => {
    await ask(visitor());
    const older = await lastLink();
    await ask(visitor());
    assert.equal((await use(visitor(), older)).status, 410);
    assert.equal((await use(visitor(), await lastLink())).status, 303);
  });

  it('carries the child that was typed into a new link, from the same browser only', async () => {
    const parent = visitor();
    await ask(parent, { number: '1000', ...BORN });
    const path = await lastLink();
    later(15);
    const other = visitor();
    await other.post(`${path}/again`, {}, path);
    assert.ok(!(await OneTimeLink.exists({ proof: { $exists: true }, until: { $gt: test.deps.now() } })));
    await parent.post(`${path}/again`, {}, path);
    await use(parent, await lastLink());
    assert.deepEqual(await children(), [String(fair.students[0]!._id)]);
  });

  it('adds the child in the browser in which it was typed, and asks for it in any other', async () => {
    const typist = visitor();
    await ask(typist, { number: '1000', ...BORN });
    const path = await lastLink();
    assert.match((await typist.get(path)).text, /Then the child you entered is added/);
    const reader = visitor();
    await ask(reader, { number: '1000', ...BORN, email: 'other@example.org' });
    assert.match((await reader.get(path)).text, /asked for in another browser, so you enter your child/);
    const used = await use(reader, path);
    assert.equal(used.headers.location, `${home}/children`);
    assert.match((await reader.get(`${home}/children`)).text, /wasn’t added, because[^<]*another browser/);
    assert.deepEqual(await children(), []);
  });

  it('is mailed once for a button that is pressed twice', async () => {
    const who = visitor();
    for (let n = 0; n < 8; n++) assert.equal((await ask(who, { key: 'abc' })).status, 303);
    assert.equal((await mails()).length, 1);
    // The process died before it was mailed.
    await Notification.deleteMany({});
    await ask(who, { key: 'abc' });
    assert.equal((await mails()).length, 1);
    later(2);
    await ask(who, { key: 'abc' });
    assert.equal((await mails()).length, 2);
  });

  it('opens nothing at another event, and leads to no other page', async () => {
    const far = await makeConference();
    await ask(visitor());
    const path = await lastLink();
    const elsewhere = path.replace(home, `/e/${far.event.link}`);
    for (const wrong of [elsewhere, path.replace(`${home}/enter`, '/login/link'), `${path}x`]) {
      const who = visitor();
      const answer = await use(who, wrong, {}, '/forgot');
      assert.equal(answer.status, 410, wrong);
      assert.equal((await who.post(`${wrong}/again`, {}, '/forgot')).status, 410);
      assert.ok(!(await isIn(who)));
    }
    for (const next of [
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      `/e/${far.event.link}/plan`,
      `${home}x`,
      '/events',
    ]) {
      const who = visitor();
      await who.post('/login/link', { email: 'kim@example.org', next });
      await workIsDone();
    }
    const links = await OneTimeLink.find({ email: 'kim@example.org' }).lean();
    assert.equal(links.length, 1);
    assert.equal(links[0]?.event?.toHexString(), far.event._id.toHexString());
  });

  it('gives a session of its own', async () => {
    const parent = visitor();
    const cookieOf = (answer: { headers: Record<string, unknown> }) =>
      /slotbell=[^;]+/.exec(String(answer.headers['set-cookie']))?.[0];
    await ask(parent);
    const path = await lastLink();
    const before = cookieOf(await visitor().get(path));
    const fixed = visitor();
    fixed.agent.set('Cookie', before ?? '');
    const page = await fixed.get(path);
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1];
    const used = await fixed.agent.post(path).type('form').send({ _csrf, name: 'Maya' });
    assert.equal(used.status, 303);
    const after = cookieOf(used);
    assert.ok(before && after && after !== before);
    const thief = visitor();
    thief.agent.set('Cookie', before);
    assert.ok(!(await isIn(thief)));
  });

  it('asks a login that works at a school for its password, and goes on there', async () => {
    const staff = await makeUser(fair.account._id, 'administrator', { email: EMAIL });
    const who = visitor();
    await ask(who, { number: '1000', ...BORN });
    const path = await lastLink();
    assert.match((await who.get(path)).text, /needs its password/);
    assert.equal((await use(who, path, {}, '/forgot')).status, 200);
    assert.ok(!(await isIn(who)));
    const { passwordHash } = staff;
    await User.updateOne({ _id: staff._id }, { $unset: { passwordHash: 1 } });
    assert.match(
      (await who.get(path)).text,
      /needs a password, but[\s\S]*action="\/forgot"[\s\S]*value="maya@/,
    );
    await User.updateOne({ _id: staff._id }, { $set: { passwordHash } });
    await who.logIn(staff);
    assert.equal((await use(who, path)).headers.location, home);
    assert.equal((await children()).length, 1);
  });

  it('opens nothing for a login that the school blocked', async () => {
    const user = await makeUser(fair.account._id, 'customer', { email: EMAIL });
    await User.updateOne(
      { _id: user._id },
      { $set: { blocks: [{ account: fair.account._id, at: EVE, by: user._id }] } },
    );
    const who = visitor();
    await ask(who);
    assert.match((await use(who, await lastLink(), {}, '/forgot')).text, /has blocked this login/);
    assert.ok(!(await isIn(who)));
  });

  it('leaves its way open when the process dies between using it and logging in', async () => {
    await ask(visitor());
    const path = await lastLink();
    await OneTimeLink.updateOne({ kind: 'log in' }, { $set: { usedAt: EVE } });
    const who = visitor();
    await who.post(`${path}/again`, {}, path);
    assert.equal((await use(who, await lastLink())).status, 303);
  });

  describe('for an address with which somebody else registered', () => {
    let stranger: Visitor;
    beforeEach(async () => {
      stranger = visitor();
      const register = `${home}/register`;
      await stranger.post(register, { name: 'Win a prize', email: EMAIL, password: PASSWORD }, register);
      await stranger.logIn({ email: EMAIL });
      await stranger.post(`${home}/children`, { number: '1000', ...BORN }, `${home}/children`);
      assert.equal((await children()).length, 1);
    });

    it('gives it to the owner alone: the password, the name, the sessions and the children go', async () => {
      const owner = visitor();
      await ask(owner);
      const path = await lastLink();
      assert.match((await owner.get(path)).text, /registered with this address before/);
      assert.equal((await use(owner, path)).headers.location, `${home}/children`);
      assert.match(
        (await owner.get(`${home}/children`)).text,
        /They are removed[\s\S]*The password chosen [^.]* was removed/,
      );
      const user = await User.findOne({ email: EMAIL }).orFail().lean();
      assert.deepEqual([user.passwordHash, user.name], [undefined, 'Maya Lopez']);
      assert.deepEqual(await children(), []);
      assert.ok(!(await isIn(stranger)) && (await isIn(owner)));
      await assert.rejects(visitor().logIn({ email: EMAIL }));
    });

    it('keeps everything where it was the owner, who knows the password', async () => {
      const owner = visitor();
      await ask(owner);
      const path = await lastLink();
      const wrong = await use(owner, path, { password: 'not this one' });
      assert.equal(wrong.status, 422);
      assert.match(wrong.text, /isn’t the password that was chosen/);
      assert.equal((await use(owner, path, { password: PASSWORD })).status, 303);
      assert.equal((await children()).length, 1);
      assert.ok((await User.findOne({ email: EMAIL }).lean())?.emailProvenAt);
    });

    it('asks for the password also in a browser that somebody left logged in', async () => {
      await ask(stranger);
      const path = await lastLink();
      assert.match((await stranger.get(path)).text, /registered with this address before/);
      assert.equal((await use(stranger, path)).status, 303);
      assert.equal((await User.findOne({ email: EMAIL }).lean())?.passwordHash, undefined);
      assert.deepEqual(await children(), []);
      assert.ok(await isIn(stranger));
    });

    it('asks for the password also where no child was added, and says that it was removed', async () => {
      await Household.deleteMany();
      const owner = visitor();
      await ask(owner);
      const path = await lastLink();
      assert.match((await owner.get(path)).text, /registered with this address before/);
      await use(owner, path);
      assert.match((await owner.get(`${home}/children`)).text, /The password chosen [^.]* was removed/);
    });
  });

  it('is limited by who asks for which address, and shuts out no school that shares one', async () => {
    const at = (address: string) => {
      const who = visitor();
      who.agent.set('X-Forwarded-For', address);
      return who;
    };
    let status = 0;
    for (let n = 0; n < 8; n++) status = (await ask(at('192.0.2.1'))).status;
    assert.equal(status, 429);
    assert.equal((await ask(at('192.0.2.2'))).status, 303);
    for (let n = 0; n < 20; n++)
      assert.equal((await ask(at('192.0.2.1'), { email: `parent${String(n)}@example.org` })).status, 303);
  });

  it('is there for the owner however many strangers ask: one that works, and theirs is not ended', async () => {
    const at = (address: string) => {
      const who = visitor();
      who.agent.set('X-Forwarded-For', address);
      return who;
    };
    const owner = at('192.0.2.1');
    await ask(owner);
    const path = await lastLink();
    await ask(at('192.0.2.2'));
    assert.equal((await owner.get(path)).status, 200);
    const limits = limitAsking(test.deps);
    for (let n = 0; n < 24; n++) {
      const req = { ip: `192.0.2.${String(10 + (n % 4))}`, get: () => undefined } as unknown as Request;
      await limits.take(req, EMAIL);
    }
    assert.equal((await ask(at('192.0.2.3'))).status, 429);
    later(11);
    const before = await mails();
    assert.equal((await ask(owner)).status, 303);
    const [mailed, ...more] = (await mails()).slice(before.length);
    assert.ok(mailed && more.length === 0);
    assert.equal((await ask(at('192.0.2.3'))).status, 429);
    // A browser in which the login was used counts apart.
    await use(owner, mailed);
    await ask(at('192.0.2.3'));
    assert.equal((await owner.post(`${home}/enter`, { email: EMAIL })).status, 303);
    assert.equal((await owner.post(`${home}/enter`, { email: EMAIL })).status, 303);
    assert.equal((await ask(at('192.0.2.3'))).status, 429);
  });

  it('gives back what was used, to the address and to who asked', async () => {
    for (let n = 0; n < 7; n++) {
      const who = visitor();
      assert.equal((await ask(who)).status, 303);
      await use(who, await lastLink());
    }
  });

  it('says to who is in when it is too late to add the child that was typed', async () => {
    const parent = visitor();
    await ask(parent);
    await use(parent, await lastLink());
    await parent.post(`${home}/enter`, { email: EMAIL, number: '1000', ...BORN });
    later(11);
    assert.match(
      (await parent.get(await lastLink())).text,
      /too old to add the child[\s\S]*\/children"[\s\S]*Email me a new link/,
    );
  });

  it('is read on the page in the demo, where no email leaves, and nowhere else', async () => {
    const demo = createApp({ ...createTestApp().deps, now: test.deps.now, showsMails: true });
    const parent = new Visitor(demo);
    await ask(parent, { number: '1000', ...BORN });
    const page = (await parent.get(`${home}/enter`)).text;
    assert.match(page, /In the demo, no email leaves[\s\S]*Open the link in this email/);
    const [, path = ''] = /href="(\/e\/[^"]+\/enter\/[\w-]{20,})"/.exec(page) ?? [];
    assert.equal((await use(parent, path)).headers.location, home);
    assert.deepEqual(await children(), [String(fair.students[0]!._id)]);
    await ask(visitor());
    assert.doesNotMatch((await visitor().get(`${home}/enter`)).text, /demo|\/enter\/[\w-]{20,}"/);
  });

  it('is promised nowhere without an email server', async () => {
    test = createTestApp();
    test.setNow(EVE);
    const page = (await visitor().get(home)).text;
    assert.ok(!page.includes('Email me a link') && page.includes('Register'));
    assert.ok(!(await visitor().get('/login')).text.includes('Email me a link'));
    const sent = await visitor().post(`${home}/enter`, { email: EMAIL }, '/forgot');
    assert.equal(sent.headers.location, `${home}/register`);
    assert.equal(
      (await visitor().post('/login/link', { email: EMAIL }, '/forgot')).headers.location,
      '/login',
    );
    assert.equal(await OneTimeLink.countDocuments(), 0);
  });

  it('leaves a password as an offer, to who logged in a moment ago', async () => {
    const parent = visitor();
    await ask(parent);
    await use(parent, await lastLink());
    const own = '/my/login';
    assert.match((await parent.get(own)).text, /Choose a password[\s\S]*choose a password first/i);
    later(61);
    await parent.post(`${own}/password`, { newPassword: PASSWORD }, own);
    assert.match((await parent.get(own)).text, /we email you a link for it/);
    await assert.rejects(visitor().logIn({ email: EMAIL }));
    const again = visitor();
    await ask(again);
    await use(again, await lastLink());
    const short = await again.post(`${own}/password`, { newPassword: 'short' }, own);
    assert.match(short.text, /at least 10 characters/);
    const set = await again.post(`${own}/password`, { newPassword: PASSWORD }, own);
    assert.equal(set.headers.location, own);
    assert.match((await again.get(own)).text, /Your password is set[\s\S]*Change password/);
    await visitor().logIn({ email: EMAIL });
    assert.equal((await parent.get(`${home}/children`)).status, 303);
    assert.ok(await Notification.exists({ kind: 'login changed', to: EMAIL }));
  });

  it('speaks Spanish', async () => {
    const who = visitor();
    who.agent.set('Accept-Language', 'es');
    await ask(who);
    const mail = await Notification.findOne({ kind: 'log in' }).orFail().lean();
    assert.match(
      `${mail.subject} ${mail.text}`,
      /su enlace para Fall Conferences[\s\S]*funciona una vez, durante 10 minutos/,
    );
    assert.match((await who.get(`${home}/enter`)).text, /Enviamos un enlace a maya/);
    assert.match((await who.get(await lastLink())).text, /Continuar como maya@example\.org/);
    await use(who, await lastLink());
    assert.equal((await User.findOne({ email: EMAIL }).lean())?.language, 'es');
  });
});

describe('an event’s link typed from paper', () => {
  it('works in capitals and with a hyphen; a wrong one says so under the school’s name, with a way on', async () => {
    await emptyDatabase();
    const test = createTestApp();
    test.setNow(EVE);
    const { account, event } = await makeConference();
    const who = new Visitor(test.app);
    for (const link of [event.link.toUpperCase(), `${event.link.slice(0, 4)}-${event.link.slice(4)}`])
      assert.match((await who.get(`/e/${link}`)).text, /Fall Conferences/);
    await Account.updateOne({ _id: account._id }, { linkName: 'maple', linkNames: ['maple'] });
    const lost = await who.get('/e/nothing2');
    assert.equal(lost.status, 404);
    assert.match(
      lost.text,
      /Maple School[\s\S]*No event has this link[\s\S]*value="nothing2"[\s\S]*\/s\/maple/,
    );
    const typed = encodeURIComponent(` https://school.example/e/${event.link.toUpperCase()}/ `);
    assert.equal((await who.get(`/e?link=${typed}`)).headers.location, `/e/${event.link}`);
    assert.equal((await who.get('/e?link=x')).status, 404);
    await Event.updateOne({ _id: event._id }, { link: 'aB-3_xYz09LOIl-Q' });
    assert.equal(
      (await who.get('/e?link=school.example/e/aB-3_xYz09LOIl-Q')).headers.location,
      '/e/aB-3_xYz09LOIl-Q',
    );
  });
});
