import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '../../../server/root.js';
import { SECRET } from '../booking/app-processes.js';
import { freePort } from '../free-port.js';
import { testDatabaseUri } from '../hooks.js';
import type { LoggedIn } from '../../../server/scratch/make-sessions.js';

export interface Answer {
  status: number;
  to: string;
  text: string;
}

/** `npm start` without npm, pages alone, on the test's database. */
export class Served {
  /** So few that each is used again long before a process that ends cuts those that are idle, on a machine that is slow too. */
  readonly agent = new Agent({ keepAlive: true, maxSockets: 4 });
  readonly #child: ChildProcess;

  private constructor(readonly port: number) {
    this.#child = spawn(process.execPath, ['server/start.mjs', 'server/index.js'], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        LOG_LEVEL: 'silent',
        RUN_JOBS: 'false',
        HOST: '127.0.0.1',
        PORT: String(port),
        MONGODB_URI: testDatabaseUri(),
        APP_SECRET: SECRET,
        DATA_DIR: path.join(ROOT, 'data', 'never'),
        STOP_PAUSE_SECONDS: '0.2',
      },
    });
  }

  /** @returns once it may be sent requests */
  static async start(): Promise<Served> {
    const served = new Served(await freePort());
    const isReady = (): Promise<boolean> =>
      fetch(`http://127.0.0.1:${String(served.port)}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await isReady())) {
      if (served.#child.exitCode !== null) throw new Error('It did not start.');
      await delay(50);
    }
    return served;
  }

  /** @returns its exit code */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const gone = once(this.#child, 'exit');
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill(signal);
      await gone;
    }
    this.agent.destroy();
    return this.#child.exitCode;
  }
}

/** As a proxy does it: over kept connections, in turn, to another one where nobody takes the connection. Anything else is lost. */
export function send(
  backends: readonly Served[],
  turn: number,
  { cookie, csrf }: LoggedIn,
  address: string,
  fields?: Record<string, string>,
): Promise<Answer> {
  const { port, agent } = backends[turn % backends.length]!;
  const body = fields ? new URLSearchParams({ _csrf: csrf, ...fields }).toString() : '';
  const headers = {
    cookie,
    accept: 'text/html',
    ...(fields
      ? { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) }
      : {}),
  };
  const method = fields ? 'POST' : 'GET';
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, agent, method, path: address, headers }, (answer) => {
      let text = '';
      answer
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('error', reject)
        .on('end', () =>
          resolve({ status: answer.statusCode ?? 0, to: answer.headers.location ?? '', text }),
        );
    });
    asked.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && backends.length > 1)
        resolve(send(backends, turn + 1, { cookie, csrf }, address, fields));
      else reject(error);
    });
    asked.end(body);
  });
}
