/** Fields that cannot be so, and what the page says of them. `keeps`: what was sent besides and is still on the page. */
export interface Bad {
  fields: Record<string, string>;
  says: RegExp;
  keeps?: RegExp;
  ready?: () => Promise<unknown>;
  /** The address, where it is not that of the place. */
  at?: string;
}

export const LONG = 'x'.repeat(2_500);
export const NOBODY = 'f'.repeat(24);
export const NOTHING_SENT = 'has one button and reads no field of the form';
export const FILES = 'reads files, not a form; test/roster-files sends it bad ones';

/** What is ticked beside the fault, by name. */
export const box = (name: string, value: string) =>
  new RegExp(`name="${name}" value="${value}"[^>]* checked|value="${value}"[^>]*name="${name}"[^>]* checked`);
