import type { Types } from 'mongoose';
import type { RunResult } from '../../models/run.js';

/** Another worker has taken the run over: whoever sees this must not write another record. */
export class RunLost extends Error {}
/** A person asked for the run to stop. */
export class RunStopped extends Error {}
/** This worker is ending, or hangs; another one continues. */
export class RunHandedBack extends Error {}
/** The work has not moved on for too long. */
export class RunHung extends RunHandedBack {}

/** The run cannot be done, for a reason that its page tells. */
export class RunFailed extends Error {
  constructor(
    readonly result: RunResult,
    options?: ErrorOptions,
  ) {
    super(result.code, options);
  }
}

/** The run needs another one that is not over yet. */
export class RunWaits extends Error {
  constructor(readonly waitsFor: Types.ObjectId) {
    super('The run waits for another one.');
  }
}

/** The source is away for now: the same run continues later in the night. */
export class RunPutOff extends Error {
  constructor(readonly until: Date) {
    super('The source did not answer.');
  }
}
