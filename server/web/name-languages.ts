import { andList } from './format-count.js';
import { languageCalled, type Language } from './words.js';

/** Some languages by their codes, each as its readers call it: "English and Español". */
export function nameLanguages(codes: readonly string[]): string {
  const names = codes.flatMap((code) => languageCalled(code)?.name ?? []);
  return andList(names, { locale: 'en-US' });
}

/** A language as staff call it: "Spanish". */
export function nameLanguage({ code, name }: Language): string {
  return new Intl.DisplayNames('en', { type: 'language' }).of(code) ?? name;
}
