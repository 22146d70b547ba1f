import assert from 'node:assert/strict';
import express, { type RequestHandler } from 'express';
import mongoose, { type Types } from 'mongoose';
import { createApp } from '../../server/app.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { SyncLog } from '../../server/models/sync-log.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { listRoutes, type ListedRoute } from '../support/routes.js';
import { addressesOf, fieldsOf, fill, pathsOf, type Places } from '../support/permissions/addresses.js';
import { makeDistrict, makePlace, type Place } from '../support/permissions/place.js';
import {
  DISTRICT,
  FAR,
  makeReaders,
  MATES,
  MINE,
  OTHERS,
  type Reader,
} from '../support/permissions/readers.js';
import { Visits, type Answer } from '../support/permissions/visits.js';

/** Told to whoever has the link, and to nobody through it. */
const OPEN =
  /^\/(healthz|readyz|assets|setup|login|forgot|password|prove|invitation|unsubscribe|calendar|logout|choose-school|brand)/;

const SEARCH = '?q=Q';

/** By the level of who asks, and not because a record is another's. */
const isRefused = ({ status, location }: Answer): boolean =>
  status === 403 || (status === 303 && location.startsWith('/login'));

/** Of a form that is refused the status alone is looked at; its page, the same that an address would show, would be half of the work. */
const refusesInShort: RequestHandler = (req, res, next) => {
  const render = res.render.bind(res);
  if (req.method === 'POST')
    res.render = (view: string, ...more: never[]) => {
      if (view === 'errors/error') res.send('');
      else render(view, ...more);
    };
  next();
};

