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
import { fieldsReadBy, type Fields } from '../support/web/watch-fields.js';

/** Who is logged out cannot send any more. */
const ENDS_SESSIONS = /^\/logout$|\/block$/;

/** Names that fields of our forms have, beside those that `fieldsOf` knows a value for. */
const MORE_NAMES =
  `accountName allowed barcode breakMinutes cancelHoursBefore capacity change cleverSchool clientId clientSecret code
  act bookedSubject bookedText cancelledText communityId data date day days description district elsewhere email format from gapMinutes id intent kind kinds meet member message minutes month
  new next note number officeEmail officePhone one only opensAt closesAt password perHousehold perStudent perTeacherAndDay perStudentAndTeacher place pairs page q reason reminders replyTo room seen size state
  staffAnytime stop stopHoursBefore template term terms timeZone to token typed understood user values was who whole year`.split(
    /\s+/,
  );
/** Read as numbers, whatever the type of their schema. */
const NUMBERS =
  `allowed capacity hour gapMinutes minutes breakMinutes perHousehold day month year page size stopHoursBefore`.split(
    ' ',
  );
/** Read as lists, whatever the type of their schema. */
const LISTS = [
  'fields',
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

/** What it is called, and itself. */
type Body = [name: string, body: string];

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

  /** A body of the usual fields, rightly filled in, but for one. */
  function goodBut(name = ''): string {
    const known = { ...fieldsOf(place), email: 'x@example.org', password: 'x'.repeat(12) };
    return Object.entries(known)
      .filter(([key]) => key !== name)
      .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
      .join('&');
  }

  const tokenOf = ({ login }: Sender) => `_csrf=${login.csrf}`;

  /** The most that a form may be. */
  const sizeOf = ({ bytes, fields }: Sender, isLong: boolean) =>
    isLong ? { bytes: 300_000, fields: 6_000 } : { bytes, fields };

  const made = new Map<string, Body[]>();

  /** The worst bodies of the largest size, the same for many addresses. */
  function bodiesFor(sender: Sender, isLong: boolean, isRead: boolean): Body[] {
    const key = [sender.who, isLong, isRead].join(' ');
    const bodies = made.get(key) ?? makeBodies(sender, isLong, isRead);
    made.set(key, bodies);
    return bodies;
  }

  function makeBodies(sender: Sender, isLong: boolean, isRead: boolean): Body[] {
    const { bytes, fields } = sizeOf(sender, isLong);
    const names = [...new Set([...Object.keys(fieldsOf(place)), 'email', 'password', ...MORE_NAMES])];
    const token = tokenOf(sender);
    const room = bytes - token.length - 10;
    const bodies: Body[] = [];
    // The token comes first, so that they get past it.
    const add = (what: string, parts: string) => bodies.push([what, `${token}&${parts}`.slice(0, bytes)]);
    add('many keys', Array.from({ length: fields - 1 }, (_, n) => `k${n}=1`).join('&'));
    add('many numbers', Array.from({ length: fields - 1 }, (_, n) => `${n * 7919}=1`).join('&'));
    add(
      'types',
      Array.from({ length: fields - 1 }, (_, n) => `type-${n.toString(16).padStart(24, '0')}=x`).join('&'),
    );
    add('signs', '&'.repeat(fields - 2));
    if (!isRead) return bodies;
    for (const [what, make] of Object.entries(PATTERNS)) {
      const each = Math.floor(room / names.length) - 30;
      add(`${what} everywhere`, names.map((name) => `${name}=${make(each)}`).join('&'));
    }
    return bodies;
  }

  /** Lists of the largest size under those of the names under which an address reads a list. */
  function listsFor(sender: Sender, isLong: boolean, read: Fields): Body[] {
    const { bytes, fields } = sizeOf(sender, isLong);
    const token = tokenOf(sender);
    return namesOf(read, 'array', LISTS).flatMap((name): Body[] => {
      const others = goodBut(name);
      const room = bytes - token.length - others.length - 10;
      const count = Math.min(
        fields - 1 - others.split('&').length,
        Math.floor(room / (encodeURIComponent(name).length + 26)),
      );
      const list = (valueOf: (n: number) => string) =>
        [token, others, ...Array.from({ length: count }, (_, n) => `${name}=${valueOf(n)}`)].join('&');
      return [
        [`${name} at most`, list((n) => n.toString(16).padStart(24, '0'))],
        [`${name} of one`, list(() => 'x')],
      ];
    });
  }

  /** The token and one number of the largest size, under each name under which an address reads a number. */
  function numbersFor(sender: Sender, read: Fields): Body[] {
    return namesOf(read, 'number', NUMBERS).map((name) => {
      const head = `${tokenOf(sender)}&${name}=`;
      return [name, head + PATTERNS.digits!(sender.bytes - head.length)];
    });
  }

  /** Sends all of them; what holds the loop for too long at each of several looks is told. */
  async function faultsOf(sender: Sender, address: string, bodies: Body[]): Promise<string[]> {
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
    const refused = new Set<string>();
    let lists = 0;
    for (const path of routes)
      for (const sender of senders) {
        const address = fill(path, place);
        const isLong = LONG_FORMS.includes(path) && sender.who !== 'nobody';
        const isRead = isReadOf(sender, path);
        const read = await fieldsReadBy(async () => {
          if (isRead) await post(sender, address, `${tokenOf(sender)}&${goodBut()}`);
          const bodies = bodiesFor(sender, isLong, isRead);
          // Somebody who is refused is refused by the same code everywhere: all shapes once, then one an address.
          const kind = `${sender.who} ${isLong}`;
          const shapes = isRead || !refused.has(kind) ? bodies : bodies.slice(0, 1);
          if (!isRead) refused.add(kind);
          faults.push(...(await faultsOf(sender, address, shapes)));
        });
        if (!isRead) continue;
        const bodies = listsFor(sender, isLong, read);
        lists += bodies.length;
        faults.push(...(await faultsOf(sender, address, bodies)));
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
      const body = `${tokenOf(sender)}&${goodBut()}`;
      const bodies = numbersFor(sender, await fieldsReadBy(() => post(sender, address, body)));
      numbers += bodies.length;
      if (bodies.length > 0) faults.push(...(await faultsOf(sender, address, bodies)));
    }
    assert.deepEqual(faults, []);
    assert.ok(numbers > 10, `only ${numbers} numbers were found`);
  });
});

/** The names of the fields that are of this type, and of those that are known to be. */
function namesOf(read: Fields, type: string, known: readonly string[]): string[] {
  return [...read].flatMap(([name, types]) => (types.has(type) || known.includes(name) ? [name] : []));
}
