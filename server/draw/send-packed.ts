import type { Request, Response } from 'express';
import { notFound } from '../web/errors.js';
import { unpack } from './find-draw.js';

/** As it was packed, without unpacking it for each who asks. */
export async function sendPacked(req: Request, res: Response, packed: Buffer | undefined): Promise<void> {
  if (!packed) throw notFound();
  res.type('json').vary('Accept-Encoding');
  if (req.acceptsEncodings('gzip')) res.set('Content-Encoding', 'gzip').send(packed);
  else res.send(await unpack(packed.toString('base64')));
}
