import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/** How a server that is about to end disconnects its clients. All times are in milliseconds. */
export interface Leave {
  /** For this long nothing changes but /readyz: a proxy that checks it sends its requests elsewhere. */
  pauseMs: number;
  /** A kept connection is told with its next answer that it ends, so it sees no reset; a connection that is idle for this long ends too. */
  idleMs: number;
  /** How long requests under way may take. */
  longestMs: number;
}

/**
 * When a server stops listening, the system resets connections that were made but not yet accepted. So it stops when nobody has connected
 * for a while, for example between a proxy's kept connections; if somebody always does, after the longer time.
 */
const QUIET_MS = 50;
const NOT_QUIET_MS = 1500;

/**
 * Follows the requests of a server from its start, so that the server can end without anybody's connection being reset.
 * @returns a function that lets the requests under way finish, accepts no new connections, and resolves when the last one is closed
 */
export function followRequests(server: Server): (leave: Leave) => Promise<void> {
  const open = new Set<ServerResponse>();
  let isLeaving = false;
  let connectedAt = 0;
  server.on('connection', () => (connectedAt = performance.now()));
  // This listener comes before the app's own, which may answer at once.
  server.prependListener('request', (_req, res: ServerResponse) => {
    open.add(res);
    res.on('close', () => open.delete(res));
    if (isLeaving) sayLast(res);
  });
  return async ({ pauseMs, idleMs, longestMs }) => {
    await delay(pauseMs);
    const until = performance.now() + NOT_QUIET_MS;
    while (performance.now() < Math.min(until, connectedAt + QUIET_MS)) await delay(5);
    // The server stops right after it accepted the connections that arrived meanwhile.
    await nextTurn();
    isLeaving = true;
    // Closing an HTTP server also cuts idle connections into which a request is on its way.
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

/** Ends the connection with this answer, which says so. A progress stream would go on, so it ends here: its reader asks again. */
function sayLast(res: ServerResponse): void {
  res.shouldKeepAlive = false;
  const type = res.getHeader('content-type');
  if (typeof type === 'string' && type.startsWith('text/event-stream')) res.end();
}