describe('who may see and change what', () => {
  let test: TestApp;
  let places: Places;
  let readers: Reader[];
  let visits: Visits;
  let routes: ListedRoute[];

  before(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(new Date('2026-11-23T18:00:00Z'));
    const [account, foreign] = [await makeDistrict(DISTRICT), await makeDistrict(FAR)];
    const mine = await makePlace(account, MINE);
    const mates = await makePlace(account, MATES, { event: mine.event, at: '17:30' });
    const others = await makePlace(account, OTHERS);
    const far = await makePlace(foreign, FAR);
    places = { mine, mates, others, far };
    await tellOfOthers(mine, others);
    readers = await makeReaders(mine, mates);
    routes = listRoutes(createApp(test.deps));
    visits = await Visits.open(
      express().use(refusesInShort, test.app),
      test.deps,
      readers.flatMap(({ user }) => user ?? []),
    );
  });
  after(() => visits.close());

  /** The download that the event's run stands on is the whole district's. */
  async function tellOfOthers(mine: Place, others: Place): Promise<void> {
    const ofOther = { run: mine.ids.refresh, account: mine.event.account };
    const [change, line] = [
      await RosterChange.findOne({ run: others.ids.refresh }).orFail().lean(),
      await SyncLog.findOne({ run: others.ids.refresh }).orFail().lean(),
    ];
    await RosterChange.create(Object.assign(change, ofOther, { _id: undefined }));
    await SyncLog.create(Object.assign(line, ofOther, { _id: undefined }));
  }

  /** Calls `look` for each, some at a time. */
  async function each<T>(items: T[], look: (item: T) => Promise<void>): Promise<void> {
    const waiting = [...items];
    const work = async () => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await look(item);
    };
    await Promise.all(Array.from({ length: 8 }, work));
  }

  it('no page shows anything of another place, whatever its address', async () => {
    const faults: string[] = [];
    const seen = new Map<string, Set<string>>();
    const gets = routes.flatMap(({ method, path }) =>
      method === 'GET' && !OPEN.test(path) ? pathsOf(path) : [],
    );
    assert.ok(gets.length > 60);
    for (const { who, user, sees, knows = [] } of readers)
      await each(gets, async (path) => {
        const open = new Set<string>();
        const [own, ...further] = addressesOf(path, places);
        for (const address of [own!, ...further]) {
          // A search is behind the same guard as its page.
          if (address.endsWith(SEARCH) && !open.has(address.slice(0, -SEARCH.length))) continue;
          const answer = await visits.get(user, address);
          const { status, text } = answer;
          if (status < 400 && !isRefused(answer)) open.add(address);
          if (status >= 500) faults.push(`${who} ${address}: ${String(status)}`);
          // The name of an event stands on the page of its link, and in the lists of events that parents may book.
          const told = /^\/(e\/|my)/.test(address) ? [MINE, MATES, OTHERS, FAR] : knows;
          const shown = text.replaceAll(/Event (Q\w+)/g, (name, mark: string) =>
            told.includes(mark) ? '' : name,
          );
          for (const [mark] of shown.matchAll(/Q(?:mine|mate|other|far|district)/g)) {
            if (!sees.includes(mark)) faults.push(`${who} ${address}: ${mark}`);
            else
              seen.set(
                who,
                (seen.get(who) ?? new Set()).add(`${mark} ${address.replace(/[0-9a-f]{24}/g, ':id')}`),
              );
          }
          // In their own place everything is there: a page that is closed to them there is closed by their level.
          const isStaffs = path.startsWith('/events/') && user?.grants[0]?.level === 'customer';
          if (address === own && (isRefused(answer) || (isStaffs && status === 404))) break;
        }
      });
    assert.deepEqual([...new Set(faults)].sort(), []);
    // Who sees nothing at all would pass the rest.
    for (const page of ['/events/:id/appointments', '/events/:id/appointments.csv', '/events/:id/day-sheet'])
      for (const { who, sees } of readers.slice(4))
        for (const mark of sees.filter((one) => one === MINE || one === MATES))
          assert.ok(seen.get(who)?.has(`${mark} ${page}`), `${who} sees ${mark} at ${page}`);
  });

  /** Each of these, and its records in the own event. */
  function placesFor(path: string, foreign: Place[]): [place: Place, event: Place][] {
    return foreign.flatMap((place): [Place, Place][] =>
      /:event\b.*:|:link/.test(path) && place !== places.mates
        ? [
            [place, place],
            [place, places.mine],
          ]
        : [[place, place]],
    );
  }

  it('nothing of another place can be changed', async () => {
    const faults: string[] = [];
    // Joining a school is open to whoever has its link.
    const posts = routes.filter(
      ({ method, path }) => method === 'POST' && !OPEN.test(path) && !path.endsWith('/join'),
    );
    assert.ok(posts.length > 50);
    for (const reader of readers) {
      const foreign = [places.mates, places.others, places.far].filter(
        ({ mark }) => !reader.sees.includes(mark),
      );
      const before = await stateOf(foreign);
      await each(posts, async ({ path }) => {
        const closed = new Set<string>();
        for (const [place, event] of placesFor(path, foreign)) {
          // A level below the whole account's is compared before a record is looked at, with the event of the address at most.
          const door = /:event\b|:link/.test(path) ? event.mark : '';
          // That of another account is sent all the same: a refusal by record would hide the worst leak.
          if (closed.has(door) && place !== places.far) continue;
          const address = fill(path, place, event);
          const answer = await visits.post(reader.user, address, fieldsOf(place));
          const { status, location } = answer;
          if (isRefused(answer) && reader.who !== 'administrator of the account') closed.add(door);
          const refused = status >= 400 && status < 500;
          // What changed nothing of theirs, as is looked at below, may have been done in the own place.
          const inOwn = address.includes(places.mine.ids.event ?? '') && reader.runs;
          const mayBeTaken =
            inOwn ||
            /^\/(e\/|importer\/|data-browser\/|global-setup\/|my\/calendar)/.test(path) ||
            path === '/events';
          const sentOff = status === 303 && /^\/(login|setup|e\/)/.test(location);
          if (status >= 500 || !(refused || sentOff || (mayBeTaken && reader.user)))
            faults.push(`${reader.who} POST ${address}: ${String(status)} ${location}`);
        }
      });
      for (const name of differing(before, await stateOf(foreign)))
        faults.push(`${reader.who} changed ${name}`);
    }
    assert.deepEqual(faults.sort(), []);
  });

  it('a lower level changes nothing in an event that it sees', async () => {
    const faults: string[] = [];
    const posts = routes.filter(({ method, path }) => method === 'POST' && path.startsWith('/events/:event'));
    for (const { who, user, runs, settles } of readers) {
      if (runs) continue;
      const asked = posts.filter(
        ({ path }) => !settles || !/\/(problems|attendance|desk|interpreters)(\/|$)/.test(path),
      );
      await each(asked, async ({ path }) => {
        const { status, location } = await visits.post(user, fill(path, places.mine), fieldsOf(places.mine));
        const sentOff = status === 303 && location === '/login';
        if (status !== 403 && status !== 404 && !sentOff)
          faults.push(`${who} POST ${path}: ${String(status)}`);
      });
    }
    assert.deepEqual(faults.sort(), []);
  });

  /** Everything stored about some places but what only notes that somebody asked, by collection and id. */
  async function stateOf(foreign: Place[]): Promise<Map<string, string>> {
    const state = new Map<string, string>();
    const ids = new Set(foreign.flatMap((place) => Object.values(place.ids)));
    const accounts = foreign.filter(({ mark }) => mark === FAR).map(({ event }) => String(event.account));
    for (const [name, model] of Object.entries(mongoose.models)) {
      if (['session', 'rateLimit'].includes(name)) continue;
      for (const document of await model
        .find()
        .lean<Record<'_id' | 'account' | 'event', Types.ObjectId | undefined>[]>()) {
        const isTheirs =
          [document._id, document.event].some((id) => id !== undefined && ids.has(String(id))) ||
          accounts.includes(String(document.account));
        // The mate's event is everybody's who is in it.
        if (isTheirs && String(document._id) !== places.mine.ids.event)
          state.set(`${name} ${String(document._id)}`, JSON.stringify(document));
      }
    }
    return state;
  }
});

function differing(before: Map<string, string>, after: Map<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => before.get(key) !== after.get(key),
  );
}
