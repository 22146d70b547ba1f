import { Types } from 'mongoose';
import { Ending } from '../ending.js';
import { number } from '../web/format-count.js';
import { Browser } from '../scratch/browse.js';
import { bookFamilies } from './book-families.js';
import { followRun, idOf, importRoster } from './import-roster.js';
import { Steps } from './keep-steps.js';
import { leaveClasses } from './make-problems.js';
import { openBooking } from './open-booking.js';
import { mailedLink, registerParent } from './parent-books.js';
import { makePassword, setUpSchool, type Login, type School } from './set-up-school.js';
import { districtOf, startDemo, type Demo, type DemoOptions } from './start-demo.js';

const TWO_THIRDS = 2 / 3;

/** Runs Slotbell for a generated district, for people to look at: set up, imported, open for booking. Runs until it is stopped. */
export async function runDemo(options: DemoOptions): Promise<void> {
  console.log('Starting Slotbell and a school district of 1,800 students …\n');
  const ending = new Ending({ stopPauseMs: 0, drainMs: 20_000 });
  const demo = await ending.begin(startDemo(options), (started) => started.stop());
  const steps = new Steps(({ what, outcome }) => console.log(`  ${what}: ${outcome}`));
  const school = await setUpSchool(demo, steps, await districtOf(demo));
  await importRoster(school, steps);
  await openBooking(school, steps);
  const parent = await registerParent(demo, school, steps);
  await fillEvent(demo, school, steps);
  const desk = await inviteDesk(demo, school);

  console.log(`
Slotbell is open at ${demo.url}

  Administrator  ${school.login.email}  ${school.login.password}
  Front desk     ${desk.email}  ${desk.password}
  Parent         ${parent.login.email}  ${parent.login.password}

  Parents’ link  ${demo.url}${school.link}

Every start makes a new school. Stop: Ctrl-C.`);
}

/** Fills most of the slots, then lets two students leave a class, which the next sync finds. */
async function fillEvent({ deps, sandbox }: Demo, { admin, event }: School, steps: Steps): Promise<void> {
  const id = new Types.ObjectId(idOf(event));
  await steps.take('Families book', async () => {
    const { booked, slots } = await bookFamilies(id, TWO_THIRDS, deps.now());
    return { outcome: `${number(booked)} of ${number(slots)} slots`, value: undefined };
  });
  if (!sandbox) return;
  await steps.take('Two students leave a class', async () => {
    await leaveClasses(sandbox, id, 2);
    const run = await admin.submit(`${event}/sync`, `${event}/sync/runs`);
    return { outcome: await followRun(admin, run), value: undefined };
  });
}

async function inviteDesk(demo: Demo, school: School): Promise<Login> {
  const login = { email: 'desk@maple.example', password: makePassword() };
  const page = '/global-setup/logins';
  await school.admin.submit(page, page, { name: 'Kim Desk', email: login.email, level: 'appointment maker' });
  const link = await mailedLink(demo, school, login.email, '/password/');
  await new Browser(demo.url).submit(link, link, { password: login.password });
  return login;
}
