import type { Deps } from '../deps.js';

/** Whether a link to log in reaches who asks for it: by email, or in the demo on the page. */
export function sendsLinks({ config, showsMails }: Pick<Deps, 'config' | 'showsMails'>): boolean {
  return config.smtpUrl !== undefined || showsMails === true;
}
