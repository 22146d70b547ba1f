import assert from 'node:assert/strict';
import type { Response } from 'supertest';
import { createTestApp, makeAccount, Visitor } from '../support/app.js';
import { Desk } from '../support/booking/desk.js';
import { emptyDatabase } from '../support/hooks.js';

/** Sends until it is refused. */
async function untilRefused(send: () => Promise<Response>): Promise<Response> {
  for (let tries = 0; tries < 120; tries += 1) {
    const answer = await send();
    if (answer.status === 429) return answer;
  }
  return assert.fail('never refused');
}

describe('too many tries', () => {
  const saysSo = (answer: Response, keeps: RegExp) => {
    assert.match(
      answer.text,
      /error-summary[\s\S]*Too many tries\. Wait \d+ (seconds|minutes), then try again/,
    );
    assert.match(answer.text, keeps);
    assert.match(answer.headers['retry-after'] ?? '', /^\d+$/);
  };

  it('for a child is said on the page, with what was typed', async () => {
    const desk = await Desk.open();
    const { visitor } = await desk.parent({ proven: false });
    const page = `${desk.home}/children`;
    const proof = { number: '5501', day: '9', month: '3', year: '2013' };
    let number = 5501;
    saysSo(
      await untilRefused(() => visitor.post(page, { ...proof, number: number++ }, page)),
      /value="551\d"[\s\S]*value="3"[\s\S]*value="9"[\s\S]*value="2013"/,
    );
    saysSo(
      await untilRefused(() => visitor.post(`${desk.home}/prove`, proof, page)),
      /value="5501"[\s\S]*value="2013"/,
    );
  });

  it('to register, to log in, for a new password and to set up: the form keeps what was typed', async () => {
    const desk = await Desk.open();
    const visitor = new Visitor(desk.test.app);
    const email = 'ana@example.org';
    const register = `${desk.home}/register`;
    const fields = { name: 'Ana Lopez', email, password: 'long enough words' };
    const refused = await untilRefused(() => visitor.post(register, fields, register));
    saysSo(refused, /value="Ana Lopez"[\s\S]*value="ana@example\.org"/);
    assert.doesNotMatch(refused.text, /long enough words/);
    saysSo(await untilRefused(() => visitor.post('/forgot', { email })), /value="ana@example\.org"/);
    saysSo(
      await untilRefused(() => visitor.post('/login', { email, password: 'guess' }, '/login')),
      /value="ana@example\.org"/,
    );
    await emptyDatabase();
    const fresh = new Visitor(createTestApp().app);
    saysSo(
      await untilRefused(() => fresh.post('/setup', { code: 'guess', accountName: 'Elm School' }, '/setup')),
      /value="Elm School"/,
    );
    assert.ok(await makeAccount());
  });
});
