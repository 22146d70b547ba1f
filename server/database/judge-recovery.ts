/** The driver finds a database that is back within a few seconds; if it has not after this long, it never does. */
const RECOVERY_MS = 30_000;

export interface Recovery {
  /** Whether this process has lost a database that answers others, so that only a restart helps. Must be asked repeatedly. */
  isLost(): Promise<boolean>;
}

/**
 * @param ready asks the database over the app's connections
 * @param answersAnew asks it over a new connection
 * @param now in milliseconds, by a clock that only moves forward
 */
export function judgeRecovery(
  ready: () => Promise<boolean>,
  answersAnew: () => Promise<boolean>,
  now: () => number = () => performance.now(),
): Recovery {
  let awaySince: number | undefined;
  let asking: Promise<boolean> | undefined;
  const look = async (): Promise<boolean> => {
    if (await ready()) {
      awaySince = undefined;
      return false;
    }
    awaySince ??= now();
    return now() - awaySince >= RECOVERY_MS && (await answersAnew());
  };
  return {
    // One check at a time, however many callers ask.
    isLost: () =>
      (asking ??= look().finally(() => {
        asking = undefined;
      })),
  };
}
