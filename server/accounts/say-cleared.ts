import type { Response } from 'express';
import { andList } from '../web/format-count.js';
import { wordsFor } from '../web/read-language.js';
import type { Cleared } from './choose-password.js';

/** What a stranger had entered and was removed: "1 child and 2 meetings"; '' for nothing. */
export function sayCleared(res: Response, { children, appointments }: Cleared): string {
  const t = wordsFor(res);
  const parts = [
    ...(children > 0 ? [t('children.some', { count: children })] : []),
    ...(appointments > 0 ? [t('logins.someMeetings', { count: appointments })] : []),
  ];
  return andList(parts, { locale: String(res.locals.lang ?? 'en-US') });
}
