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
import { makeSessions, type LoggedIn } from '../support/sessions.js';
import { fieldsOf, fill } from '../support/permissions/addresses.js';
import type { Place } from '../support/permissions/place.js';
import { openPlace } from '../support/permissions/readers.js';

/** Who is logged out cannot send any more. */
const ENDS_SESSIONS = /^\/logout$|\/block$/;

/** Names that fields of our forms have, beside those that `fieldsOf` knows a value for. */
const MORE_NAMES =
  `accountName adult moves notice rules allowed barcode breakMinutes cancelHoursBefore capacity change cleverSchool clientId clientSecret code
  act bookedSubject bookedText cancelledText communityId data date day days description district elsewhere email format from gapMinutes id intent kind kinds meet member message minutes month
  new next note number officeEmail officePhone one only opensAt closesAt password perHousehold perStudent perTeacherAndDay perStudentAndTeacher place pairs page q reason reminders replyTo room seen size state
  staffAnytime stop stopHoursBefore template term terms timeZone to token typed understood user values was who whole year`.split(
    /\s+/,
  );
const NUMBERS =
  `allowed capacity hour gapMinutes minutes breakMinutes perHousehold day month year page size stopHoursBefore`.split(
    ' ',
  );
const LISTS = [
  'fields',
  'moves',
  'rules',
  'ids',
  'resources',
  'students',
  'schools',
  'terms',
  'term',
  'days',
  'kinds',
  'pairs',
];

/** Worst cases of what reads a field: regexes, numbers, trimming, broken percent signs. */
const PATTERNS: Record<string, (length: number) => string> = {
  letters: (length) => 'x'.repeat(length),
  digits: (length) => `1${'0'.repeat(Math.max(0, length - 4))}1e1`,
  spaces: (length) => `a${'+'.repeat(Math.max(0, length - 2))}a`,
  controls: (length) => `a${'%00'.repeat(Math.max(0, Math.floor((length - 2) / 3)))}a`,
  percent: (length) => '%'.repeat(length),
  garbage: (length) => '%f0%9f'.repeat(Math.floor(length / 6)),
  addresses: (length) => `a@${'a.'.repeat(Math.max(0, Math.floor((length - 2) / 2)))}`,
  brackets: (length) => '[a]'.repeat(Math.floor(length / 3)),
};

/** Whether the fields of a form are looked at: who is refused before is refused in every shape of them. */
function isReadOf({ who }: Sender, path: string): boolean {
  if (who === 'administrator of the account') return true;
  const isOpen = /^\/(setup|login|forgot|password|prove|invitation|choose-school)/.test(path);
  return who === 'nobody'
    ? isOpen || path.endsWith('/register')
    : who === 'a parent' && path.startsWith('/e/');
}

interface Sender {
  who: string;
  login: LoggedIn;
  bytes: number;
  fields: number;
}

describe('the largest forms that are accepted', function () {
  this.timeout(400_000);
  let test: TestApp;
  let server: Server;
  let place: Place;
  let senders: Sender[];

  before(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(new Date('2026-11-23T18:00:00Z'));
    const made = await openPlace();
    place = made.place;
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

  const made = new Map<string, [string, string][]>();

  /** The worst bodies of the largest size, the same for many addresses. The token comes first, so that they get past it. */
  function bodiesFor(sender: Sender, isLong: boolean, isRead: boolean): [string, string][] {
    const key = [sender.who, isLong, isRead].join(' ');
    const bodies = made.get(key) ?? makeBodies(sender, isLong, isRead);
    made.set(key, bodies);
    return bodies;
  }

  function makeBodies(sender: Sender, isLong: boolean, isRead: boolean): [string, string][] {
    const { bytes, fields } = isLong ? { bytes: 300_000, fields: 6_000 } : sender;
    const known = { ...fieldsOf(place), email: 'x@example.org', password: 'x'.repeat(12) };
    const names = [...new Set([...Object.keys(known), ...MORE_NAMES])];
    const token = `_csrf=${sender.login.csrf}`;
    const good = Object.entries(known)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&');
    const room = bytes - token.length - 10;
    const bodies: [string, string][] = [];
    const add = (what: string, parts: string) => bodies.push([what, `${token}&${parts}`.slice(0, bytes)]);
    add('many keys', Array.from({ length: fields - 1 }, (_, n) => `k${n}=1`).join('&'));
    add('many numbers', Array.from({ length: fields - 1 }, (_, n) => `${n * 7919}=1`).join('&'));
    add(
      'types',
      Array.from({ length: fields - 1 }, (_, n) => `type-${n.toString(16).padStart(24, '0')}=x`).join('&'),
    );
    add('signs', '&'.repeat(fields - 2));
    if (!isRead) return bodies;
    for (const name of LISTS) {
      const others = good.split('&').filter((pair) => !pair.startsWith(`${name}=`));
      const count = Math.min(
        fields - 1 - others.length,
        Math.floor((room - good.length) / (name.length + 26)),
      );
      const list = (valueOf: (n: number) => string) =>
        [...others, ...Array.from({ length: count }, (_, n) => `${name}=${valueOf(n)}`)].join('&');
      add(
        `${name} at most`,
        list((n) => n.toString(16).padStart(24, '0')),
      );
      add(
        `${name} of one`,
        list(() => 'x'),
      );
    }
    for (const [what, make] of Object.entries(PATTERNS)) {
      const each = Math.floor(room / names.length) - 30;
      add(`${what} everywhere`, names.map((name) => `${name}=${make(each)}`).join('&'));
    }
    return bodies;
  }

  /** The token and one number of the largest size. */
  function numbersFor(sender: Sender): [string, string][] {
    return NUMBERS.map((name) => {
      const head = `_csrf=${sender.login.csrf}&${name}=`;
      return [name, head + PATTERNS.digits!(sender.bytes - head.length)];
    });
  }

  /** Sends all of them; what holds the loop for too long at each of several looks is told. */
  async function faultsOf(sender: Sender, address: string, bodies: [string, string][]): Promise<string[]> {
    const held = await loopHeldBy(async () => {
      for (const [what, body] of bodies) {
        const status = await post(sender, address, body);
        assert.ok(status < 500 && status !== 413, `${sender.who} ${address} ${what}: ${status}`);
      }
    });
    if (held <= MOST_HELD) return [];
    const faults: string[] = [];
    for (const [what, body] of bodies) {
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
    for (const path of routes)
      for (const sender of senders) {
        const isLong = LONG_FORMS.includes(path) && sender.who !== 'nobody';
        faults.push(
          ...(await faultsOf(sender, fill(path, place), bodiesFor(sender, isLong, isReadOf(sender, path)))),
        );
      }
    assert.deepEqual(faults, []);
  });

  it('nor does one number that is as long as a form may be', async () => {
    const faults: string[] = [];
    const sender = senders.find(({ who }) => who === 'administrator of the account')!;
    for (const path of postRoutes())
      faults.push(...(await faultsOf(sender, fill(path, place), numbersFor(sender))));
    assert.deepEqual(faults, []);
  });
});
