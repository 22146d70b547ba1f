import { Types } from 'mongoose';
import { Class } from '../models/class.js';
import { Contact } from '../models/contact.js';
import { Browser, type Page } from '../scratch/browse.js';
import { idOf } from './import-roster.js';
import type { Steps } from './keep-steps.js';
import { attributesOf, choicesOf, wordsOf } from '../scratch/read-form.js';
import { makePassword, type Login, type School } from './set-up-school.js';
import type { Demo } from './start-demo.js';

export interface Parent {
  browser: Browser;
  login: Login;
}

/** Registers a parent through the event's link, proves the email by the mailed link and adds the children. */
export async function registerParent(demo: Demo, school: School, steps: Steps): Promise<Parent> {
  const family = demo.sandbox?.sampleFamily();
  const browser = new Browser(demo.url);
  const login = { email: family?.guardian.email ?? 'parent@maple.example', password: makePassword() };
  await steps.take('A parent registers and confirms the email', async () => {
    const { link } = school;
    await browser.submit(`${link}/register`, `${link}/register`, {
      name: family?.guardian.name ?? 'Pat Parent',
      ...login,
    });
    const proof = await mailedLink(demo, school, login.email, '/prove/');
    await browser.submit('/login', '/login', { ...login, next: proof });
    await browser.submit(proof, proof);
    return { outcome: 'with the link in the email', value: undefined };
  });
  await steps.take('The children are added', async () => {
    const page = await browser.get(`${school.link}/children`);
    const linked = choicesOf(page.text, 'students').length;
    if (linked > 0) await browser.submitOn(page, `${school.link}/children/linked`);
    else await browser.submit(page.path, `${school.link}/children`, await knownChild(school.event));
    const outcome =
      linked > 0
        ? `${String(linked)} that the school has under this email`
        : 'one, by Student ID and birth date';
    return { outcome, value: undefined };
  });
  return { browser, login };
}

/** Opens the first teacher's times as the parent, takes the first free one, checks and books. */
export async function bookFirst(school: School, { browser }: Parent, steps: Steps): Promise<Page> {
  return steps.take('The parent books', async () => {
    const overview = await browser.get(school.link);
    const times = attributesOf(overview.text, 'href').find((href) =>
      href.startsWith(`${school.link}/times/`),
    );
    if (!times)
      throw new Error(`The parent sees no teacher with times: ${wordsOf(overview.text).slice(0, 300)}`);
    const page = await browser.get(times);
    const [slot] = choicesOf(page.text, 'slot');
    if (!slot) throw new Error('The teacher has no free time.');
    const check = await browser.submitOn(page, `${school.link}/appointments`, { slot });
    // If the event asks nothing, the press has booked it.
    const confirm = `${school.link}/appointments/${idOf(check.path)}/confirm`;
    const done = check.text.includes(`"${confirm}"`) ? await browser.submitOn(check, confirm) : check;
    if (done.status !== 200) throw new Error(wordsOf(done.text).slice(0, 300));
    const said = wordsOf(/class="meeting-words">([\s\S]*?)<\/p>/.exec(check.text)?.[1] ?? '');
    return { outcome: said, value: done };
  });
}

/** Checks that the appointment is in the parent's schedule and the confirmation in the outbox. */
export async function checkBooked(demo: Demo, school: School, parent: Parent, steps: Steps): Promise<void> {
  await steps.take('The booking is in the schedule, the day sheet and the outbox', async () => {
    const schedule = await parent.browser.get(`${school.link}/schedule`);
    if (!schedule.text.includes('meeting-time')) throw new Error('The schedule is empty.');
    const calendar = await parent.browser.get(`${school.link}/schedule.ics`);
    if (!calendar.text.includes('BEGIN:VEVENT')) throw new Error('The calendar file is empty.');
    const { text } = await school.admin.get(`${school.event}/day-sheet`);
    if (!/booked/i.test(wordsOf(text))) throw new Error('The day sheet shows no booking.');
    const mails = (await outboxOf(demo, school)).filter((mail) => mail.text.includes(parent.login.email));
    if (mails.length < 2) throw new Error('The confirmation is not in the outbox.');
    return { outcome: `${String(mails.length)} emails to the parent`, value: undefined };
  });
}

/** The path of a one-time link, from the emails that are kept when no mail server is set. */
export async function mailedLink(demo: Demo, school: School, to: string, start: string): Promise<string> {
  for (const mail of await outboxOf(demo, school)) {
    const link = new RegExp(`${demo.url}(${start}[\\w-]+)`).exec(mail.text)?.[1];
    if (link && mail.text.includes(to)) return link;
  }
  throw new Error('The email with the link isn’t in the outbox.');
}

async function outboxOf({ url }: Demo, { admin }: School): Promise<Page[]> {
  const { text } = await admin.get('/global-setup/outbox');
  const mails = attributesOf(text, 'href').filter((href) =>
    /^\/global-setup\/outbox\/[0-9a-f]{24}$/.test(href.replace(url, '')),
  );
  return Promise.all([...new Set(mails)].map((href) => admin.get(href)));
}

/** The facts that a report card gives the parents of some child in a class of the event. */
async function knownChild(event: string): Promise<Record<string, string>> {
  const classes = Class.find({ event: new Types.ObjectId(idOf(event)), status: 'active' }, { synced: 1 });
  for await (const { synced } of classes.lean().cursor()) {
    if (synced.teachers.length === 0) continue;
    const known = {
      _id: { $in: synced.students },
      schoolId: { $ne: '' },
      birthDate: { $ne: '' },
      status: 'active' as const,
    };
    const child = await Contact.findOne(known).lean();
    if (!child) continue;
    const [year = '', month = '', day = ''] = child.birthDate.split('-');
    return { number: child.schoolId, year, month, day };
  }
  throw new Error(
    'No student of the event has both a Student ID and a birth date, so no parent can add one.',
  );
}
