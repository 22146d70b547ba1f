import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give out by themselves, one of which somebody else may have by the time that a process listens. */
const [FIRST, LAST] = [20_000, 30_000];

/** A port for a process that a test starts and that has to be told one. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    const server = createServer();
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
