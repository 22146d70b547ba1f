import type { RequestHandler } from 'express';
import mongoose from 'mongoose';
import { DatabaseGone } from './errors.js';

/** After this long a request that has no answer yet asks whether the database is there; with the asking, within 3 s. */
const PATIENCE_MS = 1800;

/**
 * Answers at once while the database is known to be away, and within 3 s when it falls silent in the middle of a request.
 * @param ready asks the database, for a second at most
 */
export function databaseGuard(ready: () => Promise<boolean>): RequestHandler {
  return (req, res, next) => {
    if (mongoose.connection.readyState !== mongoose.ConnectionStates.connected) {
      next(new DatabaseGone());
      return;
    }
    let gone = false;
    const send = res.send.bind(res);
    // The handler's own answer may still come. A rendered one would throw outside of every handler, and so end the process.
    res.send = (body?: unknown) => (gone && res.headersSent ? res : send(body));
    const timer = setTimeout(() => {
      void ready().then((there) => {
        if (there || res.headersSent) return;
        gone = true;
        // The handler may still fail, and Express then cuts the connection: nobody's next request shall be on it.
        res.set('Connection', 'close');
        next(new DatabaseGone());
      });
    }, PATIENCE_MS);
    res.on('close', () => {
      clearTimeout(timer);
    });
    next();
  };
}
