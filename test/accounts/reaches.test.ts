import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { readForm } from '../../server/scratch/read-form.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { OneTimeLink } from '../../server/models/one-time-link.js';
import { User, type Grant } from '../../server/models/user.js';
import { makeAccount, makeUser, PASSWORD, startAs, Visitor, type TestApp } from '../support/app.js';
import { makeEvent } from '../support/event.js';

const LOGINS = '/global-setup/logins';

describe('inviting to single events, or as a teacher', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let office: Visitor;
  let fall: string;
  let spring: string;
  let teacher: string;
  const email = 'kim@example.org';

  beforeEach(async () => {
    ({ test, account, visitor: office } = await startAs('administrator', new Date('2026-11-20T18:00:00Z')));
    fall = String((await makeEvent(account, { name: 'Fall talks' }))._id);
    spring = String((await makeEvent(account, { name: 'Spring talks' }))._id);
    teacher = await person(account, 'teacher');
  });

  async function person(
    of: Types.ObjectId,
    type: 'teacher' | 'student',
    status: 'active' | 'transferred' = 'active',
  ) {
    const made = await Contact.create({
      account: of,
      type,
      source: 'hand',
      status,
      firstName: 'Ada',
      lastName: 'Bennett',
      searchKey: 'ada bennett',
      sortKey: 'bennett ada',
    });
    return String(made._id);
  }
  const invite = (fields: Record<string, string | string[]>) =>
    office.post(LOGINS, { name: 'Kim Desk', email, level: 'appointment maker', ...fields }, LOGINS);
  const grants = async () => {
    const user = await User.findOne({ email }).orFail().lean();
    return user.grants.map(said);
  };
  const said = ({ level, event, contact }: Grant) =>
    [level, event ? String(event) : '', contact ? String(contact) : ''].filter(Boolean).join(' ');
  const mailed = async (): Promise<string> => {
    const mail = await Notification.findOne({ kind: 'invitation' })
      .sort({ createdAt: -1, _id: -1 })
      .orFail()
      .lean();
    return new URL(/http\S+/.exec(mail.text)?.[0] ?? '').pathname;
  };

  it('gives a new login the level in the selected events alone', async () => {
    assert.equal((await invite({ scope: 'events', events: [fall, spring] })).status, 303);
    assert.deepEqual(await grants(), [`appointment maker ${fall}`, `appointment maker ${spring}`]);
    const third = String((await makeEvent(account, { name: 'Third' }))._id);
    const path = await mailed();
    const kim = new Visitor(test.app);
    assert.equal((await kim.post(path, { password: PASSWORD }, path)).status, 303);
    for (const [event, status] of [
      [fall, 200],
      [spring, 200],
      [third, 404],
    ] as const)
      assert.equal((await kim.get(`/events/${event}/appointments`)).status, status);
    assert.equal((await kim.get(LOGINS)).status, 403);
    const list = await office.get(LOGINS);
    assert.match(list.text, /kim@example\.org[\s\S]*Fall talks[\s\S]*Spring talks/);
  });

  it('makes a login the teacher, whatever level is selected beside it', async () => {
    assert.equal((await invite({ scope: 'contact', contact: teacher, level: 'administrator' })).status, 303);
    assert.deepEqual(await grants(), [`resource administrator ${teacher}`]);
    assert.match((await office.get(LOGINS)).text, /As Ada Bennett/);
  });

  it('refuses what is another account’s, not there or no teacher, and keeps what was typed', async () => {
    const far = (await makeAccount('Oak School'))._id;
    const farEvent = String((await makeEvent(far))._id);
    const cases: [Record<string, string | string[]>, RegExp][] = [
      [{ scope: 'events', events: [fall, farEvent] }, /One of these events is no longer there/],
      [{ scope: 'events', events: [String(new Types.ObjectId())] }, /One of these events is no longer there/],
      [{ scope: 'events' }, /Select at least one event/],
      [{ scope: 'events', events: ['x'] }, /events from the list/],
      [{ scope: 'events', events: [fall], level: 'administrator' }, /An administrator runs the whole school/],
      [{ scope: 'account', events: [fall] }, /You selected events/],
      [{ scope: 'account', contact: teacher }, /You selected a teacher/],
      [{ scope: 'contact' }, /Select the teacher/],
      [{ scope: 'contact', contact: await person(far, 'teacher') }, /This teacher is no longer there/],
      [{ scope: 'contact', contact: await person(account, 'student') }, /This teacher is no longer there/],
      [
        { scope: 'contact', contact: await person(account, 'teacher', 'transferred') },
        /This teacher is no longer there/,
      ],
      [{ scope: 'contact', contact: '{"$gt":""}' }, /a teacher from the list/],
      [{ scope: ['events', 'account'], events: [fall] }, /Select what the access is for/],
      [{ scope: 'world' }, /Select what the access is for/],
    ];
    for (const [fields, says] of cases) {
      const answer = await invite(fields);
      assert.equal(answer.status, 422, JSON.stringify(fields));
      assert.match(answer.text, says, JSON.stringify(fields));
      assert.match(answer.text, /value="kim@example\.org"/);
    }
    assert.equal(await User.countDocuments({ email, grants: { $ne: [] } }), 0);
    const forged = await office.agent
      .post(LOGINS)
      .type('form')
      .send({ name: 'K', email, level: 'administrator' });
    assert.equal(forged.status, 403);
    const lower = await new Visitor(test.app).logIn(await makeUser(account, 'event administrator'));
    for (const path of [LOGINS, `${LOGINS}/draft`])
      assert.equal((await lower.post(path, {}, '/forgot')).status, 403);
  });

  it('one access is taken away and changed, and the others stay', async () => {
    await invite({ scope: 'events', events: [fall, spring] });
    const { _id } = await User.findOne({ email }).orFail().lean();
    await User.updateOne({ _id }, { $push: { grants: { account, level: 'customer' } } });
    const change = `${LOGINS}/${String(_id)}/level`;
    const none = await office.post(change, { reach: `${fall}-all`, level: 'none' }, LOGINS);
    assert.equal(none.status, 303);
    assert.deepEqual(await grants(), [`appointment maker ${spring}`, 'customer']);
    const page = await office.get(LOGINS);
    const form = readForm(page.text, change, LOGINS);
    const field = `level-${String(_id)}-${spring}-all`;
    assert.ok(form);
    assert.ok(form.fields.some(([name]) => name === field));
    const fields = new URLSearchParams(form.fields.filter(([name]) => name !== field));
    fields.set(field, 'event administrator');
    fields.set('reach', `${spring}-all`);
    const sent = await office.agent.post(change).type('form').send(fields.toString());
    assert.equal(sent.status, 303);
    assert.deepEqual(await grants(), [`event administrator ${spring}`, 'customer']);
    // The page that showed the level of before changes nothing.
    fields.set(field, 'appointment viewer');
    const late = await office.agent.post(change).type('form').send(fields.toString());
    assert.equal(late.status, 422);
    assert.match(late.text, /Somebody else changed the access level/);
    for (const reach of [`${fall}-all`, 'all', '{"$gt":""}', `${String(new Types.ObjectId())}-all`])
      assert.equal((await office.post(change, { reach, level: 'none' }, LOGINS)).status, 404, reach);
    const up = await office.post(change, { reach: `${spring}-all`, level: 'administrator' }, LOGINS);
    assert.equal(up.status, 422);
    assert.deepEqual(await grants(), [`event administrator ${spring}`, 'customer']);
  });

  it('who works here has more at once; the same twice, also at once, is there once', async () => {
    await invite({ scope: 'events', events: [fall] });
    const again = await invite({ scope: 'events', events: [fall] });
    assert.equal(again.status, 422);
    assert.match(again.text, /has this access already/);
    // Of two of which one is there already none is given: the page says so, and nothing of it unseen.
    assert.equal((await invite({ scope: 'events', events: [spring, fall] })).status, 422);
    assert.deepEqual(await grants(), [`appointment maker ${fall}`]);
    await Promise.all([1, 2].map(() => invite({ scope: 'events', events: [spring] })));
    await invite({ scope: 'contact', contact: teacher });
    assert.deepEqual(await grants(), [
      `appointment maker ${fall}`,
      `appointment maker ${spring}`,
      `resource administrator ${teacher}`,
    ]);
    assert.equal(await OneTimeLink.countDocuments({ kind: 'offer' }), 0);
  });

  it('offers a login of another school each access by itself, and gives all that is left when it is accepted', async () => {
    const oak = (await makeAccount('Oak School'))._id;
    const user = await makeUser(oak, 'administrator', { email, name: 'Kim Oak' });
    await invite({ scope: 'events', events: [fall, spring] });
    await invite({ scope: 'contact', contact: teacher });
    assert.equal((await grants()).length, 1);
    const change = `${LOGINS}/${String(user._id)}/level`;
    assert.equal((await office.post(change, { reach: `${spring}-all`, level: 'none' }, LOGINS)).status, 303);
    const changed = await office.post(change, { reach: `${fall}-all`, level: 'appointment viewer' }, LOGINS);
    assert.equal(changed.status, 303);
    const path = await mailed();
    const kim = await new Visitor(test.app).logIn(user);
    assert.match((await kim.get(path)).text, /Viewer[\s\S]*Fall talks[\s\S]*as Ada Bennett/);
    // Who has no password yet chooses one first, and the offer stays.
    await User.updateOne({ _id: user._id }, { $unset: { passwordHash: 1 } });
    assert.equal((await kim.post(path, {}, '/my/login')).headers.location, '/my/login');
    assert.match((await kim.get('/my/login')).text, /accept the invitation, choose a password here first/);
    assert.deepEqual(await grants(), ['administrator']);
    await User.updateOne({ _id: user._id }, { $set: { passwordHash: user.passwordHash! } });
    await Promise.all([kim.post(path, {}, path), kim.post(path, {}, path)]);
    assert.deepEqual(await grants(), [
      'administrator',
      `appointment viewer ${fall}`,
      `resource administrator ${teacher}`,
    ]);
  });

  it('an offer made before single events could be granted is still the whole school’s', async () => {
    const user = await makeUser((await makeAccount('Oak School'))._id, 'customer', { email });
    await invite({});
    await OneTimeLink.updateOne(
      { kind: 'offer' },
      { $set: { 'offer.level': 'appointment viewer' }, $unset: { 'offer.grants': 1 } },
    );
    assert.match((await office.get(LOGINS)).text, /kim@example\.org[\s\S]*Invited/);
    const change = `${LOGINS}/${String(user._id)}/level`;
    assert.equal((await office.post(change, { level: 'appointment maker' }, LOGINS)).status, 303);
    const path = await mailed();
    const kim = await new Visitor(test.app).logIn(user);
    await kim.post(path, {}, path);
    assert.deepEqual(await grants(), ['customer', 'appointment maker']);
  });

  it('a long list of teachers is searched without losing what is typed', async () => {
    for (let at = 0; at < 101; at += 1)
      await Contact.create({
        account,
        type: 'teacher',
        source: 'hand',
        status: 'active',
        lastName: `Teacher ${String(at)}`,
        searchKey: `teacher ${String(at)}`,
        sortKey: `a ${String(at)}`,
      });
    const page = await office.get(LOGINS);
    assert.doesNotMatch(page.text, new RegExp(`value="${teacher}"`));
    const found = await office.post(
      `${LOGINS}/draft`,
      { name: 'Kim Desk', email, scope: 'contact', teacher: 'benn' },
      LOGINS,
    );
    assert.equal(found.status, 200);
    assert.match(found.text, new RegExp(`value="${teacher}"`));
    assert.match(found.text, /value="Kim Desk"/);
    assert.doesNotMatch(found.text, /Teacher 7/);
    assert.equal(await Event.countDocuments(), 2);
  });
});
