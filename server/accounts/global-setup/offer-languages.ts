import { andList } from '../../web/format-count.js';
import { LANGUAGES, languageCalled, USUAL_LANGUAGES } from '../../web/words.js';

/** What a school can offer its parents, as codes between commas: English and Spanish, English alone, or every language there is. */
export const LANGUAGE_CHOICES: readonly string[] = [
  USUAL_LANGUAGES.join(),
  'en',
  LANGUAGES.map(({ code }) => code).join(),
];

/** The choices of the setting. */
export function offerLanguages(): { value: string; label: string }[] {
  return LANGUAGE_CHOICES.map((value) => ({ value, label: nameLanguages(value) }));
}

/** "English and Español", each as its readers call it. */
export function nameLanguages(codes: string): string {
  const names = codes.split(',').flatMap((code) => languageCalled(code)?.name ?? []);
  return andList(names, { locale: 'en-US' });
}
