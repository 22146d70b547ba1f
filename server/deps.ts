import type { Config } from './config.js';
import type { Log } from './log.js';
import type { Queue } from './queue.js';

/** What the app is given from outside, so that a test can give something else. */
export interface Deps {
  config: Config;
  log: Log;
  queue: Queue;
  /** The present moment; tests set it. */
  now: () => Date;
  /** Never set but in tests, to prove that a safeguard is needed and that work may stop between any two steps. */
  trial?: { withoutClaims?: boolean; reached?: (step: string) => Promise<void> };
}
