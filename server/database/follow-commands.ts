import { AsyncLocalStorage } from 'node:async_hooks';

/** The database commands of one request. */
export interface CommandWatch {
  /** How long the oldest unanswered command has waited, in milliseconds; 0 if none waits. */
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
 * Sends a command as part of the followed request, if there is one.
 * @param isSmall whether the answer comes soon or never; a command that changes all matching documents may take its time
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
