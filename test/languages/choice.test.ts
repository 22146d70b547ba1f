import assert from 'node:assert/strict';
import { Account } from '../../server/models/account.js';
import { User } from '../../server/models/user.js';
import { makeUser, Visitor } from '../support/app.js';
import { Desk } from '../support/booking/desk.js';

const langOf = (html: string): string => /<html lang="([^"]*)"/.exec(html)?.[1] ?? '';

describe('the language of parents’ pages', () => {
  let desk: Desk;

  beforeEach(async () => {
    desk = await Desk.open();
    // Without one, Slotbell is still being set up.
    await makeUser(desk.fair.account._id, 'administrator');
  });

  /** A stranger at a browser that asks for these languages. */
  const stranger = (languages?: string) => {
    const visitor = new Visitor(desk.test.app);
    if (languages) visitor.agent.set('Accept-Language', languages);
    return visitor;
  };

  it('is the school’s for a browser that says none, or none that is offered', async () => {
    assert.equal(langOf((await stranger().get(desk.home)).text), 'en-US');
    assert.equal(langOf((await stranger('fr-CA, tlh;q=0.5').get(desk.home)).text), 'en-US');
    assert.equal(langOf((await stranger('ar').get(desk.home)).text), 'en-US');
    await Account.updateOne({ _id: desk.fair.account._id }, { locale: 'en-GB' });
    assert.equal(langOf((await stranger('en-US').get(desk.home)).text), 'en-GB');
  });

  it('is the browser’s, which says so to whatever keeps the page', async () => {
    const page = await stranger('es-MX, en;q=0.5').get(desk.home);
    assert.equal(langOf(page.text), 'es-US');
    assert.match(page.headers.vary ?? '', /Accept-Language/);
    assert.match(page.headers.vary ?? '', /Cookie/);
    assert.equal(page.headers['content-language'], 'es');
    assert.match(page.headers['cache-control'] ?? '', /private|no-store/);
    assert.equal(langOf((await stranger('es').get('/login')).text), 'es-US');
  });

  it('is changed by a link that keeps the page, and stays changed in this browser', async () => {
    const visitor = stranger('en-US');
    const path = `/login?next=${encodeURIComponent(desk.home)}`;
    const page = await visitor.get(path);
    const link = /<a href="([^"]*)" lang="es"[^>]*>Español</.exec(page.text)?.[1]?.replaceAll('&amp;', '&');
    assert.equal(link, `${path}&lang=es`);
    const spanish = await visitor.get(link);
    assert.equal(langOf(spanish.text), 'es-US');
    assert.match(spanish.text, new RegExp(`name="next" value="${desk.home}"`));
    assert.equal(langOf((await visitor.get(desk.home)).text), 'es-US');
    assert.match((await visitor.get('/login')).text, /href="\/login\?lang=en" lang="en"[^>]*>English</);
  });

  it('is the person’s before that of the browser, and what they choose is kept with their login', async () => {
    const { visitor, user } = await desk.parent();
    await User.updateOne({ _id: user._id }, { language: 'es' });
    visitor.agent.set('Accept-Language', 'en');
    assert.equal(langOf((await visitor.get(`${desk.home}/children`)).text), 'es-US');
    assert.equal(langOf((await visitor.get('/my?lang=en')).text), 'en-US');
    assert.equal((await User.findById(user._id).lean())?.language, 'en');
    assert.equal(langOf((await visitor.get(`${desk.home}/children`)).text), 'en-US');
  });

  it('chosen in a browser before logging in is not the login’s for good until they choose it themselves', async () => {
    const { user } = await desk.parent();
    const ownLanguage = async () => (await User.findById(user._id).lean())?.language;
    for (const languages of [undefined, 'en']) {
      const visitor = stranger(languages);
      await visitor.get('/login?lang=es');
      await visitor.logIn(user);
      assert.equal(langOf((await visitor.get('/my')).text), 'es-US');
      assert.equal(await ownLanguage(), undefined);
    }
    const visitor = await stranger('en').logIn(user);
    await visitor.get('/my?lang=es');
    assert.equal(await ownLanguage(), 'es');
  });

  it('of the browser is kept with a parent’s login that has none, never over one they chose', async () => {
    const { user } = await desk.parent();
    const ownLanguage = async () => (await User.findById(user._id).lean())?.language;
    await (await stranger('es').logIn(user)).get('/my');
    assert.equal(await ownLanguage(), 'es');
    await (await stranger('en').logIn(user)).get('/my');
    assert.equal(await ownLanguage(), 'es');
    const teacher = await makeUser(desk.fair.account._id, 'resource administrator');
    await (await stranger('es').logIn(teacher)).get(desk.home);
    assert.equal((await User.findById(teacher._id).lean())?.language, undefined);
  });

  it('of a code that nobody offers is none, wherever it comes from', async () => {
    for (const code of ['xx', 'ar', '__proto__', 'en-US', '%3Cb%3E', 'es&lang=es']) {
      const page = await stranger().get(`${desk.home}?lang=${code}`);
      assert.equal(langOf(page.text), 'en-US', code);
      assert.equal(page.headers['set-cookie'], undefined, code);
    }
    const visitor = stranger();
    visitor.agent.set('Cookie', 'slotbell-language=constructor');
    assert.equal(langOf((await visitor.get(desk.home)).text), 'en-US');
  });

  it('is that of a page that isn’t there, and its links lead to no other host', async () => {
    assert.match((await stranger('es').get('/e/nothing')).text, /lang="es-US"[\s\S]*Esta página no existe/);
    const { visitor } = await desk.parent();
    visitor.agent.set('Accept-Language', 'es');
    const page = await visitor.get('//example.org/e/nothing');
    assert.equal(page.status, 404);
    assert.match(page.text, /href="\/example\.org\/e\/nothing\?lang=en"/);
  });

  it('leads from the answer to something that was sent back to its page', async () => {
    const visitor = stranger('es');
    visitor.agent.set('Referer', 'http://elsewhere.example/e/x');
    const page = await visitor.post('/login', { email: '', password: '' }, '/login');
    assert.equal(page.status, 422);
    assert.match(page.text, /href="\/\?lang=en" lang="en"/);
  });

  it('is right to left where the language is, and offered where the school says so', async () => {
    await Account.updateOne({ _id: desk.fair.account._id }, { languages: ['en', 'ar'] });
    const page = await stranger('ar-EG').get(desk.home);
    assert.match(page.text, /<html lang="ar" dir="rtl">/);
    assert.match(page.text, /bootstrap\.rtl\.css/);
    assert.ok(!page.text.includes('Español'));
  });

  it('of staff’s pages is English, whatever their browser says', async () => {
    const { visitor, user } = await desk.parent();
    await User.updateOne({ _id: user._id }, { 'grants.0.level': 'administrator', language: 'es' });
    visitor.agent.set('Accept-Language', 'es');
    for (const path of ['/events', '/my/login', '/nowhere'])
      assert.equal(langOf((await visitor.get(path)).text), 'en-US', path);
  });
});
