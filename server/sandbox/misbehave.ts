import type { Reply } from './reply.js';

/** What the sandbox should do wrong, for which requests (path and query, without a proxy's prefix), and how often (once by default). */
export interface Misbehaviour {
  match: RegExp;
  times?: number;
  kind:
    | '400'
    | '401'
    | '403'
    | '404'
    | '413'
    | '429'
    | '500'
    | '501'
    | '502'
    | '503'
    | 'slow'
    | 'trickle'
    | 'cut'
    | 'html'
    | 'truncated'
    | 'loop'
    | 'redirect'
    | 'huge';
  /** For `redirect`: the target. */
  location?: string;
  /** For `huge`: how many bytes. */
  bytes?: number;
}

/** What to do with the connection instead of a normal answer. */
export type Treatment = { reply: Reply } | { never: true } | { trickle: true } | { cut: Reply };

/** Orders for misbehavior, used up one by one; the first that matches counts. */
export function createMisbehaviour() {
  let orders: (Misbehaviour & { left: number })[] = [];
  return {
    order(misbehaviour: Misbehaviour): void {
      orders.push({ ...misbehaviour, left: misbehaviour.times ?? 1 });
    },
    /** The order for this address, if any; counts as used. */
    next(address: string): Misbehaviour | null {
      const order = orders.find(({ match }) => match.test(address));
      if (!order) return null;
      order.left -= 1;
      orders = orders.filter(({ left }) => left > 0);
      return order;
    },
    behave(): void {
      orders = [];
    },
  };
}

/** Changes the correct answer as ordered. */
export function spoil({ kind, location, bytes }: Misbehaviour, address: string, good: Reply): Treatment {
  switch (kind) {
    case 'slow':
      return { never: true };
    case 'trickle':
      return { trickle: true };
    case 'cut':
      return { cut: good };
    case 'html':
      return {
        reply: {
          status: 200,
          contentType: 'text/html',
          body: '<!doctype html><title>Sign in</title><p>Please sign in.',
        },
      };
    case 'truncated':
      return { reply: { ...good, body: good.body.slice(0, Math.ceil(good.body.length / 2)) } };
    case 'loop':
      return { reply: { ...good, body: withNext(good.body, address) } };
    case 'redirect':
      return { reply: { status: 302, body: '', headers: { location: location ?? 'http://127.0.0.1:1/' } } };
    case 'huge':
      return {
        reply: { status: 200, body: JSON.stringify({ data: [], padding: 'x'.repeat(bytes ?? 1_000_000) }) },
      };
    case '429':
      return { reply: { status: 429, body: '' } };
    case '502':
      return {
        reply: { status: 502, contentType: 'text/html', body: '<html><h1>502 Bad Gateway</h1></html>' },
      };
    case '503':
      return {
        reply: { status: 503, body: JSON.stringify({ code: 'unavailable', error: 'ordered by a test' }) },
      };
    default:
      return { reply: { status: Number(kind), body: JSON.stringify({ message: 'ordered by a test' }) } };
  }
}

/** A page that names itself as the next one. */
function withNext(body: string, address: string): string {
  const page = JSON.parse(body) as { links?: { rel: string; uri: string }[] };
  const links = (page.links ?? []).filter(({ rel }) => rel !== 'next');
  return JSON.stringify({ ...page, links: [...links, { rel: 'next', uri: address }] });
}
