import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/** How a server that is about to end lets go of whoever is connected. All in milliseconds. */
export interface Leave {
  /** Everything is as before for so long, but for /readyz: a proxy that asks there sends its requests elsewhere. */
  pauseMs: number;
  /** A kept connection is told at its next answer that it ends, and so sees no reset; one that is idle for so long ends too. */
  idleMs: number;
  /** Requests under way may take so long. */
  longestMs: number;
}

/**
 * The system resets connections that were made and not yet accepted when a server stops listening. It does so, therefore, when nobody
 * has connected for a while, as between a proxy's kept connections; where somebody always does, after the longer time.
 */
const QUIET_MS = 50;
const NOT_QUIET_MS = 1500;

/**
 * Follows the requests of a server from its start, so that it can be left without anybody seeing a connection reset.
 * @returns lets the requests under way finish, takes no new connections, and ends when the last one is closed
 */
export function followRequests(server: Server): (leave: Leave) => Promise<void> {
  const open = new Set<ServerResponse>();
  let isLeaving = false;
  let connectedAt = 0;
  server.on('connection', () => (connectedAt = performance.now()));
  // Before the app's own listener, which may answer at once.
  server.prependListener('request', (_req, res: ServerResponse) => {
    open.add(res);
    res.on('close', () => open.delete(res));
    if (isLeaving) sayLast(res);
  });
  return async ({ pauseMs, idleMs, longestMs }) => {
    await delay(pauseMs);
    const until = performance.now() + NOT_QUIET_MS;
    while (performance.now() < Math.min(until, connectedAt + QUIET_MS)) await delay(5);
    // Right after those that came meanwhile were accepted.
    await nextTurn();
    isLeaving = true;
    // The close of an HTTP server cuts idle connections too, also those into which a request is on its way.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
    for (const res of open) sayLast(res);
    // What is still open keeps the process alive; the clock alone does not.
    await Promise.race([closed, delay(idleMs, undefined, { ref: false })]);
    server.closeIdleConnections();
    await Promise.race([closed, delay(longestMs, undefined, { ref: false })]);
    server.closeAllConnections();
    await closed;
  };
}

/** The connection ends with this answer, and the answer says so. Progress, which would go on, ends here: its reader asks again. */
function sayLast(res: ServerResponse): void {
  res.shouldKeepAlive = false;
  const type = res.getHeader('content-type');
  if (typeof type === 'string' && type.startsWith('text/event-stream')) res.end();
}
