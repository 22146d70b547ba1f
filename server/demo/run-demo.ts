import { Ending } from '../ending.js';
import { Browser } from './browse.js';
import { importRoster } from './import-roster.js';
import { Steps } from './keep-steps.js';
import { openBooking } from './open-booking.js';
import { mailedLink, registerParent } from './parent-books.js';
import { makePassword, setUpSchool, type Login, type School } from './set-up-school.js';
import { districtOf, startDemo, type Demo, type DemoOptions } from './start-demo.js';

/** Slotbell at work for a generated district, for somebody to look at: set up, imported, open for booking. Runs until it is stopped. */
export async function runDemo(options: DemoOptions): Promise<void> {
  console.log('Starting Slotbell and a school district of 1,800 students …\n');
  const ending = new Ending({ stopPauseMs: 0, drainMs: 20_000 });
  const demo = await ending.begin(startDemo(options), (started) => started.stop());
  const steps = new Steps(({ what, outcome }) => console.log(`  ${what}: ${outcome}`));
  const school = await setUpSchool(demo, steps, await districtOf(demo));
  await importRoster(school, steps);
  await openBooking(school, steps);
  const parent = await registerParent(demo, school, steps);
  const desk = await inviteDesk(demo, school);

  console.log(`
Slotbell is open at ${demo.url}

  Administrator  ${school.login.email}  ${school.login.password}
  Front desk     ${desk.email}  ${desk.password}
  Parent         ${parent.login.email}  ${parent.login.password}

  Parents’ link  ${demo.url}${school.link}

Every start makes a new school. Stop: Ctrl-C.`);
}

async function inviteDesk(demo: Demo, school: School): Promise<Login> {
  const login = { email: 'desk@maple.example', password: makePassword() };
  const page = '/global-setup/logins';
  await school.admin.submit(page, page, { name: 'Kim Desk', email: login.email, level: 'appointment maker' });
  const link = await mailedLink(demo, school, login.email, '/password/');
  await new Browser(demo.url).submit(link, link, { password: login.password });
  return login;
}
