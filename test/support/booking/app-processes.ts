import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { codeOf, LOADER } from '../code.js';
import { testDatabaseUri } from '../hooks.js';
import type { LoggedIn } from '../../../server/scratch/make-sessions.js';
import type { Death } from './app-process.js';
import { EVE } from './conference.js';

export const SECRET = 'test-secret-test-secret-test-secret';

/** App processes over the test database; `stopAll` leaves none behind. */
export class AppProcesses {
  #children: ChildProcess[] = [];

  async start(options: { withoutClaims?: boolean; mongodbUri?: string } = {}): Promise<AppProcess> {
    const told = { mongodbUri: testDatabaseUri(), secret: SECRET, now: EVE.toISOString(), ...options };
    const child = fork(codeOf('test/support/booking/app-process'), [JSON.stringify(told)], {
      execArgv: LOADER,
    });
    this.#children.push(child);
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new AppProcess(child, `http://127.0.0.1:${String(port)}`);
  }

  async stopAll(): Promise<void> {
    const running = this.#children.filter((child) => child.exitCode === null && child.signalCode === null);
    this.#children = [];
    await Promise.all(
      running.map(async (child) => {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      }),
    );
  }
}

export class AppProcess {
  constructor(
    readonly child: ChildProcess,
    readonly origin: string,
  ) {}

  /** It will kill itself at that call to the database, before or right after making it. */
  async dieAt(death: Death): Promise<void> {
    this.child.send(death);
    await once(this.child, 'message');
  }

  get(person: LoggedIn, address: string): Promise<Response> {
    return fetch(`${this.origin}${address}`, { headers: { cookie: person.cookie, accept: 'text/html' } });
  }

  post(person: LoggedIn, address: string, fields: Record<string, string>): Promise<Response> {
    return fetch(`${this.origin}${address}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: person.cookie, accept: 'text/html' },
      body: new URLSearchParams({ _csrf: person.csrf, ...fields }),
    });
  }
}
