import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { followRequests, type Leave } from '../../server/web/follow-requests.js';
import { seededRandom } from '../support/seed.js';

const RESTARTS = 10;
const CLIENTS = 16;
const HOURS = 9 * 3600_000;

interface Backend {
  port: number;
  agent: Agent;
  leave(waits?: Partial<Leave>): Promise<void>;
}

describe('a rolling restart behind a proxy that keeps its connections', () => {
  const chance = seededRandom();
  const random = (most: number): number => Math.floor(chance() * most);
  let answered = 0;

  const agents: Agent[] = [];
  function agentOf(): Agent {
    const agent = new Agent({ keepAlive: true, maxSockets: 64 });
    agents.push(agent);
    return agent;
  }

  async function startBackend(): Promise<Backend> {
    const server = createServer((req, res) => {
      req.resume().on('end', () => {
        setTimeout(() => {
          answered++;
          res.end('done');
        }, random(12));
      });
    });
    server.keepAliveTimeout = 60_000;
    const leave = followRequests(server);
    const port = await listen(server);
    return {
      port,
      agent: agentOf(),
      // No connection is idle for long: the clients use each again, whenever they get a turn.
      leave: (waits) => leave({ pauseMs: 10, idleMs: 60_000, longestMs: 60_000, ...waits }),
    };
  }

  async function listen(server: Server): Promise<number> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  /** Sends it to one of those that live; to the other where nobody takes the connection. Anything else is lost. */
  function forward(backends: readonly Backend[], turn: number): Promise<number> {
    const backend = backends[turn % backends.length]!;
    return new Promise((resolve, reject) => {
      const sent = request({ port: backend.port, agent: backend.agent, method: 'POST' }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNREFUSED') resolve(forward(backends, turn + 1));
        else reject(error);
      });
      sent.end('note=hello');
    });
  }

  it('loses no request and resets none', async () => {
    const backends = [await startBackend(), await startBackend()];
    const lost: string[] = [];
    let sent = 0;
    let isOver = false;
    const clients = Array.from({ length: CLIENTS }, async () => {
      while (!isOver) {
        const status = await forward(backends, sent++).catch((error: unknown) => String(error));
        if (status !== 200) lost.push(String(status));
        await delay(random(4));
      }
    });
    for (let restart = 0; restart < RESTARTS; restart++) {
      const leaving = backends[restart % 2]!;
      // Until the proxy has its connections again.
      const enough = answered + 400;
      while (answered < enough) await delay(5);
      await leaving.leave();
      backends[restart % 2] = await startBackend();
    }
    isOver = true;
    await Promise.all(clients);
    await Promise.all(backends.map(({ leave }) => leave({ idleMs: 0 })));
    for (const agent of agents) agent.destroy();
    assert.deepEqual(lost, []);
    assert.equal(answered, sent);
  });

  it('says Connection: close once it leaves, ends progress, and lets a request under way finish', async () => {
    let finish = (): void => undefined;
    const server = createServer((req, res) => {
      if (req.url === '/progress') {
        res.setHeader('Content-Type', 'text/event-stream');
        res.flushHeaders();
      } else if (req.url === '/slow') finish = () => res.end('done');
      else res.end('ok');
    });
    const leave = followRequests(server);
    const origin = `http://127.0.0.1:${String(await listen(server))}`;
    assert.equal((await fetch(origin)).headers.get('connection'), 'keep-alive');
    const progress = await fetch(`${origin}/progress`);
    const slow = fetch(`${origin}/slow`);
    await once(server, 'request');
    const left = leave({ pauseMs: 0, idleMs: 50, longestMs: HOURS });
    assert.equal(await progress.text(), '');
    finish();
    const answer = await slow;
    assert.deepEqual([answer.headers.get('connection'), await answer.text()], ['close', 'done']);
    await left;
    await assert.rejects(fetch(origin));
  });

  it('ends an idle connection long before it gives up on a request, and in the end that one too', async () => {
    for (const [address, waits] of [
      ['/', { pauseMs: 0, idleMs: 50, longestMs: HOURS }],
      ['/never', { pauseMs: 0, idleMs: 50, longestMs: 50 }],
    ] as const) {
      const server = createServer((req, res) => {
        if (req.url === '/') res.end('ok');
      });
      server.keepAliveTimeout = HOURS;
      const leave = followRequests(server);
      const port = await listen(server);
      const agent = agentOf();
      const sent = request({ port, agent, path: address });
      const cut = address === '/never' ? once(sent, 'error') : undefined;
      const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
      answered.catch(() => undefined);
      sent.end();
      if (cut) await once(server, 'request');
      else await once((await answered)[0].resume(), 'end');
      await leave(waits);
      await cut;
      agent.destroy();
    }
  });
});
