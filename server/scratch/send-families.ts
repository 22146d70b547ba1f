import { setTimeout as delay } from 'node:timers/promises';
import { Types } from 'mongoose';
import { bookFamily, DatabaseAway, type Rush } from './book-family.js';
import { Browser } from './browse.js';
import { makeSessions } from './make-sessions.js';
import { Waits } from './measure-pages.js';
import type { FamilyOrder, Outcome, ScratchProgress, ToScratch, Wish } from './orders.js';

/** So many families are served side by side; others that have come wait. A bound on what a rehearsal takes from the machine. */
const AT_ONCE = 16;
/** Beyond this minute, bookings count as of this one. */
const LAST_MINUTE = 600;
/** How many teachers an outcome names. */
const MOST_TEACHERS = 200;
/** Why nobody meets a teacher who has no times. */
const NO_TIMES = 'no times';

interface Sending {
  origin: string;
  secret: string;
  now: () => Date;
  signal: AbortSignal;
  onProgress: (progress: ScratchProgress) => void;
}

/** Sends families to the app as they come, and measures what comes of it. Aborted, it ends early, and what was measured by then counts. */
export async function sendFamilies(
  { home, pace, families, room }: Extract<ToScratch, { order: 'open' }>,
  { origin, secret, now, signal, onProgress }: Sending,
): Promise<Outcome> {
  const sessions = await makeSessions(
    families.map(({ user }) => ({ _id: new Types.ObjectId(user) })),
    secret,
    now(),
  );
  const waits = new Waits();
  const tally = new Tally(room);
  const coming = families
    .map((family, index) => ({ family, session: sessions[index] }))
    .sort((a, b) => a.family.comesMs - b.family.comesMs);
  const began = performance.now();
  const since = () => performance.now() - began;
  const minute = () => Math.min(LAST_MINUTE, Math.floor((since() * pace) / 60_000));
  const onFault = () => void (tally.faults += 1);
  let next = 0;
  const arrived = () => coming.findLastIndex(({ family }) => family.comesMs <= since()) + 1;
  const tell = () => {
    const here = Math.max(next, arrived());
    tally.queued = Math.max(tally.queued, here - next);
    onProgress({ arrived: here, finished: tally.finished, booked: tally.booked });
  };
  const timer = setInterval(tell, 500);
  const serve = async (family: FamilyOrder, cookie: string): Promise<void> => {
    const own = { unmet: 0 };
    const rush: Rush = {
      ...{ home, waits, signal, onFault },
      onBooked: (wish) => tally.book(wish, minute()),
      onUnmet: (wish, reason) => {
        own.unmet += 1;
        tally.miss(wish, reason);
      },
      onQuicker: () => void (tally.quicker += 1),
    };
    const wishes = family.wishes.filter((wish) => (room[wish.resource] ?? 0) > 0);
    const [name = '', value = ''] = cookie.split(/=(.*)/s);
    await bookFamily(rush, { ...family, wishes }, new Browser(origin, { [name]: value }));
    // The copy has no slots of such teachers, so that no page says why.
    for (const wish of family.wishes.filter((one) => !wishes.includes(one)))
      rush.onUnmet(wish, wish.resource in room ? 'full' : NO_TIMES);
    tally.finish(family.wishes.length, own.unmet);
  };
  const isOver = () => signal.aborted;
  const lane = async (): Promise<void> => {
    for (let one = coming[next]; one && !isOver(); one = coming[next]) {
      next += 1;
      const { family, session } = one;
      const early = family.comesMs - since();
      if (early > 0) await delay(early, undefined, { signal }).catch(() => undefined);
      // Whoever waits at the door has not been let in.
      if (isOver()) return;
      try {
        await serve(family, session?.cookie ?? '');
      } catch (error) {
        if (isOver()) return;
        if (error instanceof DatabaseAway) throw error;
        tally.faults += 1;
        tally.failed += 1;
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  } finally {
    clearInterval(timer);
  }
  tell();
  return tally.sum(waits, Math.round(since()));
}

interface Of {
  wanted: number;
  booked: number;
  without: number;
  last: number;
}

/** Counts what becomes of the families' wishes. */
class Tally {
  finished = 0;
  booked = 0;
  quicker = 0;
  faults = 0;
  failed = 0;
  queued = 0;
  #contented = 0;
  #empty = 0;
  #idle = 0;
  #wanted = 0;
  readonly #minutes: number[] = [];
  readonly #unmet = new Map<string, number>();
  readonly #teachers = new Map<string, Of>();

  constructor(private readonly room: Record<string, number>) {}

  #of({ resource }: Wish): Of {
    const of = this.#teachers.get(resource) ?? { wanted: 0, booked: 0, without: 0, last: 0 };
    this.#teachers.set(resource, of);
    of.wanted += 1;
    this.#wanted += 1;
    return of;
  }

  book(wish: Wish, minute: number): void {
    const of = this.#of(wish);
    of.booked += 1;
    of.last = Math.max(of.last, minute);
    this.booked += 1;
    while (this.#minutes.length <= minute) this.#minutes.push(0);
    this.#minutes[minute] = (this.#minutes[minute] ?? 0) + 1;
  }

  miss(wish: Wish, reason: string): void {
    this.#of(wish).without += 1;
    this.#unmet.set(reason, (this.#unmet.get(reason) ?? 0) + 1);
  }

  finish(wanted: number, unmet: number): void {
    this.finished += 1;
    if (wanted === 0) this.#idle += 1;
    else if (unmet === 0) this.#contented += 1;
    else if (unmet === wanted) this.#empty += 1;
  }

  sum(waits: Waits, tookMs: number): Outcome {
    const teachers = [...this.#teachers].map(([resource, { last, ...of }]) => ({
      resource,
      ...of,
      ...(of.booked >= (this.room[resource] ?? Infinity) ? { fullAt: last } : {}),
      ...(resource in this.room ? {} : { noTimes: true as const }),
    }));
    const pressing = teachers
      .filter(({ without, fullAt }) => without > 0 || fullAt !== undefined)
      .sort((a, b) => b.without - a.without || (a.fullAt ?? Infinity) - (b.fullAt ?? Infinity));
    return {
      families: this.finished,
      contented: this.#contented,
      empty: this.#empty,
      idle: this.#idle,
      failed: this.failed,
      wanted: this.#wanted,
      booked: this.booked,
      tookMs,
      minutes: this.#minutes,
      pages: waits.sum(),
      quicker: this.quicker,
      faults: this.faults,
      unmet: [...this.#unmet].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count),
      teachers: pressing.slice(0, MOST_TEACHERS),
      moreTeachers: Math.max(0, pressing.length - MOST_TEACHERS),
      queued: this.queued,
    };
  }
}
