/** How often a run shows that it is alive, and after how long a silence another worker may take it. */
export interface Timing {
  heartbeatMs: number;
  staleMs: number;
  /**
   * The longest time between two safe points, apart from announced waits (`expectWait`): a worker that takes longer hangs. The default is
   * longer than Clever's slowest answer and the slowest database command.
   */
  quietMs?: number;
}
export const TIMING: Timing = { heartbeatMs: 2000, staleMs: 30_000 };

/** The default for the longest time between two safe points. */
export const QUIET_MS = 330_000;
