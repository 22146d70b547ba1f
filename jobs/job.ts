import type { Deps } from '../server/deps.js';

/** A job that features request by name; `key` says what it is about. */
export type OneShot = (deps: Deps, key: string, stopping: AbortSignal) => Promise<void>;

/** A job that runs by the clock. */
export interface Recurring {
  name: string;
  everyMs: number;
  run: (deps: Deps, stopping: AbortSignal) => Promise<void>;
}
