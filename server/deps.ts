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
  /** Aborted when the process is about to end: it says so, and finishes what it has. */
  leaving?: AbortSignal;
  /** The demo alone, and no setting: pages show whoever asks for a link to log in the email with it, as no email leaves. */
  showsMails?: true;
}
