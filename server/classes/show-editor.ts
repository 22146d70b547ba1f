import type { Request, Response } from 'express';
import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Event } from '../models/event.js';
import { eventFrame } from '../web/event-tabs.js';
import { actorOf } from '../web/actor.js';
import { eventOf } from '../web/guards.js';
import type { PlacedEvent } from '../web/place.js';
import { parseForm, parseQuery, typedValues } from '../web/parse.js';
import { refuseHere } from '../web/session.js';
import { chosenIds, chosenSchema, listSchema, viewAddress, type Chosen } from './schema.js';
import { nextSync } from './say-return.js';

/** The path of an event's Class Editor. */
export const editorPath = (event: Pick<Event, '_id'>): string => `/events/${event._id.toHexString()}/classes`;

/** What every page of the editor shows. */
export function editorPage(event: PlacedEvent): Record<string, unknown> {
  return { ...eventFrame(event, 'class-editor'), title: `Class Editor: ${event.name}` };
}

export function whenOf(deps: Deps, res: Response): string | undefined {
  return nextSync(eventOf(res), actorOf(res), deps.now());
}

/** An address of the editor with the list's filters. Every form passes them along, so that the same rows are shown after a change. */
export function addressHere(req: Request, res: Response, below = ''): string {
  const view = parseQuery(listSchema, req.query);
  return viewAddress(`${editorPath(eventOf(res))}${below}`, view, { page: view.page });
}

export function backToList(req: Request, res: Response): void {
  res.redirect(303, addressHere(req, res));
}

/** The rows that a form is about; undefined if it names none: the page says so. */
export function chosenOf(req: Request, res: Response): Chosen | undefined {
  const parsed = parseForm(chosenSchema, req.body);
  if (parsed.ok && chosenIds(parsed.value).length > 0) return parsed.value;
  const errors = parsed.ok ? { ids: 'Select at least one class first.' } : parsed.errors;
  refuseHere(res, { values: typedValues(req.body), errors });
  return undefined;
}

/**
 * The undo link of a message.
 * @param entry of the audit, by which the change is undone
 */
export function undoOf(
  req: Request,
  res: Response,
  entry: Types.ObjectId,
): { action: string; label: string } {
  return { action: addressHere(req, res, `/undo/${entry.toHexString()}`), label: 'Undo' };
}
