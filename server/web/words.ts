import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ejs from 'ejs';
import i18next from 'i18next';
import { ROOT } from '../root.js';
import type { Style } from './place.js';
import { remember } from './remember.js';

/** A language that parents can read: a file in views/words, called by its code. */
export interface Language {
  /** 'en', 'es', …: the subtag of BCP 47. */
  code: string;
  /** The language's own name for itself. */
  name: string;
  /** The locale for dates and numbers if the school's own locale is of another language. */
  locale: string;
  direction: 'ltr' | 'rtl';
}

/** The sentence of a key such as 'office.call', with its values filled in. A key that no catalog has is a bug and throws. */
export type Words = (key: string, values?: Record<string, unknown>) => string;

/** A sentence that is made later, in the reader's language. */
export interface Saying {
  key: string;
  values?: Record<string, unknown>;
}

/** What somebody reads: a sentence for staff, in English, or one that is made in the reader's language. */
export type Said = string | Saying;

export function sayIn(words: Words, said: Said): string {
  return typeof said === 'string' ? said : words(said.key, said.values);
}

const FOLDER = path.join(ROOT, 'views/words');
const catalogs = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({
    code: path.basename(file, '.json'),
    words: JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as {
      language: Omit<Language, 'code'>;
    } & Record<string, object>,
  }));

/** English comes first, then the others by their codes. */
export const LANGUAGES: readonly Language[] = catalogs
  .map(({ code, words }) => ({ code, ...words.language }))
  .sort((a, b) => Number(b.code === 'en') - Number(a.code === 'en') || a.code.localeCompare(b.code));

const sentences = i18next.createInstance();
await sentences.init({
  fallbackLng: 'en',
  resources: Object.fromEntries(catalogs.map(({ code, words }) => [code, { translation: words }])),
  parseMissingKeyHandler: (key) => {
    throw new Error(`views/words has no ${key}.`);
  },
  // Pages and mails escape where they print.
  interpolation: { escapeValue: false },
});

const spoken = new Map<string, Words>();

/** The languages that parents can choose from until the school says otherwise. */
export const USUAL_LANGUAGES: readonly string[] = ['en', 'es'];

/** The language of a place; English if its locale is of a language without a file. */
export function languageOf({ locale }: Style): Language {
  const language = languageCalled(locale.split('-', 1)[0]) ?? LANGUAGES[0];
  if (!language) throw new Error('views/words has no language.');
  return language;
}

/** The language of a code, which may come from anywhere. */
export function languageCalled(code: unknown): Language | undefined {
  return LANGUAGES.find((one) => one.code === code);
}

/** How readers of a language at a school read dates and lists: as the school writes them, if it writes that language. */
export function styleIn(language: Language, school: Style): Style {
  return languageOf(school).code === language.code ? { locale: school.locale } : { locale: language.locale };
}

/** The sentences of a place's language: `wordsOf(event)('office.call')`. */
export function wordsOf(place: Style): Words {
  const { code } = languageOf(place);
  let words = spoken.get(code);
  if (!words) {
    const say = sentences.getFixedT(code);
    const make = (key: string, values?: Record<string, unknown>) =>
      // A sentence that ends with an abbreviation, such as “p.m.”, has one period.
      say(key, values ?? {}).replace(/\.\.$/, '.');
    // A page has hundreds of sentences without values: each is looked up once.
    const made = new Map<string, string>();
    words = (key, values) => (values ? make(key, values) : remember(made, key, () => make(key)));
    spoken.set(code, words);
  }
  return words;
}

/** What staff read, and who does not say otherwise. */
export const ENGLISH: Words = wordsOf({ locale: 'en-US' });

/**
 * A sentence with an emphasized or linked part, as HTML: the catalog has `<strong>…</strong>` and `<a>…</a>`.
 * @param href the link's target
 */
export function markedWords(words: Words) {
  return (key: string, values: Record<string, unknown> = {}, href = ''): string => {
    const escaped: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(values))
      escaped[name] = typeof value === 'string' ? ejs.escapeXML(value) : value;
    return words(key, escaped).replace('<a>', `<a href="${ejs.escapeXML(href)}">`);
  };
}
