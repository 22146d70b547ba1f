import type { RunResult } from '../../models/run.js';

/** Why an account cannot be refreshed at all. */
export class RefreshRefused extends Error {
  constructor(
    readonly result: RunResult,
    options?: ErrorOptions,
  ) {
    super(result.code, options);
  }
}

/** The district lets Slotbell read none of its lists. */
export class NothingShared extends RefreshRefused {}
