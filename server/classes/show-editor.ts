import type { Request, Response } from 'express';
import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Event } from '../models/event.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { daysInWords } from '../web/format-time.js';
import { eventOf } from '../web/guards.js';
import { parseForm, parseQuery } from '../web/parse.js';
import { chosenIds, chosenSchema, listSchema, viewAddress, type ListView } from './schema.js';
import { nextSync } from './tell-return.js';

/** Path of an event's Class Editor. */
export const editorPath = (event: Pick<Event, '_id'>): string => `/events/${event._id.toHexString()}/classes`;

/** What every page of the editor shows. */
export function editorPage(event: Event): Record<string, unknown> {
  const when = daysInWords(event.days);
  return { title: `Class Editor: ${event.name}`, section: 'events', tab: 'class-editor', when };
}

export function whenOf(deps: Deps, res: Response): string | undefined {
  return nextSync(eventOf(res), actorOf(res).timeZone, deps.now());
}

/** The list's view travels in the address of every form, so that after a change the same rows are shown. */
export function viewOf(req: Request): ListView {
  return parseQuery(listSchema, req.query);
}

export function backToList(req: Request, res: Response): void {
  const view = viewOf(req);
  res.redirect(303, viewAddress(editorPath(eventOf(res)), view, { page: view.page }));
}

export function chosenOf(req: Request): Types.ObjectId[] {
  const parsed = parseForm(chosenSchema, req.body);
  if (!parsed.ok) throw notFound();
  return chosenIds(parsed.value);
}

export function undoOf(req: Request, event: Event, entry: Types.ObjectId): { action: string; label: string } {
  const view = viewOf(req);
  return {
    action: viewAddress(`${editorPath(event)}/undo/${entry.toHexString()}`, view, { page: view.page }),
    label: 'Undo',
  };
}
