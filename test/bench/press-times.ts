import { request, type Agent } from 'undici';
import type { Rush, RushFamily, RushWish } from './fill-rush.js';

/** What came of a press on a time. `next`: what was answered as free instead. */
export interface Pressed {
  isBooked: boolean;
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
  const done: Rushed = { booked: 0, refused: 0, ms: 0, waits: [], faults: [] };
  const waiting = [...families];
  const began = performance.now();
  const lane = async (): Promise<void> => {
    for (let family = waiting.shift(); family; family = waiting.shift())
      for (const wish of family.wishes) await fulfil(family, wish, press, done);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  done.ms = performance.now() - began;
  return done;
}

async function fulfil(family: RushFamily, wish: RushWish, press: Press, done: Rushed): Promise<void> {
  let isBooked = false;
  const tab = async (nth: number): Promise<void> => {
    let slot: string | undefined = wish.slot;
    for (let tried = 0; tried < TRIES && slot && !isBooked; tried += 1) {
      const before = performance.now();
      const pressed = await press(family, wish, slot);
      done.waits.push(performance.now() - before);
      if (pressed.fault) done.faults.push(pressed.fault);
      if (pressed.isBooked) {
        isBooked = true;
        done.booked += 1;
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

/** Presses the button of the app's page of times. */
export function pressApp(rush: Rush, origins: string[], agent: Agent): Press {
  return async (family, _wish, slot) => {
    keys += 1;
    const origin = origins[keys % origins.length] ?? '';
    const body = new URLSearchParams({
      ...{ _csrf: family.session.csrf, slot, student: family.student, key: `k${String(keys)}`, now: '1' },
    });
    const answer = await request(`${origin}${rush.home}/appointments`, {
      ...{ dispatcher: agent, method: 'POST', body: body.toString() },
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        cookie: family.session.cookie,
        accept: 'text/html',
      },
    });
    const { statusCode, headers } = answer;
    const to = String(headers.location ?? '');
    // A refusal has a page of its own.
    const isRefused = statusCode === 303 && to.startsWith(`${rush.home}/times/`);
    let text = await answer.body.text();
    if (isRefused) {
      const page = await request(`${origin}${to}`, {
        dispatcher: agent,
        headers: { cookie: family.session.cookie, accept: 'text/html' },
      });
      text = await page.body.text();
    }
    const next = [...text.matchAll(/class="time time-free" name="slot" value="([0-9a-f]{24})"/g)];
    const isExplained = isRefused && /<h[12]>[\s\S]*?[.!]\s*<\/h[12]>/.test(text);
    const isBooked = statusCode === 303 && !isRefused;
    return {
      isBooked,
      next: [...new Set(next.map(([, id = '']) => id))].slice(0, 4),
      fault: isBooked || isExplained ? '' : `${String(statusCode)}: ${text.slice(0, 200)}`,
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
      isBooked: !Array.isArray(said),
      next: Array.isArray(said) ? said.slice(0, 4) : [],
      fault: answer.statusCode >= 500 ? String(answer.statusCode) : '',
    };
  };
}
