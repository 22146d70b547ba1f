import assert from 'node:assert/strict';
import { joinBySchool } from '../../server/households/join-household.js';
import { Draw } from '../../server/models/draw.js';
import { DrawEntry } from '../../server/models/draw-entry.js';
import { Event } from '../../server/models/event.js';
import { hidden } from '../support/booking/desk.js';
import { HOUR, later, Round } from '../support/booking/round.js';
import { asApp } from '../support/scans.js';

describe('what the forms of a preference round say', () => {
  let desk: Round['desk'];
  let office: Round['office'];
  let settings: Round['settings'];
  let start: Round['start'];
  let family: Round['family'];
  let path: string;
  const keyOf = (teacher: number, child = 0) =>
    `rank-${String(desk.fair.students[child]!._id)}:${String(desk.fair.teachers[teacher]!.resource._id)}`;

  beforeEach(async () => {
    ({ desk, office, settings, start, family } = await Round.open());
    path = `${desk.home}/draw/wishes`;
  });

  it('says nothing of wishes left out once they are sent again', async () => {
    await start({ most: 1 });
    const [kim, lou] = [await desk.parentOf(0), await desk.parentOf(1)];
    await kim.visitor.post(path, { [keyOf(0)]: '1' }, path);
    await lou.visitor.post(path, { [keyOf(0, 1)]: '1' }, path);
    const of = { account: desk.fair.account._id, household: kim.household._id };
    await asApp(() => joinBySchool(desk.test.deps, { ...of, adult: lou.user._id, by: kim.user._id }));
    const page = () => kim.visitor.get(`${desk.home}/draw`);
    assert.match((await page()).text, /1 preference was left out/);
    assert.equal((await kim.visitor.post(path, { [keyOf(0, 1)]: '1' }, path)).status, 303);
    assert.ok(!(await page()).text.includes('left out'));
  });

  it('tells the second of two who change the wishes at once what the first one sent, and loses neither’s', async () => {
    await start();
    const kim = await family(0);
    const wishes = async () => (await DrawEntry.findOne().orFail().lean()).wishes;
    const seen = hidden((await kim.visitor.get(path)).text, 'seen');
    assert.notEqual(seen, '');
    const send = (fields: Record<string, string>) => kim.visitor.post(path, fields, path);
    assert.equal((await send({ [keyOf(1)]: '1', seen })).status, 303);
    const sent = await wishes();
    // Pressed twice, or sent again after its answer was lost: they are its own wishes that it finds.
    assert.equal((await send({ [keyOf(1)]: '1', seen })).status, 303);
    assert.deepEqual(await wishes(), sent);
    const late = await send({ [keyOf(0)]: '1', [keyOf(1)]: '2', seen });
    assert.equal(late.status, 422);
    assert.match(late.text, /Yours aren’t saved yet/);
    // What is saved is shown, and what was typed is still there.
    assert.match(late.text, /saved now:[^]*Mr Park[^]*You asked for: any time/);
    assert.match(late.text, new RegExp(`name="${keyOf(1)}"[^]*?<option value="2" selected`));
    assert.deepEqual(await wishes(), sent);
    const again = await send({ [keyOf(0)]: '1', [keyOf(1)]: '2', seen: hidden(late.text, 'seen') });
    assert.equal(again.status, 303);
    assert.equal((await wishes()).length, 2);
    // Two first ones at once: one is saved, the other is told.
    const ana = await desk.parentOf(1);
    const fresh = hidden((await ana.visitor.get(path)).text, 'seen');
    assert.equal((await ana.visitor.post(path, { [keyOf(0, 1)]: '1', seen: fresh }, path)).status, 303);
    assert.equal((await ana.visitor.post(path, { [keyOf(1, 1)]: '1', seen: fresh }, path)).status, 422);
  });

  it('is not offered once booking is open or about to be; a form that was open is told what to do', async () => {
    await Event.updateOne({}, { $set: { 'booking.opensAt': later(HOUR) } });
    const tooLate =
      /It’s too late for a preference round: booking opens to the first families on [^.]*1:00 PM/;
    const page = (await office.get(settings)).text;
    assert.match(page, tooLate);
    assert.ok(!page.includes('name="until"'));
    const refused = await start();
    assert.equal(refused.status, 422);
    assert.match(refused.text, /first enter a later opening in “Event and booking”/);
    assert.equal(await Draw.countDocuments(), 0);
    desk.test.setNow(later(2 * HOUR));
    assert.match((await office.get(settings)).text, /booking opened on [^.]*1:00 PM/);
    await Event.updateOne({}, { $set: { 'booking.opensAt': later(4 * HOUR) } });
    assert.match((await office.get(settings)).text, /name="until"/);
  });
});
