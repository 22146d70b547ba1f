import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { codeOf, LOADER } from '../code.js';
import { testDatabaseUri } from '../hooks.js';
import type { LoggedIn } from '../../../server/scratch/make-sessions.js';
import type { Death } from './app-process.js';
import { until } from '../database/scratch.js';
import { EVE } from './conference.js';

export const SECRET = 'test-secret-test-secret-test-secret';

/** App processes over the test database, with one clock; `stopAll` leaves none behind. */
export class AppProcesses {
  #children: ChildProcess[] = [];
  readonly #aheadMs = EVE.getTime() - Date.now();

  /** Their time. It goes on from `EVE`, since which of two holds is older is asked across processes. */
  now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }

  async start(options: { withoutClaims?: boolean; mongodbUri?: string } = {}): Promise<AppProcess> {
    const told = { mongodbUri: testDatabaseUri(), secret: SECRET, aheadMs: this.#aheadMs, ...options };
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

  /** Reads a page, as often as a busy machine makes the database count as away. */
  get(person: LoggedIn, address: string): Promise<Response> {
    return this.#insist(() => this.ask(person, address));
  }

  /** Sends a form, as often as a busy machine makes the database count as away: to what has a key it is the same form. */
  post(person: LoggedIn, address: string, fields: Fields): Promise<Response> {
    return this.#insist(() => this.ask(person, address, fields));
  }

  /** Reads a page, or sends a form, once. */
  ask(person: LoggedIn, address: string, fields?: Fields): Promise<Response> {
    return fetch(`${this.origin}${address}`, {
      headers: { cookie: person.cookie, accept: 'text/html' },
      redirect: fields ? 'manual' : 'follow',
      ...(fields && {
        method: 'POST',
        body: new URLSearchParams(Object.entries({ _csrf: person.csrf, ...fields }).flatMap(eachOf)),
      }),
    });
  }

  async #insist(ask: () => Promise<Response>): Promise<Response> {
    for (;;) {
      const answer = await ask();
      if (answer.status !== 503) return answer;
      await answer.text();
      await until(async () => (await fetch(`${this.origin}/readyz`)).ok);
    }
  }
}

type Fields = Record<string, string | string[]>;

/** A field that is sent several times, once with each of its values. */
function eachOf([name, values]: [string, string | string[]]): [string, string][] {
  return [values].flat().map((value) => [name, value]);
}
