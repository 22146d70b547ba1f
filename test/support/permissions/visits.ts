import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { Agent, request, type Server } from 'node:http';
import type { Express } from 'express';
import type { Deps } from '../../../server/deps.js';
import type { User } from '../../../server/models/user.js';
import type { LoggedIn } from '../../../server/scratch/make-sessions.js';
import { makeSessions } from '../../../server/scratch/make-sessions.js';

export interface Answer {
  status: number;
  location: string;
  text: string;
}

/** The app behind a port of its own: thousands of requests need no thousands of servers. */
export class Visits {
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly server: Server,
    private readonly sessions: Map<string, LoggedIn>,
  ) {}

  static async open(app: Express, deps: Deps, users: User[]): Promise<Visits> {
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    // On a busy machine the usual 5 s pass between two requests: the second would find the connection closed.
    server.keepAliveTimeout = 60_000;
    const made = await makeSessions(users, deps.config.appSecret, deps.now());
    return new Visits(server, new Map(users.map((user, at) => [user._id.toHexString(), made[at]!])));
  }

  close(): void {
    this.agent.destroy();
    this.server.closeAllConnections();
    this.server.close();
  }

  async get(user: User | undefined, path: string): Promise<Answer> {
    return this.ask(user, path);
  }

  async post(user: User | undefined, path: string, fields: Record<string, string>): Promise<Answer> {
    return this.send(user, path, Object.entries({ _csrf: this.of(user)?.csrf ?? '', ...fields }));
  }

  /** Posts fields as they are: a name may stand in it several times, and no token comes with it but one of its own. */
  async send(user: User | undefined, path: string, fields: [string, string][]): Promise<Answer> {
    return this.ask(user, path, new URLSearchParams(fields).toString());
  }

  tokenOf(user: User): string {
    return this.of(user)?.csrf ?? '';
  }

  private of(user: User | undefined): LoggedIn | undefined {
    return user && this.sessions.get(user._id.toHexString());
  }

  private ask(user: User | undefined, path: string, body?: string): Promise<Answer> {
    const { port } = this.server.address() as AddressInfo;
    const cookie = this.of(user)?.cookie;
    const headers = {
      accept: 'text/html',
      ...(cookie ? { cookie } : {}),
      ...(body === undefined
        ? {}
        : {
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': String(Buffer.byteLength(body)),
          }),
    };
    const method = body === undefined ? 'GET' : 'POST';
    // Not by fetch, which takes as much of the processor as the app does to answer.
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, agent: this.agent, method, path, headers }, (answer) => {
        let text = '';
        answer
          .setEncoding('utf8')
          .on('data', (chunk: string) => (text += chunk))
          .on('error', reject)
          .on('end', () => {
            resolve({ status: answer.statusCode ?? 0, location: answer.headers.location ?? '', text });
          });
      })
        .on('error', reject)
        .end(body);
    });
  }
}
