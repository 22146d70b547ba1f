import { randomBytes } from 'node:crypto';
import { DateTime } from 'luxon';
import { Browser } from '../scratch/browse.js';
import { attributesOf } from '../scratch/read-form.js';
import type { Steps } from './keep-steps.js';
import type { Demo } from './start-demo.js';

export const ZONE = 'America/Chicago';
const CLEVER = '/global-setup/clever';

export interface Login {
  email: string;
  password: string;
}

export interface School {
  admin: Browser;
  login: Login;
  /** The event's page, /events/<id>. */
  event: string;
  /** The parents' link, /e/<link>. */
  link: string;
}

/** A password that nobody knows before the demo starts. */
export function makePassword(): string {
  return randomBytes(9).toString('base64url');
}

/** The first administrator's steps from an empty installation to an event with Clever enabled. */
export async function setUpSchool(demo: Demo, steps: Steps, districtId: string): Promise<School> {
  const admin = new Browser(demo.url);
  const login = { email: 'office@maple.example', password: makePassword() };
  await steps.take('Set up the account and its administrator', async () => {
    await admin.submit('/setup', '/setup', {
      code: demo.setupCode,
      accountName: 'Maple District',
      timeZone: ZONE,
      name: 'Robin Office',
      ...login,
    });
    return { outcome: 'logged in', value: undefined };
  });
  await steps.take('Connect Clever, match every school, enable', async () => {
    await admin.submit(CLEVER, `${CLEVER}/district`, {
      district: `https://clever.com/oauth/instant-login?district_id=${districtId}`,
    });
    await admin.submit(CLEVER, `${CLEVER}/access`, { kind: 'token', token: demo.clever.token });
    await admin.submit(CLEVER, `${CLEVER}/schools/from-clever`, { cleverSchool: 'all' });
    await admin.submit(CLEVER, `${CLEVER}/kinds`, { kinds: ['students', 'teachers', 'staff', 'contacts'] });
    const page = await admin.submit(CLEVER, `${CLEVER}/enable`);
    const schools = attributesOf(page.text, 'aria-label').filter((label) =>
      label.startsWith('Clear the match'),
    ).length;
    return { outcome: `${String(schools)} schools matched`, value: undefined };
  });
  const event = await steps.take('Create the event', async () => {
    const day = conferenceDay(demo.deps.now());
    const page = await admin.submit('/events/new', '/events', {
      name: 'Fall conferences',
      // Each school has its own building.
      place: '',
      days: [day],
      timeZone: ZONE,
    });
    return { outcome: `on ${day}`, value: page.path };
  });
  const overview = await admin.get(event);
  const link = new RegExp(`${demo.url}(/e/[\\w-]+)`).exec(overview.text)?.[1];
  if (!link) throw new Error('The event shows no link for parents.');
  return { admin, login, event, link };
}

/** A weekday more than a week ahead, so that a night or two can pass before it. */
function conferenceDay(now: Date): string {
  let day = DateTime.fromJSDate(now, { zone: ZONE }).plus({ days: 8 });
  while (day.weekday > 5) day = day.plus({ days: 1 });
  return day.toISODate() ?? '';
}
