import type { Request, Response } from 'express';
import type { Types } from 'mongoose';
import { Contact } from '../models/contact.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { parseId } from '../web/parse.js';

/** A contact of the actor's account; null where there is none of this id. */
export function findContact(res: Response, _id: Types.ObjectId): Promise<Contact | null> {
  return Contact.findOne({ _id, account: actorOf(res).account }).lean();
}

/** The contact that the request's address names. */
export async function contactOf(
  req: Request,
  res: Response,
  part: 'contact' | 'other' = 'contact',
): Promise<Contact> {
  const found = await findContact(res, parseId(req.params[part]));
  if (!found) throw notFound();
  return found;
}
