import express, { type Router } from 'express';
import Joi from 'joi';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { eventOf } from '../../web/guards.js';
import { line, parseForm } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { takeTerm } from './take-term.js';

const termSchema = Joi.object<{ term: string }, true>({ term: line(100).required().label('a term') });

/** Taking a term that Clever put in the place of one of an event's. Behind its guard for event administrators. */
export function termRoutes(deps: Deps): Router {
  const router = express.Router();

  router.post('/', async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(termSchema, req.body);
    const taken = parsed.ok
      ? await takeTerm(deps, event, parsed.value.term, actorOf(res).user)
      : ({ ok: false } as const);
    if (!taken.ok) {
      say(req, {
        kind: 'notice',
        text: 'This term is taken already, or no class of this event is in it any more.',
      });
      res.redirect(303, `/events/${event._id.toHexString()}/sync`);
      return;
    }
    say(req, { kind: 'ok', text: `The event takes ${taken.name || 'the term'} now, and syncs.` });
    res.redirect(
      303,
      taken.run ? `/importer/runs/${taken.run.toHexString()}` : `/events/${event._id.toHexString()}/sync`,
    );
  });

  return router;
}
