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
  /** How a page finds out that the database is away, if not by asking it: a machine that runs tests may be busy for seconds. */
  guarded?: {
    ready(): Promise<boolean>;
    watchCommands(): { silentMs(): number; follow<T>(work: () => T): T };
  };
  /** Aborted when the process is about to end: it says so, and finishes what it has. */
  leaving?: AbortSignal;
  /** The demo alone, and no setting: pages show whoever asks for a link to log in the email with it, as no email leaves. */
  showsMails?: true;
}
