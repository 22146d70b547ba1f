import type { sourceOf } from '../../models/account.js';

/** What sentences call an account's roster source: "guardians are missing from Clever". */
export function nameSource(source: ReturnType<typeof sourceOf>): string {
  return source === 'files' ? 'the roster files' : 'Clever';
}
