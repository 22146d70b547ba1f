import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Response } from 'supertest';
import { ROOT } from '../../server/root.js';
import { Account } from '../../server/models/account.js';
import { User } from '../../server/models/user.js';
import { makeUser, Visitor } from '../support/app.js';
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
    .replace(/Mrs Lee|Mr Park|Main building|Room \d+|Maple School|Fall Conferences?/g, '…');
}

function assertSpanish(page: Response): void {
  const what = `${page.request.method} ${page.request.url}`;
  if (page.status === 303) return;
  assert.match(page.text, /<html lang="es-US" dir="ltr">/, what);
  const text = readable(page.text);
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
    for (const path of ['/s/maple', '/login', '/forgot', '/prove/x', '/e/nothing', '/unsubscribe/x'])
      assertSpanish(await visitor.get(path));
    const register = `${desk.home}/register`;
    assertSpanish(await visitor.post(register, {}, register));
    const wrong = { name: 'x'.repeat(300), email: 'nobody', password: 'short' };
    assertSpanish(await visitor.post(register, wrong, register));
    assertSpanish(await visitor.post('/login', {}, '/login'));
    assertSpanish(await visitor.post('/login', { email: 'a@example.org', password: 'wrong one' }, '/login'));
    assertSpanish(await visitor.post('/forgot', { email: 'no' }));
    assertSpanish(await visitor.post('/forgot', { email: 'a@example.org' }));
    assertSpanish(await visitor.agent.post('/login').type('form').send({ email: 'x' }));
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
    assert.equal(refused.status, 409);
    assertSpanish(refused);
    const change = await visitor.get(`${path}/change`);
    assertSpanish(await visitor.get(change.headers.location ?? ''));
    await visitor.post(`${path}/cancel`, {}, `${path}/cancel`);
    const after = await visitor.get(home);
    assertSpanish(after);
    assert.match(after.text, /La cita con Mrs Lee está cancelada\./);
    for (const end of [path, `${path}/cancel`, `${home}/nowhere`]) assertSpanish(await visitor.get(end));
  });

  it('takes a time that somebody else has, with the nearest free ones', async () => {
    const first = await desk.parentOf(0);
    await desk.book(first.visitor, 0, 1);
    const second = await desk.parentOf(1);
    second.visitor.agent.set('Accept-Language', 'es');
    const answer = await desk.choose(second.visitor, 0, 1, 1);
    assert.equal(answer.status, 409);
    assert.match(answer.text, /Alguien acaba de reservar este horario/);
    assertSpanish(answer);
    assertSpanish(await second.visitor.get(desk.timesPath(0, 1)));
  });
});
