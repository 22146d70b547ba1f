import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { Contact } from '../../server/models/contact.js';
import { Household } from '../../server/models/household.js';
import { OneTimeLink } from '../../server/models/one-time-link.js';
import { hashesOf } from '../../server/seal.js';
import { EVE, makeHousehold } from '../support/booking/conference.js';
import { BORN, EMAIL, withLinks } from '../support/entry/mailed-links.js';

describe('getting in by a mailed link, with a child', () => {
  const { links, visitor, later, ask, lastLink, use, isIn, children } = withLinks();

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
    const student = links.fair.students[0]!;
    const ids = { account: links.fair.account._id, student: student._id };
    const hashes = hashesOf('K7QM-4XPD', ids, links.test.deps.config.appSecret);
    const codeNow = async () => (await Contact.findById(student._id).orFail().lean()).code;
    const type = async (email: string) => {
      const parent = visitor();
      await ask(parent, { code: 'K7QM4XPD', email });
      return use(parent, await lastLink());
    };
    const dead = await makeHousehold(links.fair.account._id, []);
    const code = { ...hashes, at: EVE, usedBy: dead._id, usedAt: EVE };
    await Contact.updateOne({ _id: student._id }, { $set: { code } });
    later(9);
    assert.match((await type(EMAIL)).text, /This code doesn’t match/);
    later(11);
    assert.equal((await type('second@example.org')).headers.location, links.home);
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

  it('reads a letter’s one-time code alone, in any case, with spaces or hyphens, once', async () => {
    const student = links.fair.students[0]!;
    const ids = { account: links.fair.account._id, student: student._id };
    // Somebody else's process died over it: for them it counts still, for nobody else.
    const usedBy = new mongoose.Types.ObjectId();
    const code = { ...hashesOf('K7QM-4XPD', ids, links.test.deps.config.appSecret), at: EVE, usedBy };
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
    assert.equal((await use(parent, await lastLink())).headers.location, links.home);
    assert.deepEqual(await children(), [String(student._id)]);
    assert.equal((await Contact.findById(student._id).lean())?.code, undefined);
    const other = visitor();
    await ask(other, { code: 'K7QM4XPD', email: 'other@example.org' });
    const again = await use(other, await lastLink());
    assert.match(again.text, /This code doesn’t match/);
    assert.deepEqual(await children('other@example.org'), []);
  });

  it('offers the children whom the school ties to the address', async () => {
    const tie = { student: links.fair.students[1]!.record!.id, relationship: 'Parent', type: 'Guardian' };
    const keys = { searchKey: 'maya', sortKey: 'maya' };
    await Contact.create({
      ...{ account: links.fair.account._id, type: 'guardian', source: 'clever', status: 'active' },
      ...{ firstName: 'Maya', lastName: 'Lopez', email: EMAIL, relations: [tie], ...keys },
    });
    const parent = visitor();
    await ask(parent, { number: '1000', ...BORN });
    assert.equal((await use(parent, await lastLink())).headers.location, `${links.home}/children`);
    assert.match(
      (await parent.get(`${links.home}/children`)).text,
      /name="students"[^>]*checked[\s\S]*Leo Lopez/,
    );
  });

  it('carries the child that was typed into a new link, from the same browser only', async () => {
    const parent = visitor();
    await ask(parent, { number: '1000', ...BORN });
    const path = await lastLink();
    later(15);
    const other = visitor();
    await other.post(`${path}/again`, {}, path);
    assert.ok(
      !(await OneTimeLink.exists({ proof: { $exists: true }, until: { $gt: links.test.deps.now() } })),
    );
    await parent.post(`${path}/again`, {}, path);
    await use(parent, await lastLink());
    assert.deepEqual(await children(), [String(links.fair.students[0]!._id)]);
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
    assert.equal(used.headers.location, `${links.home}/children`);
    assert.match(
      (await reader.get(`${links.home}/children`)).text,
      /wasn’t added, because[^<]*another browser/,
    );
    assert.deepEqual(await children(), []);
  });

  it('says to who is in when it is too late to add the child that was typed', async () => {
    const parent = visitor();
    await ask(parent);
    await use(parent, await lastLink());
    await parent.post(`${links.home}/enter`, { email: EMAIL, number: '1000', ...BORN });
    later(11);
    assert.match(
      (await parent.get(await lastLink())).text,
      /too old to add the child[\s\S]*\/children"[\s\S]*Email me a new link/,
    );
  });
});
