import { pino, type Logger } from 'pino';

export type Log = Logger;

/**
 * The installation's log: one JSON line an entry. Entries carry ids and counts only; whatever might name a person,
 * an address or a secret is cut out here as a second line of defence.
 */
export function createLog(level = process.env.LOG_LEVEL ?? 'info'): Log {
  return pino({
    level,
    base: null,
    redact: {
      paths: [
        'email',
        'name',
        'token',
        'password',
        '*.email',
        '*.name',
        '*.token',
        '*.password',
        'req.headers',
        'res.headers',
      ],
      remove: true,
    },
    serializers: { err: errorWithoutData },
  });
}

/** An error's type, code and stack without its message: driver and validation messages quote the values they were given. */
function errorWithoutData(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: error.name,
    code: (error as { code?: unknown }).code,
    stack: frames.slice(0, 12).join('\n'),
  };
}
