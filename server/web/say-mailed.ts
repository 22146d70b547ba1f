import type { Response } from 'express';

/** A sentence that somebody gets an email; where no email server is set up, that nobody does. */
export function sayMailed({ locals }: Response, told: string): string {
  return locals.hasMail === true ? told : 'No email server is set up, so nobody is told by email.';
}
