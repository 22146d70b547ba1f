import { parse } from 'node:querystring';
import express, { type RequestHandler } from 'express';

/** The largest form that is read, in bytes. */
export interface FormLimits {
  bytes: number;
  fields: number;
}

/**
 * Reads a posted form into `req.body`; a field that occurs several times becomes a list. It is linear in the length of the form, because
 * anybody may post one; express.urlencoded takes quadratic time for many fields.
 * Refused are compressed forms (415), of which a few bytes could unpack to any size, and forms above the limits (413).
 */
export function readForm({ bytes, fields }: FormLimits): RequestHandler {
  const read = express.raw({ type: 'application/x-www-form-urlencoded', inflate: false, limit: bytes });
  return (req, res, next) => {
    if (req.method !== 'POST' || req.body !== undefined) {
      next();
      return;
    }
    read(req, res, (fault?: unknown) => {
      if (fault) {
        next(fault);
        return;
      }
      const body: unknown = req.body;
      if (!Buffer.isBuffer(body)) {
        next();
        return;
      }
      const text = body.toString('utf8');
      if (fieldsIn(text, fields) > fields) next(Object.assign(new Error('too many fields'), { status: 413 }));
      else {
        req.body = parse(text, '&', '=', { maxKeys: 0 });
        next();
      }
    });
  };
}

/** How many fields a form has; counting stops above `enough`. */
function fieldsIn(text: string, enough: number): number {
  let count = 1;
  for (let at = text.indexOf('&'); at >= 0 && count <= enough; at = text.indexOf('&', at + 1)) count += 1;
  return count;
}
