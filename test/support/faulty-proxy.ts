import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

/** What becomes of the next message of a connection. */
export type Fate = 'pass' | 'swallow' | 'cut' | 'stall' | 'late';

/** Of the questions that match, counted from 1, one is lost or breaks off, or its answer. */
export interface Loss {
  of: RegExp;
  nth: number;
  way: 'question' | 'answer';
  fate: Fate;
}

export interface FaultyProxy {
  /** For MONGODB_URI. */
  uri: string;
  /**
   * Decides about each message: a question on its way to the database, or an answer on its way back. Given whole, but of one of
   * more than 1 MB, whose beginning it gets.
   */
  decide: (way: 'question' | 'answer', message: Buffer) => Fate;
  /** Is told of each message that is swallowed: the app's own port of that connection. */
  onSwallow: (port: number) => void;
  /** By how much a `late` message is late. */
  lateMs: number;
  /** Hands on everything until a question matches, that one still, and nothing after it. @returns once that question came */
  holdAfter(question: RegExp): Promise<void>;
  /** Loses what is named, by count, so that how fast the machine is changes nothing. @returns what was lost; it grows */
  lose(losses: readonly Loss[]): Loss[];
  /** Waits until a connection has stalled. */
  stalled(): Promise<void>;
  /** Cuts every connection. */
  cut(): void;
  close(): Promise<void>;
}

/**
 * Stands between the app and its database, on loopback, and can lose answers (`swallow`), break a message off in the middle (`cut`), or
 * read no more from a connection (`stall`), until told otherwise; or hand a message on a while later (`late`).
 * @param databaseUri of a database on a Unix socket or a host and port
 */
export async function startFaultyProxy(databaseUri: string): Promise<FaultyProxy> {
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
  const listener = net.createServer((app) => {
    const database = net.connect(addressOf(databaseUri));
    const both = [app, database] as const;
    const end = (): void => {
      for (const socket of both) socket.destroy();
    };
    for (const socket of both) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          end();
        });
    }
    const decide = (way: 'question' | 'answer', message: Buffer): Fate => {
      const fate = proxy.decide(way, message);
      if (fate === 'swallow' && app.remotePort !== undefined) proxy.onSwallow(app.remotePort);
      return fate;
    };
    relay(
      app,
      database,
      (message) => decide('question', message),
      () => proxy.lateMs,
      end,
      () => {
        for (const resolve of waiting.splice(0)) resolve();
      },
    );
    relay(
      database,
      app,
      (message) => decide('answer', message),
      () => proxy.lateMs,
      end,
      () => undefined,
    );
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const proxy: FaultyProxy = {
    uri: `mongodb://127.0.0.1:${String(port)}/slotbell?directConnection=true&retryWrites=false`,
    decide: () => 'pass',
    onSwallow: () => undefined,
    lateMs: 0,
    holdAfter: (question) =>
      new Promise((resolve) => {
        let isHeld = false;
        proxy.decide = (way, message) => {
          if (isHeld) return 'swallow';
          isHeld = way === 'question' && question.test(message.toString('latin1', 0, HEAD));
          if (isHeld) resolve();
          return 'pass';
        };
      }),
    lose(losses) {
      const lost: Loss[] = [];
      const counts: number[] = [];
      /** By the question's number, which its answer names. */
      const doomed = new Map<number, Loss>();
      proxy.decide = (way, message) => {
        let loss: Loss | undefined;
        if (way === 'answer') {
          loss = doomed.get(message.readInt32LE(ANSWER_TO));
          doomed.delete(message.readInt32LE(ANSWER_TO));
        } else {
          const head = message.toString('latin1', 0, HEAD);
          loss = losses.find(({ of, nth }, n) => {
            if (of.test(head)) counts[n] = (counts[n] ?? 0) + 1;
            return of.test(head) && counts[n] === nth;
          });
          if (loss?.way === 'answer') doomed.set(message.readInt32LE(NUMBER), loss);
        }
        if (loss?.way !== way) return 'pass';
        lost.push(loss);
        return loss.fate;
      };
      return lost;
    },
    stalled: () => new Promise((resolve) => waiting.push(resolve)),
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      listener.close();
      proxy.cut();
      await once(listener, 'close');
    },
  };
  return proxy;
}

const LARGE = 1_000_000;
/** Where a message says its number, and where that of the question it answers. */
const NUMBER = 4;
const ANSWER_TO = 8;
/** So many bytes of a message name the command and the collection. */
const HEAD = 200;

/** Hands whole messages on, each as its fate is; the first four bytes of a message are its length. */
function relay(
  from: Socket,
  to: Socket,
  decide: (message: Buffer) => Fate,
  lateMs: () => number,
  end: () => void,
  onStall: () => void,
): void {
  let kept = Buffer.alloc(0);
  let fate: Fate | undefined;
  const handOn = (chunk: Buffer): void => {
    kept = Buffer.concat([kept, chunk]);
    while (kept.length >= 4) {
      const bytes = kept.readInt32LE(0);
      if (kept.length < bytes && kept.length < LARGE) return;
      fate ??= decide(kept.subarray(0, bytes));
      if (fate === 'stall') {
        from.pause();
        onStall();
        return;
      }
      if (kept.length < bytes) return;
      const message = kept.subarray(0, bytes);
      if (fate === 'late') {
        from.pause();
        setTimeout(() => {
          fate = 'pass';
          from.resume();
          handOn(Buffer.alloc(0));
        }, lateMs());
        return;
      }
      if (fate === 'pass') to.write(message);
      if (fate === 'cut') to.write(message.subarray(0, bytes >> 1), end);
      kept = kept.subarray(bytes);
      fate = undefined;
    }
  };
  from.on('data', handOn);
}

/** A question that writes to the collection. */
export function writeOf(collection: string): RegExp {
  return new RegExp(`(insert|update|findAndModify)\\0.{4}${collection}\\0`, 's');
}

function addressOf(uri: string): { path: string } | { host: string; port: number } {
  const [, place = ''] = /^mongodb:\/\/(?:[^@/]*@)?([^/?,]+)/.exec(uri) ?? [];
  if (place.includes('%2F')) return { path: decodeURIComponent(place) };
  const [host = '127.0.0.1', port = '27017'] = place.split(':');
  return { host, port: Number(port) };
}
