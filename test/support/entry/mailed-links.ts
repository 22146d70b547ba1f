import { Household } from '../../../server/models/household.js';
import { Notification } from '../../../server/models/notification.js';
import { User } from '../../../server/models/user.js';
import { createTestApp, Visitor, type TestApp } from '../app.js';
import { EVE, makeConference, type Conference } from '../booking/conference.js';
import { emptyDatabase } from '../hooks.js';

export const EMAIL = 'maya@example.org';
export const BORN = { month: '3', day: '9', year: '2014' };

/** A conference before each test, and people who get in by mailed links. */
export function withLinks() {
  let test: TestApp;
  let fair: Conference;
  let home: string;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp({ SMTP_URL: 'smtp://127.0.0.1:1', TRUST_PROXY: '1' });
    test.setNow(EVE);
    fair = await makeConference();
    home = `/e/${fair.event.link}`;
  });

  const visitor = () => new Visitor(test.app);
  const later = (minutes: number) => test.setNow(new Date(EVE.getTime() + minutes * 60_000));
  const ask = (who: Visitor, fields: Record<string, string> = {}, at = home) =>
    who.post(`${at}/enter`, { name: 'Maya Lopez', email: EMAIL, ...fields }, at);
  const mails = async () =>
    (await Notification.find({ kind: 'log in' }).sort({ _id: 1 }).lean()).map(
      ({ text }) => new URL(/http\S+/.exec(text)?.[0] ?? '').pathname,
    );
  const lastLink = async () => (await mails()).at(-1) ?? '';
  const use = (who: Visitor, path: string, fields: Record<string, string> = {}, from = path) =>
    who.post(path, { name: 'Maya Lopez', ...fields }, from);
  const isIn = async (who: Visitor) => (await who.get(`${home}/children`)).status === 200;
  const children = async (email = EMAIL) => {
    const user = await User.findOne({ email }).lean();
    const household = user && (await Household.findOne({ adults: user._id }).lean());
    return household?.children.map(({ student }) => student.toHexString()) ?? [];
  };

  const links = {
    get test() {
      return test;
    },
    set test(app: TestApp) {
      test = app;
    },
    get fair() {
      return fair;
    },
    get home() {
      return home;
    },
  };
  return { links, visitor, later, ask, mails, lastLink, use, isIn, children };
}
