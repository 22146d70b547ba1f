import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../server/root.js';
import { wordsOf } from '../../server/web/words.js';

type Section = Record<string, string>;

const FOLDER = join(ROOT, 'views/words');

/** The sentences of a language, by their whole keys. */
function catalogOf(code: string): Map<string, string> {
  const { language: _, ...sections } = JSON.parse(
    readFileSync(join(FOLDER, `${code}.json`), 'utf8'),
  ) as Record<string, Section>;
  return new Map(
    Object.entries(sections).flatMap(([section, words]) =>
      Object.entries(words).map(([key, text]) => [`${section}.${key}`, text] as const),
    ),
  );
}

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

/** A key without the plural form that i18next puts behind it. */
const bare = (key: string): string => key.replace(/_(zero|one|two|few|many|other)$/, '');
const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name))]
    // “One” may be said without its number.
    .filter((name) => name !== 'count')
    .sort();
const marks = (text: string): string[] => [...text.matchAll(/<\/?[^>]*>/g)].map(([mark]) => mark).sort();

const codes = readdirSync(FOLDER).map((file) => file.replace('.json', ''));
const english = catalogOf('en');
const keys = new Set([...english.keys()].map(bare));

/** Views of which a parent reads something: nothing in them is said outside the catalog. */
const PARENTS = [
  ...filesIn('views/booking', '.ejs'),
  ...filesIn('views/calendar', '.ejs'),
  ...filesIn('views/entry', '.ejs'),
  ...filesIn('views/households', '.ejs'),
  ...filesIn('views/planning', '.ejs'),
  ...'choose-school current-password forgot invitation login new-email own password prove'
    .split(' ')
    .map((name) => `views/accounts/${name}.ejs`),
  ...'answer-fields answers choice empty error-summary field flash next-bar steps time-grid'
    .split(' ')
    .map((name) => `views/partials/${name}.ejs`),
  ...['top', 'narrow-chrome', 'bottom'].map((name) => `views/layout/${name}.ejs`),
  'views/errors/error.ejs',
];

/** What a view says itself: words between its tags, in attributes that are read out, or in its code. */
function wordsWithin(source: string): string[] {
  const bareSource = source.replace(/<%#[\s\S]*?%>/g, '');
  const code = [...bareSource.matchAll(/<%[\s\S]*?%>/g)].join('\n').replace(/\/\/.*$/gm, '');
  const html = bareSource.replace(/<%[\s\S]*?%>/g, '');
  return [
    ...[...html.matchAll(/(?:aria-label|placeholder|title|alt)="([^"]*)"/g)].map(([, text = '']) => text),
    ...html.replace(/<[^>]*>/g, '\n').split('\n'),
    // A code or the name of a file is one word in lower case; a sentence begins with a capital, or has several words.
    ...[...code.matchAll(/'((?:[^'\\\n]|\\.)*)'|`([^`]*)`/g)]
      .map(([, plain, template]) => (plain ?? template ?? '').replace(/\$\{[^}]*\}/g, ''))
      .filter((text) => /^[A-Z][a-z]|\p{L}{2} \p{L}{2}/u.test(text) && !isClasses(text)),
  ]
    .map((text) => text.trim())
    .filter((text) => /\p{L}{2}/u.test(text) && text !== 'Slotbell');
}

/** Names of classes, kinds and addresses: lower case with hyphens. */
const isClasses = (text: string): boolean =>
  /^( ?(btn|has|field|is|choice|status|time|in|long|link)\b[\w-]*)( [\w-]+)*$/.test(text);

describe('the catalog of words', () => {
  it('has the same sentences in English and Spanish', () => {
    assert.deepEqual([...new Set([...catalogOf('es').keys()].map(bare))].sort(), [...keys].sort());
  });

  for (const code of codes.filter((one) => one !== 'en'))
    it(`says in ${code} what it says in English, with the same values and emphasis`, () => {
      const texts = new Map([...english].map(([key, text]) => [bare(key), text]));
      for (const [key, text] of catalogOf(code)) {
        const same = texts.get(bare(key)) ?? '';
        assert.ok(same, `${key} is not in English`);
        assert.deepEqual(placeholders(text), placeholders(same), key);
        assert.deepEqual(marks(text), marks(same), key);
        assert.match(text.replace(/<\/?(strong|a)>/g, ''), /^[^<>]+$/, key);
      }
    });

  it('has every plural form that its language needs', () => {
    for (const code of codes) {
      const forms = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
      const catalog = catalogOf(code);
      const counted = new Set([...catalog.keys()].filter((key) => bare(key) !== key).map(bare));
      for (const key of counted)
        for (const form of forms) assert.ok(catalog.has(`${key}_${form}`), `${code}: ${key}_${form}`);
    }
  });

  it('is asked for no sentence that it lacks, and has none that nothing says', () => {
    const sources = [...filesIn('views', '.ejs'), ...filesIn('server', '.ts')];
    const sections = [...new Set([...keys].map((key) => key.split('.')[0] ?? ''))].join('|');
    const asked = new Set<string>();
    for (const file of sources) {
      const source = readFileSync(join(ROOT, file), 'utf8');
      for (const [, key = ''] of source.matchAll(
        new RegExp(`['"\`]((?:${sections})\\.[a-z]\\w*)['"\`]`, 'gi'),
      ))
        if (keys.has(key)) asked.add(key);
        else if (
          new RegExp(`\\b(t|marked|wordsFor\\(res\\)|words)\\(\\s*'${key.replace('.', '\\.')}'`).test(source)
        )
          assert.fail(`${file} asks for ${key}`);
    }
    assert.deepEqual(
      [...keys].filter((key) => !asked.has(key)),
      [],
    );
  });

  it('has whatever a parents’ view says', () => {
    const found = PARENTS.flatMap((file) =>
      wordsWithin(readFileSync(join(ROOT, file), 'utf8')).map((text) => `${file}: ${text}`),
    );
    assert.deepEqual(found, []);
  });

  it('finds words of a view’s own between tags, in attributes and in code', () => {
    const view = `<%# A note %><p class="soft">Hello <%= t('a.b') %></p><i aria-label="Open it"></i><% const a = 'Say this'; %>`;
    assert.deepEqual(wordsWithin(view), ['Open it', 'Hello', 'Say this']);
  });

  it('counts as its language does', () => {
    const say = (locale: string, count: number) => wordsOf({ locale })('forms.problems', { count });
    assert.equal(say('en-US', 1), 'There is 1 problem');
    assert.equal(say('es-US', 1), 'Hay 1 problema');
    assert.equal(say('es-US', 2), 'Hay 2 problemas');
    // A million is “many” in Spanish.
    assert.equal(say('es-US', 1_000_000), 'Hay 1000000 problemas');
    assert.match(say('ar', 3), /3/);
  });

  it('throws for what nobody says', () => {
    assert.throws(() => wordsOf({ locale: 'es-US' })('forms.nothingLikeIt'));
  });
});
