import type { Request } from 'express';

/** The value of a cookie as it was sent, not decoded; undefined where the browser has none of this name. */
export function readCookie(req: Request, name: string): string | undefined {
  const pairs = (req.get('cookie') ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
