import { setTimeout as delay } from 'node:timers/promises';
import { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { RehearsedPage } from '../models/rehearsal.js';
import type { Browser, Page } from './browse.js';
import type { Waits } from './measure-pages.js';
import type { FamilyOrder, Wish } from './orders.js';
import { choicesOf, readForm } from './read-form.js';

/** After so many refusals of one wish a family gives it up. */
const TRIES = 5;
/** How often a family looks whether its plan is made, a second apart. */
const LOOKS = 20;
const TEXT = 'Rehearsal';
const PHONE = '555-0100';

/** No page is served, as the database does not answer. */
export class DatabaseAway extends Error {}

/** What families of a rehearsal share. */
export interface Rush {
  /** The event's address as parents have it, `/e/<link>`. */
  home: string;
  waits: Waits;
  /** Aborted when the rehearsal is to end; its reason is thrown. */
  signal: AbortSignal;
  onBooked: (wish: Wish) => void;
  onUnmet: (wish: Wish, reason: string) => void;
  /** Somebody else was quicker. */
  onQuicker: () => void;
  /** An answer that is no page, or not the one that follows. */
  onFault: () => void;
}

/** One family comes, looks, and books what it wants: with a plan or time by time, on real pages, without a pause for thought. */
export async function bookFamily(rush: Rush, family: FamilyOrder, browser: Browser): Promise<void> {
  await open(rush, browser, 'event', rush.home);
  const planned = family.plans && (await bookByPlan(rush, family, browser));
  const before = planned ? await bookedOf(family) : new Set<string>();
  for (const wish of family.wishes) if (before.has(keyOf(wish))) rush.onBooked(wish);
  const hasSiblings = new Set(family.wishes.map(({ student }) => student)).size > 1;
  for (const wish of family.wishes.filter((one) => !before.has(keyOf(one)))) {
    // A meeting about siblings is booked for all of them at once.
    if (hasSiblings && (await bookedOf(family)).has(keyOf(wish))) rush.onBooked(wish);
    else await bookOne(rush, wish, browser);
  }
}

const keyOf = ({ student, resource }: Wish): string => `${student} ${resource}`;

async function bookedOf({ household }: FamilyOrder): Promise<Set<string>> {
  const all = await Appointment.find(
    { household: new Types.ObjectId(household), state: { $in: LIVING_STATES } },
    { students: 1, resource: 1 },
  ).lean();
  return new Set(
    all.flatMap(({ students, resource }) =>
      students.map((student) => keyOf({ student: String(student), resource: String(resource) })),
    ),
  );
}

async function ask(rush: Rush, name: RehearsedPage, request: () => Promise<Page>): Promise<Page> {
  rush.signal.throwIfAborted();
  const page = await rush.waits.measure(name, request());
  if (page.status === 503) throw new DatabaseAway('The database of the rehearsal does not answer.');
  if (page.status >= 500) rush.onFault();
  return page;
}

const open = (rush: Rush, browser: Browser, name: RehearsedPage, path: string): Promise<Page> =>
  ask(rush, name, () => browser.get(path));

/** @returns whether a plan was booked; what it lacks is tried time by time */
async function bookByPlan(rush: Rush, family: FamilyOrder, browser: Browser): Promise<boolean> {
  const path = `${rush.home}/plan`;
  const form = await open(rush, browser, 'plan form', path);
  const wanted = new Set(family.wishes.map(({ student, resource }) => `${student}:${resource}`));
  const wish = choicesOf(form.text, 'wish').filter((one) => wanted.has(one));
  if (!readForm(form.text, path, form.path) || wish.length === 0) return false;
  let plan = await ask(rush, 'make plan', () => browser.submitOn(form, path, { wish }));
  for (let looks = 0; plan.headers.has('refresh') && looks < LOOKS; looks += 1) {
    await delay(1000, undefined, { signal: rush.signal });
    plan = await open(rush, browser, 'make plan', plan.path);
  }
  const book = `${plan.path}/book`;
  const offered = readForm(plan.text, book, plan.path);
  if (!offered || !/\sname="shown"/.test(plan.text) || !plan.text.includes(`action="${book}"`)) return false;
  const done = await ask(rush, 'book plan', () => browser.submitOn(plan, book, answersOn(plan.text)));
  return done.path.startsWith(`${rush.home}/schedule`);
}

async function bookOne(rush: Rush, wish: Wish, browser: Browser): Promise<void> {
  const { home } = rush;
  let page = await open(rush, browser, 'times', `${home}/times/${wish.resource}?student=${wish.student}`);
  for (let tried = 0; tried < TRIES; tried += 1) {
    const free = [...new Set(choicesOf(page.text, 'slot'))];
    const slot = free[Math.floor(Math.random() * free.length)];
    if (!slot) {
      rush.onUnmet(wish, /data-why="([a-z ]+)"/.exec(page.text)?.[1] ?? 'none');
      return;
    }
    const times = page;
    const pressed = await ask(rush, 'press', () => browser.submitOn(times, `${home}/appointments`, { slot }));
    const answer = await confirm(rush, pressed, browser);
    if (isMeeting(answer, home)) {
      rush.onBooked(wish);
      return;
    }
    rush.onQuicker();
    // The page of a refusal offers what is free now.
    page = answer.path.startsWith(`${home}/times/`) ? answer : page;
    if (page === times) break;
  }
  rush.onUnmet(wish, 'gave up');
}

/** Where the event asks something, or a time is held first, the family answers and books. */
async function confirm(rush: Rush, held: Page, browser: Browser): Promise<Page> {
  const action = `${held.path}/confirm`;
  if (!readForm(held.text, action, held.path)) return held;
  return ask(rush, 'confirm', () => browser.submitOn(held, action, answersOn(held.text)));
}

const isMeeting = ({ path, status, text }: Page, home: string): boolean =>
  status === 200 &&
  new RegExp(`^${home}/appointments/[0-9a-f]{24}$`).test(path) &&
  !text.includes(`"${path}/confirm"`);

/** An answer to each question on a page, and how to meet where that is asked. */
function answersOn(html: string): Record<string, string> {
  const answers: Record<string, string> = {};
  for (const [tag, name = ''] of html.matchAll(/<(?:input|textarea)\b[^>]*\sname="(answer-[\w-]+)"[^>]*>/g))
    answers[name] = choicesOf(html, name).includes('yes') ? 'yes' : tag.includes('type="tel"') ? PHONE : TEXT;
  for (const [, name = '', options = ''] of html.matchAll(
    /<select\b[^>]*\sname="(answer-[\w-]+)"[^>]*>([\s\S]*?)<\/select>/g,
  ))
    answers[name] = /<option value="([^"]+)"/.exec(options)?.[1] ?? '';
  for (const [, name = ''] of html.matchAll(/<input\b[^>]*\stype="radio"[^>]*\sname="(meet(?:-\d+)?)"/g))
    answers[name] = 'in person';
  return answers;
}
