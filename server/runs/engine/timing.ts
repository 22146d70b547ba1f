/** How often a run says that it goes on, and after how long a silence another worker may take it. */
export interface Timing {
  heartbeatMs: number;
  staleMs: number;
  /**
   * The longest from one safe point to the next, waits that were told of (`expectWait`) apart: a worker that takes longer hangs. By
   * default longer than the slowest answer of Clever's and the slowest command to the database.
   */
  quietMs?: number;
}
export const TIMING: Timing = { heartbeatMs: 2000, staleMs: 30_000 };

/** By default the longest from one safe point to the next. */
export const QUIET_MS = 330_000;
