import { request, type Agent } from 'undici';
import type { Rush, RushFamily, RushWish } from './fill-rush.js';

/** What came of a press on a time. `next`: what was answered as free instead. */
export interface Pressed {
  /** The name of what is booked: of two tabs, both may be told of one. Absent: it was refused. */
  booked?: string;
  next: string[];
  /** What is wrong with the answer; '' where it books, or refuses and says why. */
  fault: string;
}

/** A server that is pressed on, in its own way. */
export type Press = (family: RushFamily, wish: RushWish, slot: string) => Promise<Pressed>;

export interface Rushed {
  booked: number;
  refused: number;
  ms: number;
  /** Of each press, in milliseconds. */
  waits: number[];
  faults: string[];
}

/** Families that are at it at the same time, each in two tabs. */
const AT_ONCE = 24;
/** After so many refusals of one wish a family gives it up. */
const TRIES = 5;
const TABS = 2;

/** All families book what they want, each wish in two tabs at once; who is refused takes what the answer offers. */
export async function pressAll(families: RushFamily[], press: Press): Promise<Rushed> {
  const booked = new Set<string>();
  const done: Rushed = { booked: 0, refused: 0, ms: 0, waits: [], faults: [] };
  const waiting = [...families];
  const began = performance.now();
  const lane = async (): Promise<void> => {
    for (let family = waiting.shift(); family; family = waiting.shift())
      for (const wish of family.wishes) await fulfil(family, wish, press, booked, done);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  done.ms = performance.now() - began;
  done.booked = booked.size;
  return done;
}

async function fulfil(
  family: RushFamily,
  wish: RushWish,
  press: Press,
  booked: Set<string>,
  done: Rushed,
): Promise<void> {
  let isBooked = false;
  const tab = async (nth: number): Promise<void> => {
    let slot: string | undefined = wish.slot;
    for (let tried = 0; tried < TRIES && slot && !isBooked; tried += 1) {
      const before = performance.now();
      const pressed = await press(family, wish, slot);
      done.waits.push(performance.now() - before);
      if (pressed.fault) done.faults.push(pressed.fault);
      if (pressed.booked) {
        isBooked = true;
        booked.add(pressed.booked);
        return;
      }
      done.refused += 1;
      // The second tab is a slip, and is left alone once it is answered.
      if (nth > 0) return;
      slot = pressed.next[Math.floor(pressed.next.length / 2)];
    }
  };
  await Promise.all(Array.from({ length: TABS }, (_, nth) => tab(nth)));
}

let keys = 0;

/** What the app answers the script of its page of times. */
type Answered = { to: string } | { text: string; gone: Record<string, string> };

/** Presses the button of the app's page of times, as that page's script does (`public/js/press.js`). */
export function pressApp(rush: Rush, origins: string[], agent: Agent): Press {
  return async (family, { teacher }, slot) => {
    keys += 1;
    const origin = origins[keys % origins.length] ?? '';
    const headers = { cookie: family.session.cookie };
    const body = new URLSearchParams({
      ...{ _csrf: family.session.csrf, slot, student: family.student, key: `k${String(keys)}`, now: '1' },
    });
    const answer = await request(`${origin}${rush.home}/appointments`, {
      ...{ dispatcher: agent, method: 'POST', body: body.toString() },
      headers: {
        ...headers,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
    });
    const { statusCode } = answer;
    if (statusCode !== 200 && statusCode !== 409)
      return { next: [], fault: `${String(statusCode)}: ${(await answer.body.text()).slice(0, 200)}` };
    const said = (await answer.body.json()) as Answered;
    if ('text' in said) {
      const free = (rush.slots[teacher] ?? []).filter((id) => !(id in said.gone));
      return { next: free.slice(0, 4), fault: said.text ? '' : 'a refusal says nothing' };
    }
    if (!said.to.startsWith(`${rush.home}/times/`)) return { booked: said.to, next: [], fault: '' };
    // A refusal that has a page of its own.
    const page = await request(`${origin}${said.to}`, {
      dispatcher: agent,
      headers: { ...headers, accept: 'text/html' },
    });
    const text = await page.body.text();
    const next = [...text.matchAll(/class="time time-free" name="slot" value="([0-9a-f]{24})"/g)];
    const isExplained = /<h[12]>[\s\S]*?[.!]\s*<\/h[12]>/.test(text);
    return {
      next: [...new Set(next.map(([, id = '']) => id))].slice(0, 4),
      fault: isExplained ? '' : `${String(page.statusCode)}: ${text.slice(0, 200)}`,
    };
  };
}

/** Takes a slot from the bare server. */
export function pressBare(rush: Rush, origins: string[], agent: Agent): Press {
  return async (family, { teacher }, slot) => {
    keys += 1;
    const body = new URLSearchParams({ slot, teacher: rush.slots[teacher]?.[0] ?? '', family: family.id });
    const answer = await request(`${origins[keys % origins.length] ?? ''}/take`, {
      ...{ dispatcher: agent, method: 'POST', body: body.toString() },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    const said = (await answer.body.json()) as { booked: string } | string[];
    return {
      ...(Array.isArray(said) ? {} : { booked: said.booked }),
      next: Array.isArray(said) ? said.slice(0, 4) : [],
      fault: answer.statusCode >= 500 ? String(answer.statusCode) : '',
    };
  };
}
