import type { Request, Response } from 'express';
import type { Config } from '../config.js';
import { hashSecret, makeSecret } from '../seal.js';
import { readCookie } from '../web/read-cookie.js';
import { KEPT_MS } from './send-entry.js';

const MARK = /^[\w-]{43}$/;

/**
 * Marks the browser in which somebody typed a child, for as long as its link is kept. Only there is the child added: a link goes to whoever
 * reads the mailbox, and a mistyped address is somebody else's. A cookie, because a session ends with every login.
 * @returns what the link keeps of the mark
 */
export function markAsker(config: Config, req: Request, res: Response): string {
  const mark = markOf(config, req) ?? makeSecret();
  res.cookie(nameOf(config), mark, { ...optionsOf(config), maxAge: KEPT_MS, encode: String });
  return hashSecret(mark);
}

/** Whether the child of a link was typed in this browser. */
export function isAsker(config: Config, req: Request, { asker }: { asker?: string }): boolean {
  const mark = markOf(config, req);
  return asker !== undefined && mark !== undefined && hashSecret(mark) === asker;
}

/** Ends the mark once a link was used: whoever comes to this browser next is somebody else. */
export function forgetAsker(config: Config, req: Request, res: Response): void {
  if (markOf(config, req)) res.clearCookie(nameOf(config), optionsOf(config));
}

function markOf(config: Config, req: Request): string | undefined {
  const mark = readCookie(req, nameOf(config));
  return mark && MARK.test(mark) ? mark : undefined;
}

function optionsOf(config: Config) {
  return { httpOnly: true, sameSite: 'lax', secure: isSecure(config), path: '/' } as const;
}

function isSecure({ publicUrl }: Config): boolean {
  return publicUrl.startsWith('https:');
}

function nameOf(config: Config): string {
  return isSecure(config) ? '__Host-slotbell-asker' : 'slotbell-asker';
}
