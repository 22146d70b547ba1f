import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { readForm } from '../../server/scratch/read-form.js';
import { tellHousehold } from '../../server/meetings/tell-household.js';
import { continueMailings } from '../../server/mailings/run-mailing.js';
import { Account } from '../../server/models/account.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Event } from '../../server/models/event.js';
import { Mailing } from '../../server/models/mailing.js';
import { Notification } from '../../server/models/notification.js';
import { User } from '../../server/models/user.js';
import { createTestApp, makeUser, Visitor, type TestApp } from '../support/app.js';
import { bookSlot, EVE, makeHousehold, wishOf, type Conference } from '../support/booking/conference.js';
import { emptyDatabase } from '../support/hooks.js';
import { makeGuardian, makeSchool } from '../support/mailings/school.js';
import { asApp } from '../support/scans.js';

describe('what a school writes itself, in the languages of its families', () => {
  let test: TestApp;
  let school: Conference;
  let office: Visitor;
  let home: string;
  let eva: Types.ObjectId;

  beforeEach(async () => {
    await emptyDatabase();
    school = await makeSchool();
    home = `/events/${String(school.event._id)}`;
    const { students, account } = school;
    await makeGuardian(account._id, 'Eva Lopez', 'eva@x.org', students.slice(0, 2));
    await makeGuardian(account._id, 'Tom Reed', 'tom@x.org', students.slice(2, 3));
    const user = await makeUser(account._id, 'customer', { email: 'eva@x.org', name: 'Eva Lopez' });
    eva = user._id;
    await User.updateOne({ _id: eva }, { $set: { language: 'es' } });
    test = createTestApp({ SMTP_URL: 'smtp://127.0.0.1:9' });
    test.setNow(EVE);
    office = await new Visitor(test.app).logIn(await makeUser(account._id, 'administrator'));
  });

  /** Presses a button of the form on a page, with changes. */
  async function press(page: string, action: string, change: Record<string, string>, html?: string) {
    const text = html ?? (await office.get(page)).text;
    const form = readForm(text, action, page);
    assert.ok(form, text);
    const fields = form.fields.filter(([name]) => !(name in change) && name !== 'act');
    const body = new URLSearchParams([...fields, ...Object.entries({ act: 'save', ...change })]);
    return office.agent.post(action).type('form').send(body.toString());
  }
  const stored = async () => Event.findById(school.event._id).orFail().lean();
  const mailTo = async (to: string) => Notification.findOne({ to }).sort({ _id: -1 }).orFail().lean();

  it('emails: an own text reaches everybody until it is written in a family’s language, and the page says so', async () => {
    const path = `${home}/settings/emails`;
    const { text: before } = await office.get(path);
    assert.match(before, /class="chip" href="[^"]*\/settings\/emails\/es"/);
    assert.doesNotMatch(before, /Families who read Spanish get this text too/);
    const own = {
      bookedSubject: 'Booked at Maple',
      bookedText: 'Dear {parent}, bring the report. {details}',
    };
    assert.equal((await press(path, path, own)).status, 303);
    assert.match(
      (await office.get(path)).text,
      /Families who read Spanish get this text too\. <a href="[^"]*\/emails\/es#f-bookedSubject">Write it in Spanish/,
    );

    const household = await makeHousehold(school.account._id, school.students.slice(0, 1), eva);
    const held = await bookSlot(test.deps, wishOf(school, household, school.teachers[0]!.slots[0]!));
    assert.ok(held.ok);
    const told = async () => {
      await Notification.deleteMany({});
      await tellHousehold(test.deps, held.appointment, 'booked');
      return mailTo('eva@x.org');
    };
    assert.match((await told()).subject, /^Booked at Maple$/);

    const spanish = `${path}/es`;
    const { text: empty } = await office.get(spanish);
    assert.match(empty, /name="bookedSubject"[^>]*>/);
    assert.equal(
      readForm(empty, spanish, spanish)?.fields.find(([name]) => name === 'bookedSubject')?.[1],
      '',
    );
    assert.match(empty, /Recordatorio/);
    const written = { bookedSubject: 'Cita en Maple', bookedText: 'Estimada {parent}: {details}' };
    assert.equal((await press(spanish, spanish, written)).status, 303);
    assert.deepEqual((await stored()).translations, {
      es: { messages: { booked: { subject: 'Cita en Maple', text: 'Estimada {parent}: {details}\n' } } },
    });
    const mail = await told();
    assert.equal(mail.subject, 'Cita en Maple');
    assert.match(mail.text, /^Estimada [\s\S]*Cuándo:/);
    assert.doesNotMatch((await office.get(path)).text, /Families who read Spanish get this text too/);
    const [entry] = await AuditEntry.find({ action: 'change emails' }).sort({ _id: -1 }).lean();
    assert.deepEqual(entry?.detail, { language: 'es' });
    assert.match((await office.get(`${home}/settings/audit`)).text, /Language: Spanish/);
  });

  it('emails: a macro that is none is refused by its field, a preview saves nothing, and the second of two people is told', async () => {
    const path = `${home}/settings/emails/es`;
    const { text: page } = await office.get(path);
    const refused = await press(path, path, { changedText: 'Hola {padre}' }, page);
    assert.equal(refused.status, 422);
    assert.match(refused.text, /New time, text: “padre” can’t be filled in/);
    const previewed = await press(path, path, { changedText: 'Hola, {parent}', act: 'preview' }, page);
    assert.match(previewed.text, /Hola, Jordan Smith/);
    assert.equal((await stored()).translations, undefined);
    assert.equal((await press(path, path, { changedText: 'Uno' }, page)).status, 303);
    const late = await press(path, path, { bookedText: 'Dos' }, page);
    assert.equal(late.status, 422);
    assert.match(late.text, /Somebody else changed this/);
    assert.deepEqual(Object.keys((await stored()).translations?.es?.messages ?? {}), ['changed']);
  });

  it('there is no page of the school’s own language, of one it does not offer, or of none', async () => {
    for (const code of ['en', 'ar', '__proto__', 'messages']) {
      assert.equal((await office.get(`${home}/settings/emails/${code}`)).status, 404, code);
      assert.equal((await office.get(`${home}/letters/text/${code}`)).status, 404, code);
    }
    await Account.updateMany({}, { $set: { languages: ['en'] } });
    assert.equal((await office.get(`${home}/settings/emails/es`)).status, 404);
    assert.doesNotMatch((await office.get(`${home}/settings/emails`)).text, /emails\/es/);
  });

  it('letters: each language has its text, and the print takes it', async () => {
    const path = `${home}/letters/text`;
    assert.equal((await press(path, path, { title: 'Come and meet us', text: 'Dear family.' })).status, 303);
    const spanish = `${path}/es`;
    assert.match((await office.get(spanish)).text, /A la familia de Alex/);
    assert.equal(
      (await press(spanish, spanish, { title: 'Venga a vernos', text: 'Estimada familia.' })).status,
      303,
    );
    const { letter, translations } = await stored();
    assert.equal(letter?.subject, 'Come and meet us');
    assert.deepEqual(translations?.es?.letter, { subject: 'Venga a vernos', text: 'Estimada familia.\n' });
    const list = `${home}/letters?who=all`;
    const asked = await press(list, `${home}/letters`, { all: 'on', who: 'all', language: 'en+es' });
    assert.doesNotMatch(asked.text, /You haven’t written your own text in/);
    const printed = await press(list, `${home}/letters/print`, {}, asked.text);
    assert.match(printed.text, /Come and meet us[\s\S]*lang="es[^"]*"[\s\S]*Venga a vernos/);
  });

  it('a group email goes to each in their language, Slotbell’s text is there in all, and a forgotten one is asked for', async () => {
    const page = `${home}/announce`;
    const { text } = await office.get(page);
    assert.match(text, /The email in Spanish[\s\S]*le invita a reunirse[\s\S]*Hola, Eva Lopez:/);
    const own = { subject: 'Meet us', text: 'Hello {parent}, come. {booking}', act: 'send' };
    const asked = await press(page, page, own, text);
    assert.equal(asked.status, 422);
    assert.match(asked.text, /You changed the text, but not in Spanish/);
    const faulty = await press(page, page, { ...own, 'text-es': '', 'subject-es': 'Venga' }, asked.text);
    assert.match(faulty.text, /Enter the text in Spanish, or leave subject and text in Spanish empty/);
    const spanish = { 'subject-es': 'Venga a vernos', 'text-es': 'Hola, {parent}, por {student}. {booking}' };
    const sent = await press(page, page, { ...own, ...spanish }, faulty.text);
    assert.equal(sent.status, 303);
    await asApp(() => continueMailings(test.deps, new AbortController().signal));
    const [eva, tom] = [await mailTo('eva@x.org'), await mailTo('tom@x.org')];
    assert.match(eva.text, /^Hola, Eva Lopez, por Ana y Leo\. Puede reservar hasta el miércoles/);
    assert.deepEqual([eva.subject, eva.language], ['Venga a vernos', 'es']);
    assert.match(tom.text, /^Hello Tom Reed, come\. You can book until/);
    assert.equal(tom.language, undefined);
    assert.match(
      (await office.get(sent.headers.location ?? '')).text,
      /For those who read Spanish[\s\S]*Venga a vernos/,
    );
    // The next announcement begins with both; whose English alone is written anew, is asked again.
    const next = (await office.get(page)).text;
    assert.match(next, /value="Meet us"[\s\S]*value="Venga a vernos"/);
    const half = await press(page, page, { act: 'send', text: 'Booking closes on Friday.' }, next);
    assert.match(half.text, /You changed the text, but not in Spanish/);
  });

  it('a text in another language is not sent to a group that it is not about, nor is a language that a stranger chose taken', async () => {
    await User.updateOne({ _id: eva }, { $unset: { emailProvenAt: 1 } });
    const page = `${home}/mailings/new?group=unbooked`;
    const { text } = await office.get(page);
    assert.match(text, /Todavía no hay ninguna cita/);
    const home2 = `${home}/mailings`;
    const other = await press(
      page,
      home2,
      { group: 'guardians', act: 'preview', text: 'No school on Monday.' },
      text,
    );
    const asked = await press(page, home2, { group: 'guardians', act: 'send' }, other.text);
    assert.match(asked.text, /You changed the text, but not in Spanish/);
    const empty = { group: 'guardians', act: 'send', 'subject-es': 'Aviso', 'text-es': 'Lunes sin clases.' };
    assert.equal((await press(page, home2, empty, asked.text)).status, 303);
    await asApp(() => continueMailings(test.deps, new AbortController().signal));
    assert.equal((await mailTo('eva@x.org')).text, 'No school on Monday.\n');
  });

  it('a group email that is asked for once stands: left as it is, Slotbell’s Spanish goes out; left empty, the school’s own', async () => {
    const page = `${home}/announce`;
    const own = { subject: 'Meet us', text: 'Hello {parent}.', act: 'send' };
    const asked = await press(page, page, own);
    assert.equal((await press(page, page, { act: 'send' }, asked.text)).status, 303);
    assert.match(
      (await Mailing.findOne().orFail().lean()).translations?.es?.subject ?? '',
      /reserve sus citas/,
    );
    const again = { ...own, 'subject-es': '', 'text-es': '' };
    assert.equal((await press(page, page, again)).status, 303);
    assert.equal((await Mailing.findOne({ nth: 1 }).orFail().lean()).translations, undefined);
    await asApp(() => continueMailings(test.deps, new AbortController().signal));
    const mails = await Notification.find({ to: 'eva@x.org' }).sort({ _id: 1 }).lean();
    assert.deepEqual(mails.map(({ subject }) => subject).sort(), [
      'Fall Conferences: reserve sus citas',
      'Meet us',
    ]);
  });
});
