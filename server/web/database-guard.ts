import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import mongoose from 'mongoose';
import { DatabaseGone } from './errors.js';

/** After this long a request that has no answer yet asks whether the database is there; with the asking, within 3 s. */
const PATIENCE_MS = 1750;
/** How soon it looks again while the database is there. */
const AGAIN_MS = 500;
/** A small command that is this old, while others are answered, has lost its answer. */
const SILENT_MS = 1200;

export interface GuardedDatabase {
  /** Asks the database, for a second at most. */
  ready(): Promise<boolean>;
  /** Follows the commands of one request. */
  watchCommands(): { silentMs(): number; follow<T>(work: () => T): T };
}

/**
 * Answers at once while the database is known to be away, and within 3 s when it falls silent in the middle of a request: to everybody,
 * or to one command of this request alone. What writes as many documents as match may take longer.
 * @param answer gives the page that says so. Not by way of `next`, which is the handler's: it may still fail, or answer.
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
    // A rendered answer that comes late would throw outside of every handler, and so end the process.
    res.send = (body?: unknown) => (isGone && res.headersSent ? res : send(body));
    const look = async (isFirst: boolean): Promise<void> => {
      // A process that was busy itself has not read yet what came meanwhile.
      await nextTurn();
      const isSilent = !isFirst && commands.silentMs() >= SILENT_MS;
      const isThere = !isSilent && (await database.ready());
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

/** Says of an answer that nothing more comes to it, as soon as it is so (`errorPages` asks). */
function noteEnd(res: Response): void {
  const end = res.end.bind(res) as (...given: unknown[]) => Response;
  res.end = ((...given: unknown[]) => {
    res.locals.isEnded = true;
    return end(...given);
  }) as typeof res.end;
}
