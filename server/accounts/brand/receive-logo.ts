import type { Request, RequestHandler, Response } from 'express';
import multer from 'multer';
import { atLeast } from '../../models/user.js';
import { maybeActor } from '../../web/actor.js';
import { LOGO_BYTES } from './read-logo.js';

/** The address that the logo's form is sent to. */
const LOGO = '/global-setup/logo';

/** The form's file; `fault` says why it was not received. */
export interface ReceivedLogo {
  data?: Buffer;
  fault?: 'too large' | 'broken off';
}

const parse = multer({
  storage: multer.memoryStorage(),
  limits: { fileSize: LOGO_BYTES, files: 1, fields: 10, parts: 12, fieldSize: 10_000, fieldNameSize: 100 },
}).single('logo');

/**
 * Receives a logo in memory. It stands before the CSRF guard, which needs the token from the same form; so it covers only one address, and
 * only administrators.
 */
export const receiveLogo: RequestHandler = (req, res, next) => {
  const actor = maybeActor(res);
  const isMine = req.method === 'POST' && req.path === LOGO && req.is('multipart/form-data');
  if (!isMine || !actor || !atLeast(actor.level, 'administrator')) {
    next();
    return;
  }
  parse(req, res, (error: unknown) => {
    res.locals.logo = readReceived(req, error);
    next();
  });
};

function readReceived({ file }: Request, error: unknown): ReceivedLogo {
  if (error)
    return { fault: (error as { code?: string }).code === 'LIMIT_FILE_SIZE' ? 'too large' : 'broken off' };
  return file && file.size > 0 ? { data: file.buffer } : {};
}

export function receivedLogo(res: Response): ReceivedLogo {
  return (res.locals.logo as ReceivedLogo | undefined) ?? {};
}
