import { AsyncLocalStorage } from 'node:async_hooks';

/** The database commands of one request. */
export interface CommandWatch {
  /** How long the oldest of its commands that still waits has had no answer, in milliseconds; 0 when none waits. */
  silentMs(): number;
  /** Runs `work`, and all that it starts, as part of this request. */
  follow<T>(work: () => T): T;
}

const followed = new AsyncLocalStorage<Set<{ since: number }>>();

export function watchCommands(): CommandWatch {
  const waiting = new Set<{ since: number }>();
  return {
    silentMs() {
      const [oldest] = waiting;
      return oldest ? performance.now() - oldest.since : 0;
    },
    follow: (work) => followed.run(waiting, work),
  };
}

/**
 * Sends a command on behalf of whoever is followed, if anybody.
 * @param isSmall it has its answer soon or never; one that changes as many documents as match is let take its time
 */
export async function followCommand<T>(isSmall: boolean, send: () => Promise<T>): Promise<T> {
  const waiting = isSmall ? followed.getStore() : undefined;
  if (!waiting) return send();
  const one = { since: performance.now() };
  waiting.add(one);
  try {
    return await send();
  } finally {
    waiting.delete(one);
  }
}
