import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Response } from 'supertest';
import { ROOT } from '../../server/root.js';
import { Account } from '../../server/models/account.js';
import { Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import { makeUser, Visitor } from '../support/app.js';
import { EVE } from '../support/booking/conference.js';
import { Desk, hidden } from '../support/booking/desk.js';

const read = (code: string) =>
  Object.entries(
    JSON.parse(readFileSync(join(ROOT, `views/words/${code}.json`), 'utf8')) as Record<
      string,
      Record<string, string>
    >,
  )
    .filter(([section]) => section !== 'language')
    .flatMap(([section, words]) =>
      Object.entries(words).map(([key, text]) => [`${section}.${key}`, text] as const),
    );

/** What is said in English alone: whole sentences, and what stands around the values of others. */
const spanish = new Set(read('es').map(([, text]) => text));
const ENGLISH = read('en')
  .filter(([, text]) => !spanish.has(text))
  .flatMap(([, text]) => text.split(/\{\{?\w+\}\}?|<[^>]*>|\n/))
  .map((text) => text.replace(/^[\s,.:;“”]+|[\s,.:;“”]+$/g, ''))
  .filter((text) => text.length > 3 && /\p{L}{3}/u.test(text))
  .filter((text) => ![...spanish].some((other) => other.includes(text)));

/** A page as it is read: its text, and what is read out of its attributes. Names and rooms are the school's. */
function readable(html: string): string {
  const attributes = [...html.matchAll(/(?:aria-label|title|placeholder)="([^"]*)"/g)].map(
    ([, text]) => text,
  );
  return `${html
    .replace(/<nav class="languages"[\s\S]*?<\/nav>/, '')
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, '\n')}\n${attributes.join('\n')}`
    .replace(/&#39;/g, "'")
    .replace(/&#34;/g, '"')
    .replace(
      /Class of Mrs Lee|Class of Mr Park|Mrs Lee|Mr Park|Main building|Room \d+|Maple School|Fall Conferences?/g,
      '…',
    );
}

/** The page is in Spanish from end to end. A redirect shows nothing, so it is not taken for one. */
function assertSpanish(page: Response, status = [200, 409, 422]): void {
  const what = `${page.request.method} ${page.request.url}`;
  assert.ok(status.includes(page.status), `${what}: ${String(page.status)}`);
  assert.match(page.text, /<html lang="es-US" dir="ltr">/, what);
  const text = readable(page.text);
  // One o'clock alone is "la 1:10", so no sentence says "las" before a time.
  assert.doesNotMatch(text, /\blas \{?\d/, what);
  const found = ENGLISH.filter((english) =>
    new RegExp(`(?<!\\p{L})${english.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?!\\p{L})`, 'u').test(text),
  );
  assert.deepEqual(found, [], `${what}\n${text.replace(/\n\s*\n+/g, '\n')}`);
}

describe('the whole way of a parent in Spanish', () => {
  let desk: Desk;

  beforeEach(async () => {
    desk = await Desk.open();
    await makeUser(desk.fair.account._id, 'administrator');
    await Account.updateOne({ _id: desk.fair.account._id }, { linkName: 'maple', linkNames: ['maple'] });
  });

  it('before somebody is logged in, with everything that can be wrong', async () => {
    const visitor = new Visitor(desk.test.app);
    visitor.agent.set('Accept-Language', 'es');
    for (const path of ['', '/register', '/registered'])
      assertSpanish(await visitor.get(`${desk.home}${path}`));
    for (const path of ['/s/maple', '/login', '/forgot']) assertSpanish(await visitor.get(path));
    for (const path of ['/prove/x', '/e/nothing', '/unsubscribe/x'])
      assertSpanish(await visitor.get(path), [404, 410]);
    const register = `${desk.home}/register`;
    assertSpanish(await visitor.post(register, {}, register));
    const wrong = { name: 'x'.repeat(300), email: 'nobody', password: 'short' };
    assertSpanish(await visitor.post(register, wrong, register));
    assertSpanish(await visitor.post('/login', {}, '/login'));
    assertSpanish(await visitor.post('/login', { email: 'a@example.org', password: 'wrong one' }, '/login'));
    assertSpanish(await visitor.post('/forgot', { email: 'no' }));
    assertSpanish(await visitor.post('/forgot', { email: 'a@example.org' }));
    assertSpanish(await visitor.agent.post('/login').type('form').send({ email: 'x' }), [403]);
  });

  it('from the child to the meeting, its change and its end', async () => {
    const { visitor, user } = await desk.parentOf(0);
    await User.updateOne({ _id: user._id }, { language: 'es' });
    const { home } = desk;
    for (const path of [home, `${home}/children`, `${home}/schedule`, '/my', '/my/login'])
      assertSpanish(await visitor.get(path));
    const children = `${home}/children`;
    assertSpanish(await visitor.post(children, {}, children));
    assertSpanish(await visitor.post(children, { number: 'S-0', month: '13', year: '99' }, children));
    const unknown = { number: 'S-0', month: '1', day: '2', year: '2014' };
    assertSpanish(await visitor.post(children, unknown, children));
    assertSpanish(await visitor.post('/my/login/password', { newPassword: 'x' }, '/my/login'));
    assertSpanish(await visitor.post('/my/login/email', { email: 'x' }, '/my/login'));
    const times = await visitor.get(desk.timesPath());
    assertSpanish(times);
    const held = await desk.choose(visitor, 0, 1);
    const path = held.headers.location ?? '';
    assertSpanish(await visitor.get(path));
    assertSpanish(await visitor.post(`${path}/confirm`, { note: 'x'.repeat(600) }, path));
    await visitor.post(`${path}/confirm`, { note: 'Hola' }, path);
    assertSpanish(await visitor.get(path));
    for (const page of [home, `${home}/schedule`, desk.timesPath(), desk.timesPath(1), `${path}/cancel`])
      assertSpanish(await visitor.get(page));
    const refused = await visitor.post(
      `${home}/appointments`,
      {
        student: hidden(times.text, 'student'),
        key: 'another',
        slot: String(desk.fair.teachers[0]!.slots[2]!._id),
      },
      home,
    );
    assertSpanish(await visitor.get(refused.headers.location ?? ''));
    const change = await visitor.get(`${path}/change`);
    assertSpanish(await visitor.get(change.headers.location ?? ''));
    await visitor.post(`${path}/cancel`, {}, `${path}/cancel`);
    const after = await visitor.get(home);
    assertSpanish(after);
    assert.match(after.text, /La cita con Mrs Lee está cancelada\./);
    assertSpanish(await visitor.get((await visitor.get(`${path}/cancel`)).headers.location ?? ''));
    assertSpanish(await visitor.get(`${home}/nowhere`), [404]);
  });

  it('at one o’clock, moved, undone, and planned, until the child is taken off the list', async () => {
    const { visitor, user } = await desk.parentOf(0);
    await User.updateOne({ _id: user._id }, { language: 'es' });
    const [at, moved] = desk.fair.teachers[0]!.slots;
    for (const [slot, from] of [
      [at!, '2026-11-24T19:00:00Z'],
      [moved!, '2026-11-24T19:10:00Z'],
    ] as const)
      await Slot.updateOne(
        { _id: slot._id },
        { $set: { from: new Date(from), to: new Date(Date.parse(from) + 10 * 60_000) } },
      );
    // What is held now is held until 1:05.
    desk.test.setNow(new Date(EVE.getTime() + 55 * 60_000));
    const first = (await desk.choose(visitor, 0, 0)).headers.location ?? '';
    await visitor.post(`${first}/confirm`, {}, first);
    const change = first.split('/').at(-1);
    const second = (await desk.choose(visitor, 0, 1, 0, { change })).headers.location ?? '';
    const check = await visitor.get(second);
    assertSpanish(check);
    assert.match(check.text, /Le guardamos este horario\. Vence: 1:05/);
    assert.match(check.text, /Esta cita reemplaza la anterior: 1:00/);
    await visitor.post(`${second}/confirm`, {}, second);
    const done = await visitor.get(second);
    assertSpanish(done);
    assert.match(done.text, /Nueva hora de su cita: 1:10/);
    assert.match(done.text, /Otra vez libre para otras familias: 1:00/);
    const remove = `${desk.home}/children/${String(desk.fair.students[0]!._id)}/remove`;
    assertSpanish(await visitor.get(remove));
    assertSpanish(await visitor.post(remove, {}, remove));
    await visitor.post(`${second}/cancel`, { undo: '1' }, second);
    const undone = await visitor.get(desk.timesPath());
    assertSpanish(undone);
    assert.match(undone.text, /Listo, se deshizo/);
    const form = `${desk.home}/plan`;
    assertSpanish(await visitor.get(form));
    assertSpanish(await visitor.post(form, {}, form));
    assert.equal((await visitor.post(remove, {}, remove)).status, 303);
    assertSpanish(await visitor.get(`${desk.home}/children`));
  });

  it('takes a time that somebody else has, with the nearest free ones', async () => {
    const first = await desk.parentOf(0);
    await desk.book(first.visitor, 0, 1);
    const second = await desk.parentOf(1);
    second.visitor.agent.set('Accept-Language', 'es');
    const answer = await desk.choose(second.visitor, 0, 1, 1);
    assert.match(answer.text, /error-summary[\s\S]*Otra familia tiene este horario/);
    assertSpanish(answer);
    assertSpanish(await second.visitor.get(desk.timesPath(0, 1)));
  });
});
