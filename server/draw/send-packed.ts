import type { Request, Response } from 'express';
import { notFound } from '../web/errors.js';
import { unpack } from './find-draw.js';

/** Sends packed JSON without unpacking it for each request. */
export async function sendPacked(req: Request, res: Response, packed: Buffer | undefined): Promise<void> {
  if (!packed) throw notFound();
  res.type('json').vary('Accept-Encoding');
  if (req.acceptsEncodings('gzip')) res.set('Content-Encoding', 'gzip').send(packed);
  else res.send(await unpack(packed.toString('base64')));
}
