import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** What a process of a bench can be told to do, by name. Arguments and results go through JSON. */
export type Commands = Record<string, (argument: never) => Promise<unknown>>;

type Answer = { value: unknown } | { error: string };

/** A process of a bench, seen from the one that started it. */
export class Child<C extends Commands> {
  readonly #process: ChildProcess;

  /** @param file beside this one; @param profile a folder for its CPU profile, written when it ends */
  constructor(file: string, told: unknown, profile?: string) {
    this.#process = fork(path.join(import.meta.dirname, file), [JSON.stringify(told)], {
      execArgv: [
        '--import',
        import.meta.resolve('tsx'),
        ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${path.resolve(profile)}`] : []),
      ],
    });
  }

  /** Has it do one thing, and waits. @throws Error with its words when it cannot, or when it ended */
  async call<K extends keyof C & string>(
    name: K,
    ...argument: Parameters<C[K]>
  ): Promise<Awaited<ReturnType<C[K]>>> {
    const ended = new AbortController();
    const gone = once(this.#process, 'exit', { signal: ended.signal }).then(() => ({
      error: `The process ended while it was at ${name}.`,
    }));
    const message = once(this.#process, 'message', { signal: ended.signal });
    const [given]: unknown[] = argument;
    this.#process.send([name, given ?? null]);
    try {
      const answer = await Promise.race([message.then(([first]) => first as Answer), gone]);
      if ('error' in answer) throw new Error(answer.error);
      return answer.value as Awaited<ReturnType<C[K]>>;
    } finally {
      // Whichever did not happen is waited for no longer.
      for (const other of [gone, message]) other.catch(() => undefined);
      ended.abort();
    }
  }

  /** Lets it end by itself. */
  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    if (this.#process.connected) this.#process.disconnect();
    await gone;
  }
}

/** The other side: what the process was told at its start, for it to believe. */
export function told(): unknown {
  return JSON.parse(process.argv[2] ?? '{}');
}

/** Does what it is told, one thing at a time, until the parent lets go. */
export function serve(commands: Commands, close: () => Promise<void>): void {
  process.on('message', ([name, argument]: [string, never]) => {
    const command = commands[name];
    const work = command ? command(argument) : Promise.reject(new Error(`There is no ${name}.`));
    work.then(
      (value) => process.send?.({ value: value ?? null }),
      (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
    );
  });
  process.once('disconnect', () => void close());
}
