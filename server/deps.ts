import type { Config } from './config.js';
import type { Log } from './log.js';
import type { Queue } from './queue.js';

/** The database commands of one request. */
export interface CommandWatch {
  /**
   * By how much the oldest unanswered command is older than one that was answered, in milliseconds, beyond what answers take at present; 0
   * if none waits. Where all answers are slow this stays small: the database is busy, and nothing is lost.
   */
  silentMs(): number;
  /** Runs `work`, and all that it starts, as part of this request. */
  follow<T>(work: () => T): T;
}

/** How a page finds out that the database is away. */
export interface GuardedDatabase {
  /** Pings the database, for a second at most. */
  ready(): Promise<boolean>;
  watchCommands(): CommandWatch;
}

/** What the app is given from outside, so that a test can give something else. */
export interface Deps {
  config: Config;
  log: Log;
  queue: Queue;
  /** The present moment; tests set it. */
  now: () => Date;
  /** Absent: the database itself is asked. A machine that runs tests may be busy for seconds. */
  guarded?: GuardedDatabase;
  /** Aborted when the process is about to end: it says so, and finishes what it has. */
  leaving?: AbortSignal;
  /** The demo alone, and no setting: pages show whoever asks for a link to log in the email with it, as no email leaves. */
  showsMails?: true;
}
