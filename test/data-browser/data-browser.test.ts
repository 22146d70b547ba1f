import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import type { Sandbox } from '../../server/sandbox/start-sandbox.js';
import type { Account } from '../../server/models/account.js';
import { connect, startDistrict } from '../support/clever-connection/support.js';
import { makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';

const HOME = '/data-browser';

/** The rows of a page's table: the row's link, and its cells as text. */
function rowsOf(html: string): { href: string; cells: string[] }[] {
  const body = /<tbody>([\s\S]*)<\/tbody>/.exec(html)?.[1] ?? '';
  return [...body.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row = '']) => ({
    href: /href="([^"]+)"/.exec(row)?.[1] ?? '',
    cells: [...row.matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell = '']) =>
      cell.replace(/<[^>]*>/g, '').trim(),
    ),
  }));
}

describe('the Data Browser', () => {
  let sandbox: Sandbox;
  let test: TestApp;
  let account: Account;
  let visitor: Visitor;

  beforeEach(async () => {
    await emptyDatabase();
    ({ sandbox, test } = await startDistrict({ students: 400 }));
    account = await makeAccount();
    await connect(account._id, sandbox, test);
    visitor = await new Visitor(test.app).logIn(await makeUser(account._id, 'administrator'));
  });
  afterEach(() => sandbox.close());

  const sections = async (term: string, query = ''): Promise<ReturnType<typeof rowsOf>> =>
    rowsOf((await visitor.get(`${HOME}/terms/${term}${query}`)).text);
  const read = (address: RegExp): number =>
    sandbox.requests().filter((request) => address.test(request)).length;

  /** Every section, with what Clever says of it. */
  const shared = () => {
    const all = [];
    for (let index = 0; ; index += 1) {
      const section = sandbox.read(sandbox.idOf('section', index)) as {
        id: string;
        name?: string;
        students?: string[];
        term_id?: string;
      } | null;
      if (!section) return all;
      all.push(section);
    }
  };

  it('lists the terms with the numbers of sections that the district has, “no term” too', async () => {
    const totals = sandbox.totals();
    const page = (await visitor.get(HOME)).text;
    const rows = rowsOf(page);
    const terms = rows.filter(({ href }) => /terms\/[0-9a-f]{24}$/.test(href));
    assert.equal(terms.length, totals.terms);
    for (const { href, cells } of terms)
      assert.equal(Number(cells.at(-1)), totals.byTerm[href.split('/').at(-1) ?? '']?.sections ?? 0);
    const none = rows.find(({ href }) => href.endsWith('/none'));
    assert.equal(Number(none?.cells.at(-1)), totals.byTerm['']?.sections);
    assert.equal(
      rows.reduce((sum, { cells }) => sum + Number(cells.at(-1)), 0),
      totals.sections,
    );
    assert.match(page, /may not match those of your student information system/);
  });

  it('lists all sections of each row, with the number of their students', async () => {
    const wanted = new Map(shared().map(({ id, students }) => [id, new Set(students ?? []).size]));
    const seen = new Map<string, number>();
    for (const { href } of rowsOf((await visitor.get(HOME)).text)) {
      for (let page = 1; ; page += 1) {
        const html = (await visitor.get(`${href}?page=${String(page)}`)).text;
        for (const row of rowsOf(html)) seen.set(row.href.split('/').at(-1) ?? '', Number(row.cells.at(-1)));
        if (!html.includes('rel="next"')) break;
      }
    }
    assert.deepEqual([...seen].sort(), [...wanted].sort());
  });

  it('finds sections by words of name, course, teacher or period, and sorts them', async () => {
    const term = shared().find(({ name }) => name === 'Concert Choir')?.term_id ?? 'none';
    assert.deepEqual(
      (await sections(term, '?q=CHOIR+conc')).map(({ cells }) => cells[0]),
      ['Concert Choir'],
    );
    assert.equal((await sections(term, '?q=hoir')).length, 0);
    const counts = (await sections(term, '?sort=-students')).map(({ cells }) => Number(cells.at(-1)));
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => b - a),
    );
    const teacher =
      (await sections(term)).find(({ cells }) => /^\w+ \w+$/.test(cells[2] ?? ''))?.cells[2] ?? '';
    const found = await sections(term, `?q=${teacher.replace(' ', '+')}`);
    assert.ok(found.length > 0);
    assert.ok(found.every(({ cells }) => cells.some((cell) => cell.includes(teacher))));
  });

  it('shows one section’s students, and says how many are not shared', async () => {
    const section = shared().find(({ name }) => name === 'Class with unshared students');
    const page = (await visitor.get(`${HOME}/sections/${section!.id}`)).text;
    assert.equal(rowsOf(page).length, section!.students!.length - 3);
    assert.match(page, /3 students are not shared with Slotbell/);
  });

  it('keeps the main navigation on every page', async () => {
    const { text } = await visitor.get(HOME);
    const term = rowsOf(text)[0]?.href ?? '';
    const section = (await sections('none'))[0]?.href ?? '';
    for (const path of [HOME, term, section])
      assert.match(
        (await visitor.get(path)).text,
        /<nav aria-label="Main">[\s\S]*?href="\/global-setup"/,
        path,
      );
  });

  it('shows markup in a name as text', async () => {
    const section = shared().find(({ name }) => name?.startsWith('<img'));
    for (const path of [
      `sections/${section!.id}`,
      `terms/${section!.term_id!}?q=img`,
      `terms/${section!.term_id!}?q=friends`,
    ]) {
      const page = (await visitor.get(`${HOME}/${path}`)).text;
      assert.ok(!page.includes('<img src=x'));
    }
    assert.match((await visitor.get(`${HOME}/sections/${section!.id}`)).text, /&lt;img src=x/);
  });

  it('reads a term once for many looks, and anew when asked to', async () => {
    const [term] = rowsOf((await visitor.get(HOME)).text);
    for (const query of ['', '?q=a', '?q=ab', '?page=2', '?sort=-name'])
      await visitor.get(`${term!.href}${query}`);
    assert.equal(read(/\/terms\?/), 1);
    assert.equal(read(/\/terms\/\w+\/sections/), 1);
    assert.equal(read(/role=teacher/), 1);
    const again = await visitor.post(`${HOME}/readings`, { term: term!.href.split('/').at(-1) ?? '' }, HOME);
    assert.equal(again.headers.location, term!.href);
    await visitor.get(term!.href);
    assert.equal(read(/\/terms\/\w+\/sections/), 2);
  });

  it('reads anew after ten minutes', async () => {
    await visitor.get(HOME);
    test.setNow(new Date(Date.now() + 11 * 60_000));
    await visitor.get(HOME);
    assert.equal(read(/\/terms\?/), 2);
  });

  it('reads all sections in pages, however small they are', async () => {
    test.deps.config.clever.pageSize = 7;
    const rows = rowsOf((await visitor.get(HOME)).text);
    assert.equal(
      rows.reduce((sum, { cells }) => sum + Number(cells.at(-1)), 0),
      sandbox.totals().sections,
    );
    assert.ok(read(/\/sections\?/) > sandbox.totals().sections / 7);
  });

  for (const [kind, words] of [
    ['html', /A web page came back/],
    ['401', /Clever rejected the district token/],
    ['403', /doesn’t let this application read terms/],
    ['429', /isn’t taking more requests/],
    ['truncated', /was cut off/],
    ['redirect', /sent the request for terms to another address/],
  ] as const)
    it(`answers 502 and says in plain words what to do when Clever answers with ${kind}, and goes on after it`, async () => {
      sandbox.misbehave({ match: /terms/, kind, times: 3 });
      const answer = await visitor.get(HOME);
      assert.equal(answer.status, 502);
      assert.match(answer.text, words);
      assert.ok(!answer.text.includes(sandbox.token));
      sandbox.behave();
      assert.equal((await visitor.get(HOME)).status, 200);
    });

  it('answers 502 when nobody answers at Clever’s address', async () => {
    await sandbox.close();
    const answer = await visitor.get(HOME);
    assert.equal(answer.status, 502);
    assert.match(answer.text, /couldn’t reach Clever/);
  });

  it('shows sections without names of teachers that are not shared', async () => {
    sandbox.share('teacher', '403');
    const [term] = rowsOf((await visitor.get(HOME)).text);
    assert.match((await visitor.get(term!.href)).text, /not shared with us/);
  });

  it('leads to the set-up while nothing is connected, and says so while approval is waited for', async () => {
    const other = await makeAccount('Oak School');
    const stranger = await new Visitor(test.app).logIn(await makeUser(other._id, 'administrator'));
    const page = await stranger.get(HOME);
    assert.equal(page.status, 200);
    assert.match(page.text, /href="\/global-setup\/clever">Set up Clever/);
    await connect(other._id, sandbox, test, { approval: 'waiting' });
    assert.match((await stranger.get(HOME)).text, /Waiting for the district’s approval/);
    assert.equal(sandbox.requests().length, 0);
  });

  it('is open to event administrators of the whole account, not to one of a single event or anybody below', async () => {
    const event = new Types.ObjectId();
    const whole = await new Visitor(test.app).logIn(await makeUser(account._id, 'event administrator'));
    assert.equal((await whole.get(HOME)).status, 200);
    assert.match((await whole.get('/events')).text, /href="\/data-browser"/);
    for (const [level, status] of [
      ['event administrator', 403],
      ['resource administrator', 403],
      ['appointment maker', 403],
      ['customer', 403],
    ] as const) {
      const user = await new Visitor(test.app).logIn(await makeUser(account._id, level, { event }));
      assert.equal((await user.get(HOME)).status, status, level);
      assert.doesNotMatch((await user.get('/events')).text, /href="\/data-browser"/);
    }
    assert.equal((await new Visitor(test.app).get(HOME)).status, 303);
  });

  it('answers 404 for a term, section or id that is not there', async () => {
    for (const path of [
      'terms/5b2ad81a709e300001e2cd7a',
      'terms/x',
      'sections/5b2ad81a709e300001e2cd7a',
      'sections/..%2Fusers',
    ])
      assert.equal((await visitor.get(`${HOME}/${path}`)).status, 404, path);
  });

  it('“Read again” without the form token is refused', async () => {
    assert.equal((await visitor.agent.post(`${HOME}/readings`).type('form').send({})).status, 403);
  });
});
