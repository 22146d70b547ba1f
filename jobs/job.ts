import type { Deps } from '../server/deps.js';

/** A one-shot that features ask for by name; `key` tells what it is about. */
export type OneShot = (deps: Deps, key: string, stopping: AbortSignal) => Promise<void>;

/** Runs by itself. */
export interface Recurring {
  name: string;
  everyMs: number;
  run: (deps: Deps, stopping: AbortSignal) => Promise<void>;
}
