import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../server/app.js';
import { LONG_FORMS } from '../../server/routes.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { leastHeldBy, loopHeldBy, MOST_HELD } from '../support/loop.js';
import { listRoutes } from '../support/routes.js';
import { makeSessions, type LoggedIn } from '../../server/scratch/make-sessions.js';
import { fill } from '../support/permissions/addresses.js';
import type { Place } from '../support/permissions/place.js';
import { openPlace } from '../support/permissions/readers.js';
import { LargestBodies, type Body, type Sender } from '../support/web/largest-bodies.js';
import { fieldsReadBy } from '../support/web/watch-fields.js';

/** Who is logged out cannot send any more. */
const ENDS_SESSIONS = /^\/logout$|\/block$/;

/** Whether the fields of a form are looked at: who is refused before is refused in every shape of them. */
function isReadOf({ who }: Sender, path: string): boolean {
  if (who === 'administrator of the account') return true;
  const isOpen = /^\/(setup|login|forgot|password|prove|invitation|unsubscribe|choose-school)/.test(path);
  return who === 'nobody'
    ? isOpen || /\/(register|enter)/.test(path)
    : who === 'a parent' && path.startsWith('/e/');
}

describe('the largest forms that are accepted', () => {
  let test: TestApp;
  let server: Server;
  let place: Place;
  let senders: Sender[];
  let bodies: LargestBodies;

  before(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(new Date('2026-11-23T18:00:00Z'));
    const made = await openPlace();
    place = made.place;
    bodies = new LargestBodies(place);
    const { readers } = made;
    server = createApp(test.deps).listen(0, '127.0.0.1');
    await once(server, 'listening');
    // On a busy machine the usual 5 s pass between two requests: the second would find the connection closed.
    server.keepAliveTimeout = 60_000;
    const known = readers.flatMap(({ who, user }) =>
      user && (who === 'a parent' || who.endsWith('of the account')) ? [{ who, user }] : [],
    );
    const logins = await makeSessions(
      known.map(({ user }) => user),
      test.deps.config.appSecret,
      test.deps.now(),
    );
    senders = known.map(({ who }, at) => ({ who, login: logins[at]!, bytes: 100_000, fields: 1_000 }));
    senders.push({ who: 'nobody', login: await stranger(), bytes: 32_000, fields: 1_000 });
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const origin = () => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

  /** A browser that has a form's token and is not logged in. */
  async function stranger(): Promise<LoggedIn> {
    const page = await fetch(`${origin()}/login`);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
    return { csrf, cookie: page.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
  }

  async function post({ login }: Sender, address: string, body: string): Promise<number> {
    const answer = await fetch(`${origin()}${address}`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        cookie: login.cookie,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body,
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  /** Sends all of them; what holds the loop for too long at each of several looks is told. */
  async function faultsOf(sender: Sender, address: string, sent: Body[]): Promise<string[]> {
    const held = await loopHeldBy(async () => {
      for (const [what, body] of sent) {
        const status = await post(sender, address, body);
        assert.ok(status < 500 && status !== 413, `${sender.who} ${address} ${what}: ${status}`);
      }
    });
    if (held <= MOST_HELD) return [];
    const faults: string[] = [];
    for (const [what, body] of sent) {
      const least = await leastHeldBy(() => post(sender, address, body));
      if (least > MOST_HELD) faults.push(`${sender.who} ${address} ${what}: ${least} ms`);
    }
    return faults;
  }

  const postRoutes = () =>
    new Set(
      listRoutes(createApp(test.deps))
        .filter(({ method, path }) => method === 'POST' && !ENDS_SESSIONS.test(path))
        .map(({ path }) => path),
    );

  it('hold the loop for 200 ms at most, in every shape, by everybody, at every address', async () => {
    const faults: string[] = [];
    const routes = postRoutes();
    assert.ok(routes.size > 60, [...routes].join('\n'));
    const refused = new Set<string>();
    let lists = 0;
    for (const path of routes)
      for (const sender of senders) {
        const address = fill(path, place);
        const isLong = LONG_FORMS.includes(path) && sender.who !== 'nobody';
        const isRead = isReadOf(sender, path);
        const read = await fieldsReadBy(async () => {
          if (isRead) await post(sender, address, bodies.good(sender));
          const shapes = bodies.bodiesFor(sender, isLong, isRead);
          // Somebody who is refused is refused by the same code everywhere: all shapes once, then one an address.
          const kind = `${sender.who} ${isLong}`;
          const sent = isRead || !refused.has(kind) ? shapes : shapes.slice(0, 1);
          if (!isRead) refused.add(kind);
          faults.push(...(await faultsOf(sender, address, sent)));
        });
        if (!isRead) continue;
        const sent = bodies.listsFor(sender, isLong, read);
        lists += sent.length;
        faults.push(...(await faultsOf(sender, address, sent)));
      }
    assert.deepEqual(faults, []);
    assert.ok(lists > 40, `only ${lists} lists were found`);
  });

  it('nor does one number that is as long as a form may be', async () => {
    const faults: string[] = [];
    const sender = senders.find(({ who }) => who === 'administrator of the account')!;
    let numbers = 0;
    for (const path of postRoutes()) {
      const address = fill(path, place);
      const read = await fieldsReadBy(() => post(sender, address, bodies.good(sender)));
      const sent = bodies.numbersFor(sender, read);
      numbers += sent.length;
      if (sent.length > 0) faults.push(...(await faultsOf(sender, address, sent)));
    }
    assert.deepEqual(faults, []);
    assert.ok(numbers > 10, `only ${numbers} numbers were found`);
  });
});
