import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { codeOf, LOADER } from '../code.js';

/** Starts app processes for tests; none outlives `killAll`. */
export class Apps {
  #started: App[] = [];

  /** @returns once it has connected, or failed to */
  async start(options: { dataDir: string; mongodbUri?: string }): Promise<App> {
    const app = new App(options);
    this.#started.push(app);
    app.greeting = await app.answer();
    return app;
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#started.splice(0).map((app) => app.signal('SIGKILL')));
  }
}

class App {
  greeting: unknown;
  #process: ChildProcess;

  constructor(options: object) {
    this.#process = fork(codeOf('test/support/database/app-process'), [JSON.stringify(options)], {
      // In a process group of its own, so that a test can press Ctrl-C on it.
      detached: true,
      execArgv: LOADER,
    });
  }

  async answer(): Promise<unknown> {
    const [message] = (await once(this.#process, 'message')) as [unknown];
    return message;
  }

  async ask(command: string, value = ''): Promise<unknown> {
    this.#process.send([command, value]);
    return this.answer();
  }

  /** @returns its exit code, null when a signal ended it */
  async close(how = ''): Promise<number | null> {
    this.#process.send(['close', how]);
    const [code] = (await once(this.#process, 'exit')) as [number | null];
    return code;
  }

  /** To the whole process group, as a terminal does it. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const { pid, exitCode, signalCode } = this.#process;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    process.kill(-pid, signal);
    await gone;
  }
}
