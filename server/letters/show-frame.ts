import type { Response } from 'express';
import type { Deps } from '../deps.js';
import { pathOf } from '../events/show-event.js';
import { actorOf } from '../web/actor.js';
import { eventOf } from '../web/guards.js';
import type { LetterFrame } from './write-letter.js';

export function homeOf(res: Response): string {
  return `${pathOf(eventOf(res))}/letters`;
}

export function frameOf(deps: Deps, res: Response): LetterFrame {
  const event = eventOf(res);
  const link = new URL(`/e/${event.link}`, deps.config.publicUrl).href;
  return { event, school: actorOf(res).accountName, link, now: deps.now() };
}
