import assert from 'node:assert/strict';
import { createApp } from '../../server/app.js';
import type { User } from '../../server/models/user.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { fieldsOf, fill } from '../support/permissions/addresses.js';
import type { Place } from '../support/permissions/place.js';
import { openPlace } from '../support/permissions/readers.js';
import { Visits } from '../support/permissions/visits.js';
import { listRoutes } from '../support/routes.js';

describe('fields that no form of ours sends', () => {
  let test: TestApp;
  let place: Place;
  let visits: Visits;
  let admin: User;
  let parent: User;
  let paths: string[];

  before(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(new Date('2026-11-23T18:00:00Z'));
    const made = await openPlace();
    place = made.place;
    const { readers } = made;
    const find = (who: string) => readers.find((reader) => reader.who === who)!.user!;
    [admin, parent] = [find('administrator of the account'), find('a parent')];
    visits = await Visits.open(test.app, test.deps, [admin, parent]);
    // It ends the session that all others are sent with.
    paths = listRoutes(createApp(test.deps))
      .filter(({ method, path }) => method === 'POST' && path !== '/logout')
      .map(({ path }) => path);
    assert.ok(paths.length > 80);
  });
  after(() => {
    visits.close();
  });

  const sender = (path: string) => (path.startsWith('/e/') ? parent : admin);
  const NAMES = [
    ...[
      'scope',
      'events',
      'contact',
      'reach',
      'was',
      'email',
      'tell',
      'as',
      'only',
      'clear',
      'all',
      'cleverSchool',
    ],
    ...[
      'district',
      'token',
      'clientId',
      'clientSecret',
      'kind',
      'kinds',
      'seen',
      'shown',
      'accessSeen',
      'format',
    ],
    ...[
      'again',
      'files',
      'lost',
      'q',
      'number',
      'month',
      'day',
      'year',
      'code',
      'offered',
      'note',
      'from',
      'to',
    ],
    ...[
      ...[
        'act',
        'group',
        'subject',
        'when',
        'sendAt',
        'nth',
        'fields',
        'meet',
        'reminders',
        'replyTo',
        'officePhone',
        'template',
        'typed',
        'bookedText',
      ],
      'capacity',
      'rules',
      'notice',
      'password',
      'next',
      'account',
      'accountName',
      'timeZone',
      'days',
      'link',
      'term',
      'minutes',
    ],
  ];
  const fields = () =>
    Object.entries({ ...Object.fromEntries(NAMES.map((name) => [name, 'x'])), ...fieldsOf(place) });
  const kinds: Record<string, (name: string, value: string) => [string, string][]> = {
    'a list for a text': (name, value) => [
      [name, value],
      [name, value],
    ],
    'an operator as text': (name) => [[name, '{"$gt":""}']],
    'an operator in the name': (name) => [
      [`${name}[$gt]`, ''],
      [`${name}.$gt`, ''],
    ],
    'names of every object': (name, value) => [
      [name, value],
      ['__proto__', 'x'],
      ['constructor', 'x'],
      ['toString', 'x'],
    ],
  };

  it('without the token nothing is taken', async () => {
    const faults: string[] = [];
    // Mail programs unsubscribe without a token: the link is the proof.
    for (const path of paths.filter((one) => !one.startsWith('/unsubscribe/'))) {
      const { status } = await visits.send(sender(path), fill(path, place), fields());
      if (status !== 403) faults.push(`${path}: ${String(status)}`);
    }
    assert.deepEqual(faults, []);
  });

  for (const [what, made] of Object.entries(kinds))
    it(`${what}: every address refuses or takes it, and none breaks`, async () => {
      const faults: string[] = [];
      for (const path of paths) {
        const user = sender(path);
        const body: [string, string][] = [
          ['_csrf', visits.tokenOf(user)],
          ...fields().flatMap(([name, value]) => made(name, value)),
        ];
        const { status } = await visits.send(user, fill(path, place), body);
        if (status >= 500) faults.push(`${path}: ${String(status)}`);
      }
      assert.deepEqual(faults, []);
    });

  it('the same click twice at once breaks nothing', async () => {
    const faults: string[] = [];
    for (const path of paths) {
      const both = [1, 2].map(() => visits.post(sender(path), fill(path, place), fieldsOf(place)));
      for (const { status } of await Promise.all(both))
        if (status >= 500) faults.push(`${path}: ${String(status)}`);
    }
    assert.deepEqual(faults, []);
  });
});
