import { AsyncLocalStorage } from 'node:async_hooks';
import type { CommandWatch } from '../deps.js';

const followed = new AsyncLocalStorage<Set<{ since: number }>>();
/** When the latest command was sent that has its answer, and when any answer came, by `performance.now()`. */
let latestSent = 0;
let lastAnswer = 0;
/** How long small commands take at present, in milliseconds: each answer counts a tenth. */
let usualMs = 0;
/** A busy database answers commands in any order, some this many times later than usual. */
const SLOWER = 3;
/** One that takes longer says nothing of the others. */
const LONGEST_MS = 5_000;

export function watchCommands(): CommandWatch {
  const waiting = new Set<{ since: number }>();
  return {
    silentMs() {
      const [oldest] = waiting;
      return oldest ? Math.max(0, latestSent - oldest.since - SLOWER * usualMs) : 0;
    },
    follow: (work) => followed.run(waiting, work),
  };
}

/** Whether an answer of the database came since then. @param since by `performance.now()` */
export function isHeardSince(since: number): boolean {
  return lastAnswer >= since;
}

/**
 * Sends a command as part of the followed request, if there is one.
 * @param isSmall whether the answer comes soon or never; a command that changes all matching documents may take its time
 */
export async function followCommand<T>(isSmall: boolean, send: () => Promise<T>): Promise<T> {
  const waiting = isSmall ? followed.getStore() : undefined;
  const one = { since: performance.now() };
  waiting?.add(one);
  try {
    const answer = await send();
    lastAnswer = performance.now();
    if (isSmall) {
      latestSent = Math.max(latestSent, one.since);
      usualMs += (Math.min(lastAnswer - one.since, LONGEST_MS) - usualMs) / 10;
    }
    return answer;
  } finally {
    waiting?.delete(one);
  }
}
