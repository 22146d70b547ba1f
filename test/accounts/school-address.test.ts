import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Account } from '../../server/models/account.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Class } from '../../server/models/class.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { School } from '../../server/models/school.js';
import { keepAddresses } from '../../server/roster/mirror/keep-addresses.js';
import type { RefreshContext } from '../../server/roster/run/context.js';
import { compose } from '../../server/notifications/send-mail.js';
import { makeAccount, makeUser, Visitor } from '../support/app.js';
import { Desk, hidden } from '../support/booking/desk.js';
import { startDistrict } from '../support/roster/district.js';

describe('where a school is', () => {
  it('comes from Clever, is said to, and what the office enters comes first, whatever the next sync brings', async () => {
    const district = await startDistrict({ students: 24 });
    try {
      const theirs = district.sandbox.idOf('school', 0);
      const locate = (address: string) => {
        const location = { address, city: 'Cedar Valley', state: 'CA', zip: '90210' };
        district.sandbox.change(theirs, { location });
        return district.sync();
      };
      const admin = await new Visitor(district.test.app).logIn(
        await makeUser(district.account, 'administrator'),
      );
      const preview = async () => district.start({ trigger: 'preview', purpose: 'preview' });
      const { _id } = await School.findOne({ 'clever.id': theirs }).orFail().lean();
      const page = `/global-setup/schools/${_id.toHexString()}`;
      const shown = async () =>
        (await admin.get('/global-setup')).text.replace(/<[^>]+>|\s+/g, ' ').replace(/ +/g, ' ');

      const seen = async () => hidden((await admin.get(page)).text, 'seen').replaceAll('&#34;', '"');

      await preview();
      assert.equal(await School.countDocuments({ synced: { $exists: true } }), 0, 'a preview writes nothing');
      await locate('12 Main Street');
      assert.match(await shown(), /12 Main Street, Cedar Valley, CA 90210 from Clever Change/);

      const typed = {
        address: '14 Side Street, Cedar Valley',
        seen: await seen(),
      };
      assert.equal((await admin.post(page, typed, page)).status, 303);
      await locate('99 New Road');
      assert.match(await shown(), /14 Side Street, Cedar Valley Change/);
      assert.match((await admin.get(page)).text, /From Clever: <strong>99 New Road, Cedar Valley, CA 90210/);
      district.sandbox.change(theirs, { location: { address: 'null', city: '', state: 'CA', zip: '' } });
      await district.sync();
      assert.equal(
        (await School.findById(_id).orFail().lean()).synced?.address,
        '99 New Road, Cedar Valley, CA 90210',
      );

      // Another person, who had the page open since before it was entered.
      const late = await admin.post(page, { ...typed, address: '1 Late Lane' }, page);
      assert.equal(late.status, 422);
      assert.match(late.text, /14 Side Street/);
      assert.equal((await admin.post(page, { address: '', seen: await seen() }, page)).status, 303);
      assert.match(await shown(), /99 New Road, Cedar Valley, CA 90210 from Clever/);
      const entries = await AuditEntry.find({ action: 'change school address' }).sort({ at: 1 }).lean();
      assert.deepEqual(
        entries.map(({ changes }) => changes?.map(({ after }) => after)),
        [['14 Side Street, Cedar Valley'], ['']],
      );
    } finally {
      await district.close();
    }
  });

  it('is said to be from whoever said it; one for a match that is gone is not written; a list of many schools has pages', async () => {
    const desk = await Desk.open();
    const { account } = desk.fair.event;
    const school = await School.create({
      ...{ account, name: 'Oak Hall', sortKey: 'm' },
      clever: { id: 'new', name: 'Oak' },
      file: { id: 'f', name: 'Oak' },
    });
    const keep = (source: 'clever' | 'file', id: string, address: string) =>
      keepAddresses({
        ...{ account: desk.fair.account, run: { preview: false }, source },
        schools: new Map([[id, school._id]]),
        async *read() {
          yield await Promise.resolve([{ id, location: { address, city: 'Lodi' } }]);
        },
      } as unknown as RefreshContext);
    const admin = await new Visitor(desk.test.app).logIn(await makeUser(account, 'administrator'));
    const page = `/global-setup/schools/${school._id.toHexString()}`;
    assert.match((await admin.get(page)).text, /No address has come from Clever/);
    await keep('clever', 'old', '1 Old Road');
    assert.equal((await School.findById(school._id).orFail().lean()).synced, undefined);
    await keep('file', 'f', '2 File Road');
    assert.match(
      (await admin.get(page)).text,
      /From your roster files: <strong>2 File Road, Lodi[\s\S]*use theirs/,
    );
    await keep('clever', 'new', '2 File Road');
    assert.match((await admin.get(page)).text, /From Clever: [\s\S]*Leave it empty to use Clever’s/);

    const many = Array.from({ length: 201 }, (_, n) => `a${String(n).padStart(3, '0')}`);
    await School.insertMany(many.map((name) => ({ account, name, sortKey: name })));
    const [first, second] = [await admin.get('/global-setup'), await admin.get('/global-setup?page=2')];
    assert.match(first.text, /a199<[\s\S]*<strong>1–200<\/strong> of 202 schools[\s\S]*\?page=2#schools/);
    assert.doesNotMatch(first.text, /Oak Hall|a200</);
    assert.match(second.text, /a200<[\s\S]*Oak Hall[\s\S]*202 schools/);
    const saved = await admin.post(page, { address: '3 New Road, Lodi' }, page);
    assert.equal(saved.headers.location, '/global-setup?page=2#schools');
  });

  it('is on families’ maps, in their emails and calendars; only an administrator of the account enters it', async () => {
    const desk = await Desk.open({ teachers: 3 });
    const { account, _id: event } = desk.fair.event;
    const synced = { address: '9 Elm St, Lodi, CA 95240' };
    const school = await School.create({
      account,
      name: 'Oak Hall',
      clever: { id: 's', name: 'Oak' },
      synced,
      sortKey: 'o',
    });
    await Event.updateOne({ _id: event }, { $set: { place: '' } });
    await Class.updateMany({ event }, { $set: { 'synced.school': school._id } });
    const { visitor: parent } = await desk.parentOf(0);
    const read = async () => {
      const mail = await Notification.findOne({ kind: /^appointment/ })
        .sort({ _id: -1 })
        .orFail()
        .lean();
      const composed = compose(mail, desk.test.deps.config);
      const text = `${composed.text} ${JSON.stringify(composed)}`;
      const page = (await parent.get(await place())).text;
      for (const html of [page, composed.html]) assert.doesNotMatch(html, /<b>Ash/);
      return [text, page];
    };
    let path = await desk.book(parent, 0, 0);
    const place = () => Promise.resolve(path);
    for (const one of await read()) assert.ok(one.includes(encodeURIComponent(synced.address)), one);

    const page = `/global-setup/schools/${school._id.toHexString()}`;
    const as = async (level: Parameters<typeof makeUser>[1], of = account) =>
      new Visitor(desk.test.app).logIn(await makeUser(of, level));
    const admin = await as('administrator');
    for (const [address, says] of [
      ['12', /Enter the street and the city/],
      ['https://maps.example/x', /Enter the address itself, not a link to a map/],
      ['A'.repeat(201), /Use 200 characters at most/],
    ] as const) {
      const refused = await admin.post(page, { address }, page);
      assert.equal(refused.status, 422);
      assert.match(refused.text, says);
    }
    const address = '11 <b>Ash</b> St\u202e, Lodi';
    assert.equal((await admin.post(page, { address }, page)).status, 303);
    path = await desk.book(parent, 1, 1);
    for (const one of await read()) {
      assert.ok(one.includes(encodeURIComponent('11 <b>Ash</b> St')), one);
      assert.doesNotMatch(one, /9 Elm St|9%20Elm/);
    }
    assert.doesNotMatch((await admin.get(page)).text, /<b>Ash/);
    const calendar = async () =>
      (await parent.get(`${path}/calendar.ics`)).text.replace(/\r\n /g, '').replaceAll('\\', '');
    assert.match(await calendar(), /LOCATION:Room \d+, Oak Hall, 11 <b>Ash/);
    // An event with a place of its own is there, wherever the school gets its mail.
    await Event.updateOne({ _id: event }, { $set: { place: 'District Arena, 400 Fair Rd' } });
    path = await desk.book(parent, 2, 2);
    for (const one of [
      ...(await read()),
      await calendar(),
      (await parent.get(path.replace(/appointments.*/, 'schedule'))).text,
    ]) {
      assert.match(one, /District(%20| )Arena/);
      assert.doesNotMatch(one, /Ash/);
    }

    for (const level of [
      'event administrator',
      'appointment maker',
      'appointment viewer',
      'customer',
    ] as const) {
      const other = await as(level);
      assert.ok([403, 404].includes((await other.get(page)).status), level);
      assert.ok([403, 404].includes((await other.post(page, { address: 'X' })).status), level);
    }
    const stranger = await as('administrator', (await makeAccount('Other'))._id);
    assert.equal((await stranger.get(page)).status, 404);
    assert.equal((await stranger.post(page, { address: 'X street' })).status, 404);
    assert.equal(
      (await admin.get(`/global-setup/schools/${new Types.ObjectId().toHexString()}`)).status,
      404,
    );
    assert.equal((await School.findById(school._id).orFail().lean()).synced?.address, synced.address);
    assert.equal(await Account.countDocuments(), 2);
  });
});
