import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { addChild } from '../../server/parents/add-child.js';
import type { Family } from '../../server/parents/load-conference.js';
import { Account } from '../../server/models/account.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Unsubscription } from '../../server/models/unsubscription.js';
import { User } from '../../server/models/user.js';
import { drawCode } from '../../server/letters/draw-code.js';
import { sheetsOf } from '../../server/letters/print-letters.js';
import { createTestApp, Visitor, type TestApp } from '../support/app.js';
import { EVE } from '../support/booking/conference.js';
import { makeFullSchool, makePerson, type FullSchool } from '../support/contacts/full-school.js';
import { emptyDatabase } from '../support/hooks.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';

const CODE = /letter-code">([A-Z2-9]{4}-[A-Z2-9]{4})</g;

describe('printed letters', function () {
  let test: TestApp;
  let school: FullSchool;
  let admin: Visitor;
  let base: Snapshot;
  let home: string;

  before(async () => {
    await emptyDatabase();
    test = createTestApp();
    school = await makeFullSchool(test);
    home = `/events/${school.fair.event._id.toHexString()}/letters`;
    admin = await new Visitor(test.app).logIn(school.admin);
    // Two whom nobody can write to, one of them without a number.
    const { account, fair } = school;
    const zoe = await makePerson(account, 'student', 'Zoë', 'Brown', { schoolId: '2001', grade: '4' });
    const tim = await makePerson(account, 'student', 'Tim', 'Adams', { grade: '5' });
    await makePerson(account, 'guardian', 'Old', 'Brown', {
      relations: [{ student: 'nobody', relationship: 'Parent', type: '' }],
    });
    await Class.updateOne(
      { _id: fair.teachers[1]!.class._id },
      { $push: { 'synced.students': { $each: [zoe._id, tim._id] } } },
    );
    await AuditEntry.deleteMany({});
    base = await takeSnapshot();
  });
  beforeEach(() => restoreSnapshot(base));

  const unescape = (text: string) => text.replace(/&#39;/g, "'").replace(/&amp;/g, '&');
  const hidden = (html: string): Record<string, string | string[]> => {
    const fields: Record<string, string[]> = {};
    for (const [, name = '', value = ''] of html.matchAll(
      /<input type="hidden" name="(\w+)" value="([^"]*)"/g,
    ))
      if (name !== '_csrf') (fields[name] ??= []).push(unescape(value));
    return fields;
  };
  /** Prepares, and presses the button of the page that asks. */
  async function print(
    fields: Record<string, string | string[]>,
  ): Promise<{ html: string; again: () => Promise<string> }> {
    const asked = await admin.post(home, fields);
    assert.equal(asked.status, 200, asked.text);
    const press = async () => (await admin.post(`${home}/print`, hidden(asked.text))).text;
    return { html: await press(), again: press };
  }
  const codesIn = (html: string) => [...html.matchAll(CODE)].map(([, code]) => code);

  it('are offered for families without an email address, each student once, by class', async () => {
    const { text } = await admin.get(home);
    assert.match(text, /Prepare 2 letters/);
    assert.ok(text.indexOf('Tim Adams') < text.indexOf('Zoë Brown'));
    assert.ok(!text.includes('Ana Lopez'));
    const all = (await admin.get(`${home}?who=all`)).text;
    assert.match(all, /Prepare 5 letters/);
    assert.match((await admin.get(`${home}?who=all&grade=4`)).text, /Prepare 1 letter</);
    assert.match((await admin.get(`${home}?q=zoe`)).text, /Prepare 1 letter</);
    const held = school.fair.teachers[0]!.class._id.toHexString();
    assert.match((await admin.get(`${home}?who=all&class=${held}`)).text, /Prepare 3 letters/);
    assert.match(
      (await admin.get(`${home}?class=${held}`)).text,
      /Every family here can be reached by email/,
    );
    assert.equal((await admin.get(`${home}?school=x&class=y&who=z&page=9e9`)).status, 200);
  });

  it('are offered for whom no mail to guardians reaches, whatever address is known', async () => {
    const { account, parents } = school;
    const offered = async () =>
      [...(await admin.get(home)).text.matchAll(/Select (\w+) Lopez/g)].map(([, name]) => name);
    const [ana, leo, mia] = parents.map(({ _id }) => _id);
    await User.updateOne({ _id: ana }, { $set: { blocks: [{ account, at: EVE, by: school.admin._id }] } });
    await Unsubscription.create({ account, email: parents[1]!.email, at: EVE });
    assert.deepEqual((await offered()).sort(), ['Ana', 'Leo']);
    // A login that proved nothing reaches nobody; the roster's address does.
    await User.updateOne({ _id: mia }, { $unset: { emailProvenAt: 1 } });
    assert.ok(!(await offered()).includes('Mia'));
    await Contact.updateMany({ account, type: 'guardian' }, { $set: { email: '' } });
    assert.ok((await offered()).includes('Mia'));
    await Household.updateOne({ adults: leo }, { $set: { adults: [new Types.ObjectId()] } });
    await Unsubscription.deleteMany({ account });
    assert.deepEqual((await offered()).sort(), ['Ana', 'Leo', 'Mia']);
  });

  it('of one class know an address that many families of other classes have: nobody is reached there', async () => {
    const { account, fair } = school;
    const held = fair.teachers[0]!.class._id.toHexString();
    const without = async (query: string) => (await admin.get(`${home}?${query}`)).text;
    assert.match(await without(`class=${held}`), /Every family here can be reached by email/);
    const many = await Promise.all(
      Array.from({ length: 15 }, (_, n) =>
        makePerson(account, 'student', 'Kid', `N${n}`, { schoolId: `8${n}` }),
      ),
    );
    await Class.updateOne(
      { _id: fair.teachers[1]!.class._id },
      { $push: { 'synced.students': { $each: many.map(({ _id }) => _id) } } },
    );
    // Nobody but the agency is known for Ana, and it has fifteen children of the other class.
    const ana = fair.students[0]!._id;
    await User.updateMany({}, { $unset: { emailProvenAt: 1 } });
    await Contact.updateMany({ account, type: 'guardian' }, { $set: { email: '' } });
    const agency = await makePerson(account, 'guardian', 'City', 'Agency', { email: 'agency@x.org' });
    const tied = [ana, ...many.slice(1).map(({ _id }) => _id)].map((student) => ({
      ...{ student, relationship: 'Guardian', by: school.admin._id, at: EVE },
    }));
    await Contact.updateOne({ _id: agency._id }, { $set: { tied } });
    assert.doesNotMatch(await without(`class=${held}`), /Select Ana Lopez/);
    await Contact.updateOne({ _id: agency._id }, { $push: { tied: { ...tied[0], student: many[0]!._id } } });
    assert.match(await without(''), /Select Ana Lopez/);
    assert.match(await without(`class=${held}`), /Select Ana Lopez/);
    assert.match(await without(`who=all&class=${held}`), /Prepare 3 letters/);
  });

  it('carry the link, a QR code, the event, class, teacher and page, and a code that works once', async () => {
    const { html } = await print({ all: 'on', perSheet: '1' });
    for (const words of [
      'Fall Conferences · Class of Mr Park · Mr Park',
      'Page 2 of 2',
      '/e/',
      'id="qr"',
      'with the one-time code',
    ])
      assert.ok(html.includes(words), words);
    assert.match(html, /To add Tim, call the school/);
    const [code = ''] = codesIn(html);
    assert.equal(codesIn(html).length, 1);
    const [parent] = school.parents;
    const family = {
      account: school.fair.account,
      event: school.fair.event,
      household: await Household.findOne({ adults: parent!._id }).orFail().lean(),
      actor: { user: parent!._id, email: parent!.email, emailProven: true, account: school.account },
    } as unknown as Family;
    assert.equal((await addChild(test.deps, family, { number: '', birthDate: '', code })).ok, true);
    assert.ok(!JSON.stringify(await Contact.find().lean()).includes(code));
    assert.equal((await AuditEntry.find({ action: 'print letters' }).lean())[0]?.detail.letters, 2);
    assert.equal(await AuditEntry.countDocuments({ action: 'print codes' }), 1);
  });

  it('are the same when the button is pressed twice, or after a printing that was cut off', async () => {
    const { html, again } = await print({ who: 'all', all: 'on', codes: 'new' });
    const codes = codesIn(html);
    assert.equal(codes.length, 4);
    // Cut off before one was written: it gets its code, the others keep theirs.
    await AuditEntry.updateMany({ action: 'print codes' }, { $pop: { targets: -1 } });
    const [first] = (await AuditEntry.findOne({ action: 'print codes' }).orFail().lean()).targets;
    assert.deepEqual(codesIn(await again()), codes);
    // Used meanwhile: it is not printed again, nor does it work again.
    await Contact.updateOne({ _id: first }, { $unset: { code: 1 } });
    const third = await again();
    assert.equal(codesIn(third).length, 3);
    assert.equal((await Contact.findById(first).orFail().lean()).code, undefined);
  });

  it('keep codes that went out, or say how many stop working', async () => {
    const before = codesIn((await print({ q: 'zoe', all: 'on' })).html);
    const kept = await admin.post(home, { q: 'zoe', all: 'on' });
    assert.match(kept.text, /0 one-time codes are made[\s\S]*1 code that was printed before still works/);
    assert.deepEqual(codesIn((await print({ q: 'zoe', all: 'on' })).html), []);
    const replaced = await admin.post(home, { q: 'zoe', all: 'on', codes: 'new' });
    assert.match(replaced.text, /1 code that was printed before stops/);
    const after = codesIn((await print({ q: 'zoe', all: 'on', codes: 'new' })).html);
    assert.equal(after.length, 1);
    assert.notDeepEqual(after, before);
    assert.deepEqual(codesIn((await print({ q: 'zoe', all: 'on', codes: 'none' })).html), []);
  });

  it('are for whom was selected, of this event alone', async () => {
    const stranger = await makePerson(school.account, 'student', 'Not', 'Here', { schoolId: '9' });
    const ids = [stranger._id.toHexString(), school.fair.students[0]!._id.toHexString()];
    const { html } = await print({ ids, perSheet: '4' });
    assert.match(html, /Ana Lopez/);
    assert.ok(!html.includes('Not Here'));
    assert.equal((await admin.post(home, { ids: ids.slice(0, 1) })).status, 422);
    assert.equal((await admin.post(`${home}/print`, { all: 'on' })).status, 422);
    assert.equal((await admin.post(home, { all: 'on', perSheet: '3' })).status, 422);
  });

  it('say what the school wrote, with names as text; a macro that is none is told', async () => {
    const path = `${home}/text`;
    const wrong = await admin.post(path, { title: 'x', text: 'Hello {nobody}' });
    assert.match(wrong.text, /Text: “nobody” can’t be filled in/);
    const mine = { title: 'For {student} in {class}', text: '<b>{teacher}</b> {when}' };
    assert.match((await admin.post(path, { ...mine, act: 'preview' })).text, /For Alex Smith in Biology 1/);
    assert.equal((await Event.findById(school.fair.event._id).orFail().lean()).letter, undefined);
    assert.equal((await admin.post(path, mine)).status, 303);
    const { html } = await print({ q: 'zoe', all: 'on' });
    assert.match(html, /For Zoë Brown in Class of Mr Park/);
    assert.match(html, /&lt;b&gt;Mr Park&lt;\/b&gt; Tuesday, November 24, 2026/);
    await admin.post(path, { title: '', text: '' });
    assert.equal((await Event.findById(school.fair.event._id).orFail().lean()).letter, undefined);
  });

  it('in two languages have the school’s own text once, and Slotbell’s in the other; each says its language', async () => {
    await admin.post(`${home}/text`, { title: 'For {student}', text: 'Our own words.' });
    const both = { q: 'zoe', all: 'on', language: 'en+es' };
    assert.match((await admin.post(home, both)).text, /You haven’t written your own text in Español/);
    const { html } = await print(both);
    assert.equal(html.split('Our own words.').length, 2);
    assert.match(html, /<article class="letter[^>]*lang="en-US" dir="ltr">[\s\S]*Page 1 of 1/);
    assert.match(html, /<p lang="es-US" dir="ltr">A la familia de Zoë Brown/);
    assert.match(html, /<li>Enter your name and email address\. \/ <span lang="es-US"/);
    const spanish = await print({ ...both, language: 'es' });
    assert.doesNotMatch(spanish.html, /Our own words|Page 1/);
    assert.match(
      spanish.html,
      /<article class="letter[^>]*lang="es-US"[\s\S]*A la familia[\s\S]*Página 1 de 1/,
    );
    assert.doesNotMatch(
      (await admin.post(home, { ...both, language: 'en' })).text,
      /You haven’t written your own text/,
    );
  });

  it('are offered in the languages of the school', async () => {
    const offered = async () =>
      [
        ...(await admin.get(home)).text.matchAll(
          /<option value="([a-z+]+)"[^>]*>[^<]*(?:English|Español|العربية)/g,
        ),
      ].map(([, code]) => code);
    assert.deepEqual(await offered(), ['en', 'es', 'en+es']);
    await Account.updateOne({ _id: school.account }, { languages: ['en', 'ar'] });
    assert.deepEqual(await offered(), ['en', 'ar', 'en+ar']);
    const poster = await admin.get(home.replace('/letters', '/poster?language=ar'));
    assert.match(
      poster.text,
      /<section class="poster poster-letter"[^>]*lang="ar" dir="rtl">[\s\S]*امسح الرمز/,
    );
  });

  it('are made for 2,000 students in parts, so that memory stays bounded', async () => {
    const { account, fair } = school;
    const many = await Contact.insertMany(
      Array.from({ length: 2000 }, (_, n) => ({
        ...{
          account,
          type: 'student',
          source: 'hand',
          status: 'active',
          firstName: 'Kid',
          lastName: `N${n}`,
        },
        ...{
          schoolId: `7${n}`,
          numberKey: `7${n}`,
          searchKey: `kid n${n}`,
          sortKey: `n${String(n).padStart(4, '0')}`,
        },
      })),
    );
    await Class.updateOne(
      { _id: fair.teachers[1]!.class._id },
      { $push: { 'synced.students': { $each: many.map(({ _id }) => _id) } } },
    );
    const { html } = await print({ all: 'on', perSheet: '4' });
    assert.equal(new Set(codesIn(html)).size, 2001);
    assert.match(html, /Page 501 of 501/);
    assert.equal(await AuditEntry.countDocuments({ action: 'print codes' }), 21);
  });

  it('begin a new sheet with each class', () => {
    const [one, two] = school.fair.teachers.map(({ class: held }) => ({ class: held._id }));
    const rows = [one!, one!, one!, two!];
    assert.deepEqual(
      sheetsOf(rows, 2).map((sheet) => sheet.length),
      [2, 1, 1],
    );
  });

  it('and the poster shows the same code, whatever the link’s length', async () => {
    const page = await admin.get(home.replace('/letters', '/poster?size=a4'));
    assert.match(page.text, /poster-a4[\s\S]*Fall Conferences[\s\S]*Tuesday, November 24, 2026/);
    assert.ok(page.text.includes(drawCode(`${test.deps.config.publicUrl}/e/${school.fair.event.link}`).path));
    assert.ok(drawCode(`https://${'x'.repeat(400)}.example.org/e/abc`).size > 60);
    const overview = (await admin.get(home.replace('/letters', ''))).text;
    assert.match(overview, /data-copy="parents-link"/);
  });
});
