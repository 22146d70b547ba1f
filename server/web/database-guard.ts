import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import mongoose from 'mongoose';
import type { GuardedDatabase } from '../deps.js';
import { DatabaseGone } from './errors.js';

/** After this long, a request without an answer checks whether the database is there; together with the check it takes at most 3 s. */
const PATIENCE_MS = 1750;
/** How soon it checks again while the database is there. */
const AGAIN_MS = 500;
/** A small command has lost its answer if one that was sent so much later is answered. */
const SILENT_MS = 1200;

/**
 * Answers at once while the database is known to be away, and within 3 s when it falls silent during a request: for everybody, or only for
 * one command of this request. Writes to many documents may take longer.
 * @param answer sends the page that says so. It does not use `next`, which belongs to the handler: the handler may still fail, or answer.
 */
export function databaseGuard(database: GuardedDatabase, answer: ErrorRequestHandler): RequestHandler {
  return (req, res, next) => {
    noteEnd(res);
    if (mongoose.connection.readyState !== mongoose.ConnectionStates.connected) {
      next(new DatabaseGone('nothing begun'));
      return;
    }
    const commands = database.watchCommands();
    let isGone = false;
    const send = res.send.bind(res);
    // A page that the handler renders too late would throw outside of every handler and end the process.
    res.send = (body?: unknown) => (isGone && res.headersSent ? res : send(body));
    const redirect = res.redirect.bind(res) as (...to: unknown[]) => void;
    // So would a redirect that waited for the session to be saved.
    res.redirect = (...to: unknown[]) => {
      if (!isGone || !res.headersSent) redirect(...to);
    };
    const look = async (isFirst: boolean): Promise<void> => {
      // If the process itself was busy, it has not yet read answers that arrived meanwhile.
      await nextTurn();
      // Asked first, so that there is something which was sent later.
      const isReady = await database.ready();
      const isThere = isReady && (isFirst || commands.silentMs() < SILENT_MS);
      if (res.headersSent || res.closed) return;
      if (isThere) {
        timer = setTimeout(() => void look(false), AGAIN_MS);
        return;
      }
      isGone = true;
      res.set('Connection', 'close');
      void answer(new DatabaseGone('no answer'), req, res, next);
    };
    let timer = setTimeout(() => void look(true), PATIENCE_MS);
    res.on('close', () => {
      clearTimeout(timer);
    });
    commands.follow(next);
  };
}

/** Tells, as soon as it is so, that nothing more will come to an answer (`errorPages` asks). */
function noteEnd(res: Response): void {
  const end = res.end.bind(res) as (...given: unknown[]) => Response;
  res.end = ((...given: unknown[]) => {
    res.locals.isEnded = true;
    return end(...given);
  }) as typeof res.end;
}
