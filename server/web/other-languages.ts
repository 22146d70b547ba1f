import type { Response } from 'express';
import { accountOf, actorOf } from './actor.js';
import { notFound } from './errors.js';
import { nameLanguage } from './name-languages.js';
import { languagesOf } from './read-language.js';
import { languageOf, type Language } from './words.js';

/** The languages that the actor's parents can choose besides the school's own. */
export function otherLanguages(res: Response): Language[] {
  const own = languageOf(actorOf(res)).code;
  return languagesOf(accountOf(res)).filter(({ code }) => code !== own);
}

/** The one of them that an address names; of any other name there is no page. */
export function languageNamed(res: Response, code: unknown): Language {
  const language = otherLanguages(res).find((one) => one.code === code);
  if (!language) throw notFound();
  return language;
}

/** Links between the pages of a text in each language; none where there is one language. @param path of the school's own */
export function languageChips(res: Response, path: string, current: Language | undefined) {
  const others = otherLanguages(res);
  if (others.length === 0) return [];
  return [
    { label: nameLanguage(languageOf(actorOf(res))), href: path, current: !current },
    ...others.map((one) => ({
      label: nameLanguage(one),
      href: `${path}/${one.code}`,
      current: one.code === current?.code,
    })),
  ];
}
