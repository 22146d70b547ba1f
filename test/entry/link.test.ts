import assert from 'node:assert/strict';
import { Notification } from '../../server/models/notification.js';
import { OneTimeLink } from '../../server/models/one-time-link.js';
import { User } from '../../server/models/user.js';
import { workIsDone } from '../../server/web/after-answer.js';
import { makeAccount, makeUser, PASSWORD } from '../support/app.js';
import { EVE, makeConference } from '../support/booking/conference.js';
import { BORN, EMAIL, withLinks } from '../support/entry/mailed-links.js';

describe('getting in by a mailed link', () => {
  const { links, visitor, later, ask, mails, lastLink, use, isIn, children } = withLinks();

  it('takes name, email and a child’s proof, which counts only once the link is used', async () => {
    const parent = visitor();
    assert.equal((await parent.get(links.home)).headers['cache-control'], 'no-store');
    const wrong = await ask(parent, { number: '1000', email: '' });
    assert.deepEqual([wrong.status, wrong.headers['cache-control']], [422, 'no-store']);
    const asked = await ask(parent, { number: '1000', ...BORN });
    assert.equal(asked.headers.location, `${links.home}/enter`);
    assert.match(
      (await parent.get(`${links.home}/enter`)).text,
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
    assert.equal(used.headers.location, links.home);
    assert.deepEqual(await children(), [String(links.fair.students[0]!._id)]);
    const user = await User.findOne({ email: EMAIL }).orFail().lean();
    assert.ok(user.emailProvenAt && !user.passwordHash);
    assert.equal(user.name, 'Maya Lopez');
    assert.match((await parent.get(links.home)).text, /Ana is added/);
  });

  it('leads to a new password, and to the school to choose, under the name of whose event it was', async () => {
    const user = await makeUser(links.fair.account._id, 'customer', { email: EMAIL });
    const other = await makeAccount('Oak School');
    await User.updateOne({ _id: user._id }, { $push: { grants: { account: other._id, level: 'customer' } } });
    const next = encodeURIComponent(links.home);
    const parent = visitor();
    const login = (await parent.get(`/login?next=${next}`)).text;
    assert.ok(login.includes(`href="/forgot?next=${next}"`));
    const says = /Maple School[\s\S]*Fall Conferences/;
    assert.match((await parent.get(`/forgot?next=${next}`)).text, says);
    const sent = await parent.post('/forgot', { email: EMAIL, next: links.home }, `/forgot?next=${next}`);
    assert.match(sent.text, says);
    assert.ok(sent.text.includes(`href="/login?next=${next}"`));
    await workIsDone();
    assert.equal((await OneTimeLink.findOne({ kind: 'new password' }).orFail().lean()).next, links.home);
    assert.match((await parent.post('/forgot', { email: 'no', next: links.home })).text, says);
    await parent.logIn(user);
    assert.match((await parent.get(`/choose-school?next=${next}`)).text, says);
    // Without an event there is no school to name, and no address of elsewhere is one.
    for (const path of ['/forgot', '/forgot?next=https://evil.example/e/x', '/forgot?next=/e/nothing-here'])
      assert.doesNotMatch((await visitor().get(path)).text, /Maple School/);
  });

  it('logs in a known parent too, and goes on where they were, on another device as well', async () => {
    await makeUser(links.fair.account._id, 'customer', { email: EMAIL });
    const parent = visitor();
    const deep = `${links.home}/schedule`;
    const login = `/login?next=${encodeURIComponent(deep)}`;
    assert.match((await parent.get(login)).text, /Maple School[\s\S]*Fall Conferences[\s\S]*Email me a link/);
    const asked = await parent.post('/login/link', { email: EMAIL, next: deep }, login);
    assert.equal(asked.headers.location, `${links.home}/enter`);
    const phone = visitor();
    const used = await use(phone, await lastLink());
    assert.equal(used.headers.location, deep);
    assert.ok((await isIn(phone)) && !(await isIn(parent)));
  });

  it('works outside an event for logins that there are, and for no others', async () => {
    await makeUser(links.fair.account._id, 'customer', { email: EMAIL });
    await makeUser(links.fair.account._id, 'appointment viewer', { email: 'staff@example.org' });
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
    assert.equal((await who.post(`${older}/again`, {}, older)).headers.location, `${links.home}/enter`);
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

  it('opens nothing at another event, and leads to no other page', async () => {
    const far = await makeConference();
    await ask(visitor());
    const path = await lastLink();
    const elsewhere = path.replace(links.home, `/e/${far.event.link}`);
    for (const wrong of [elsewhere, path.replace(`${links.home}/enter`, '/login/link'), `${path}x`]) {
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
      `${links.home}x`,
      '/events',
    ]) {
      const who = visitor();
      await who.post('/login/link', { email: 'kim@example.org', next });
      await workIsDone();
    }
    const sent = await OneTimeLink.find({ email: 'kim@example.org' }).lean();
    assert.equal(sent.length, 1);
    assert.equal(sent[0]?.event?.toHexString(), far.event._id.toHexString());
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
    const staff = await makeUser(links.fair.account._id, 'administrator', { email: EMAIL });
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
    assert.equal((await use(who, path)).headers.location, links.home);
    assert.equal((await children()).length, 1);
  });

  it('opens nothing for a login that the school blocked', async () => {
    const user = await makeUser(links.fair.account._id, 'customer', { email: EMAIL });
    await User.updateOne(
      { _id: user._id },
      { $set: { blocks: [{ account: links.fair.account._id, at: EVE, by: user._id }] } },
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
    assert.equal((await parent.get(`${links.home}/children`)).status, 303);
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
    assert.match((await who.get(`${links.home}/enter`)).text, /Enviamos un enlace a maya/);
    assert.match((await who.get(await lastLink())).text, /Continuar como maya@example\.org/);
    await use(who, await lastLink());
    assert.equal((await User.findOne({ email: EMAIL }).lean())?.language, 'es');
  });
});
