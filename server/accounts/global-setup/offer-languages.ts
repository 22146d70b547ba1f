import { nameLanguages } from '../../web/name-languages.js';
import { LANGUAGES, USUAL_LANGUAGES } from '../../web/words.js';

/** What a school can offer its parents, as codes between commas: English and Spanish, English alone, or every language there is. */
export const LANGUAGE_CHOICES: readonly string[] = [
  USUAL_LANGUAGES.join(),
  'en',
  LANGUAGES.map(({ code }) => code).join(),
];

/** The choices of the setting. */
export function offerLanguages(): { value: string; label: string }[] {
  return LANGUAGE_CHOICES.map((value) => ({ value, label: nameLanguages(value.split(',')) }));
}
