/** The driver finds a database that is back within a few seconds; after this long it never does. */
const RECOVERY_MS = 30_000;

export interface Recovery {
  /** Whether this process has lost a database that answers others: only a restart helps. To be asked again and again. */
  isLost(): Promise<boolean>;
}

/**
 * @param ready asks the database over the connections that the app uses
 * @param answersAnew asks it over a connection of its own
 * @param now in milliseconds, of a clock that only goes on
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
    // One question at a time, however many ask.
    isLost: () =>
      (asking ??= look().finally(() => {
        asking = undefined;
      })),
  };
}
