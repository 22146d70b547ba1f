import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Config } from '../config.js';
import type { User } from '../models/user.js';
import { ownCookie } from '../web/own-cookie.js';
import { readCookie } from '../web/read-cookie.js';

/** The longest time for which browsers keep a cookie. */
const KEPT_MS = 400 * 24 * 3600_000;
/** How many logins one browser is remembered for, for example at a shared desk. */
const MOST_MARKS = 5;
const MARK = /^[\w-]{16}\.[\w-]{43}$/;

/**
 * Marks a browser in which somebody has logged in, so that wrong attempts elsewhere do not lock it out. The mark is a random number with a
 * signature over it, the login and its password. It names nobody, is valid for one login, and ends with the password.
 */
export function markDevice(config: Config, req: Request, res: Response, user: User): void {
  const number = randomBytes(12).toString('base64url');
  const others = marksOf(config, req).filter((mark) => !isOf(config, mark, user));
  const marks = [`${number}.${sign(config, number, user)}`, ...others].slice(0, MOST_MARKS);
  const { name, options } = cookieOf(config);
  res.cookie(name, marks.join('~'), { ...options, maxAge: KEPT_MS, encode: String });
}

/** The browser's number if this login was used in it before; undefined in an unknown browser. */
export function findDevice(config: Config, req: Request, user: User | null): string | undefined {
  if (!user) return undefined;
  return marksOf(config, req)
    .find((mark) => isOf(config, mark, user))
    ?.split('.')[0];
}

/** Whether the browser was ever logged in, according to its own cookie. */
export function claimsDevice(config: Config, req: Request): boolean {
  return marksOf(config, req).length > 0;
}

function marksOf(config: Config, req: Request): string[] {
  const marks = readCookie(req, cookieOf(config).name)?.split('~') ?? [];
  return marks.filter((mark) => MARK.test(mark)).slice(0, MOST_MARKS);
}

function isOf(config: Config, mark: string, user: User): boolean {
  const [number = '', signature = ''] = mark.split('.');
  return timingSafeEqual(Buffer.from(signature), Buffer.from(sign(config, number, user)));
}

function sign(config: Config, number: string, user: User): string {
  const key = Buffer.from(hkdfSync('sha256', config.appSecret, '', 'slotbell devices', 32));
  const about = JSON.stringify([number, user._id.toHexString(), user.passwordHash ?? '']);
  return createHmac('sha256', key).update(about).digest('base64url');
}

const cookieOf = (config: Config) => ownCookie(config, 'slotbell-device');
