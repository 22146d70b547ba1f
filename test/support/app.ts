import { hash } from '@node-rs/argon2';
import type { Express } from 'express';
import { Types } from 'mongoose';
import supertest from 'supertest';
import { checkPassword } from '../../server/accounts/hash-password.js';
import { createApp } from '../../server/app.js';
import { loadConfig } from '../../server/config.js';
import type { Deps } from '../../server/deps.js';
import { createLog } from '../../server/log.js';
import { Account } from '../../server/models/account.js';
import { User, type AccessLevel } from '../../server/models/user.js';
import type { JobName } from '../../server/queue.js';
import { makeSessions } from '../../server/scratch/make-sessions.js';
import { emptyDatabase } from './hooks.js';
import { markedApp } from './scans.js';

export interface TestApp {
  readonly app: Express;
  deps: Deps;
  /** What features asked the queue for; nothing is run. */
  asked: { name: JobName; key: string }[];
  /** Moves the app's clock. */
  setNow(now: Date): void;
}

/** However long it takes, the test's database answers. */
const PATIENT: NonNullable<Deps['guarded']> = {
  ready: () => Promise.resolve(true),
  watchCommands: () => ({ silentMs: () => 0, follow: (work) => work() }),
};

/**
 * The app over the test database, with a queue that only notes what it was asked and a clock that can be set. It waits for the database as
 * long as it takes, unless a test takes `deps.guarded` away.
 */
export function createTestApp(env: NodeJS.ProcessEnv = {}): TestApp {
  const asked: TestApp['asked'] = [];
  let fixed: Date | undefined;
  const deps: Deps = {
    config: loadConfig({ APP_SECRET: 'test-secret-test-secret-test-secret', ...env }),
    log: createLog('silent'),
    queue: {
      add: (name, key) => {
        asked.push({ name, key });
        return Promise.resolve();
      },
    },
    now: () => fixed ?? new Date(),
    guarded: PATIENT,
  };
  let app: Express | undefined;
  return {
    // Made when it is asked for first: half of the tests look at jobs and rules alone, and making it takes longer than most of them.
    get app() {
      if (!app) depsOf.set((app = markedApp(createApp(deps))), deps);
      return app;
    },
    deps,
    asked,
    setNow: (now) => {
      fixed = now;
    },
  };
}

export const PASSWORD = 'correct horse battery';
/** The cheapest there is: at the product's cost, logging in would be a hundredth of the suite. */
const COST = { memoryCost: 8, timeCost: 1, parallelism: 1 };
let passwordHash: Promise<string> | undefined;

export async function makeAccount(name = 'Maple School'): Promise<Account> {
  return (await Account.create({ name, timeZone: 'America/Chicago', createdAt: new Date() })).toObject();
}

export async function makeUser(
  account: Types.ObjectId,
  level: AccessLevel,
  more: { email?: string; name?: string; event?: Types.ObjectId; proven?: boolean } = {},
): Promise<User> {
  const user = await User.create({
    email: more.email ?? `${level.replace(/ /g, '-')}-${new Types.ObjectId().toHexString()}@example.org`,
    name: more.name ?? 'Robin Office',
    passwordHash: await (passwordHash ??= hash(PASSWORD, COST)),
    ...(more.proven === false ? {} : { emailProvenAt: new Date() }),
    grants: [{ account, level, ...(more.event ? { event: more.event } : {}) }],
    createdAt: new Date(),
  });
  return user.toObject();
}

/** Of each test's app what logging in goes by. */
const depsOf = new WeakMap<Express, Deps>();

/** What a browser knows of its session: the forms' token, and the pages that it saw it on. */
interface Known {
  cookie: string | undefined;
  token: string;
  pages: Set<string>;
}

/** Where supertest serves an app. */
const HOST = '127.0.0.1';
/** A page with a form that every visitor may see. */
const OPEN_PAGE = '/forgot';

/** A browser of sorts: keeps its cookies, and the token of the forms that it has seen. */
export class Visitor {
  readonly agent: ReturnType<typeof supertest.agent>;
  #known?: Known;

  constructor(private readonly app: Express) {
    this.agent = supertest.agent(app);
  }

  get(path: string): supertest.Test {
    return this.agent.get(path);
  }

  /**
   * Posts a form with the token of the page `from` (by default a page every visitor may see). A page is fetched once a session: each of its
   * forms has the same token. A session that has ended meanwhile is refused with 403, as an old form is; then the page is fetched again.
   */
  async post(
    path: string,
    fields: Record<string, string | string[] | number> = {},
    from = OPEN_PAGE,
  ): Promise<supertest.Response> {
    const send = (_csrf: string) =>
      this.agent
        .post(path)
        .type('form')
        .send({ _csrf, ...fields });
    const known = this.#known;
    if (known?.cookie !== this.#cookie() || !known?.pages.has(from))
      return send(await this.#fetchToken(from));
    const answer = await send(known.token);
    if (answer.status !== 403) return answer;
    const token = await this.#fetchToken(from);
    return token === known.token ? answer : send(token);
  }

  async #fetchToken(page: string): Promise<string> {
    const { text } = await this.agent.get(page);
    const token = /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    if (token) this.#note(token, page);
    return token;
  }

  #note(token: string, page: string): void {
    const cookie = this.#cookie();
    if (this.#known?.token !== token || this.#known.cookie !== cookie)
      this.#known = { cookie, token, pages: new Set() };
    this.#known.pages.add(page);
  }

  #cookie(): string | undefined {
    return this.agent.jar.getCookie('slotbell', { domain: HOST, path: '/', secure: false, script: false })
      ?.value;
  }

  /** Logs in as the form does it, without its pages: only the tests of logging in are about those. */
  async logIn({ email }: Pick<User, 'email'>): Promise<this> {
    const deps = depsOf.get(this.app);
    const user = await User.findOne({ email }).lean();
    if (!deps || !user || !(await checkPassword(user.passwordHash, PASSWORD)))
      throw new Error('logging in failed');
    const [session] = await makeSessions([user], deps.config.appSecret, deps.now());
    this.agent.jar.setCookie(session!.cookie, HOST, '/');
    this.#note(session!.csrf, OPEN_PAGE);
    return this;
  }
}

/** The app at a fixed time over an emptied database, with an account of which somebody is logged in. */
export async function startAs(
  level: AccessLevel,
  now: Date,
): Promise<{ test: TestApp; account: Types.ObjectId; visitor: Visitor }> {
  await emptyDatabase();
  const test = createTestApp();
  test.setNow(now);
  const account = (await makeAccount())._id;
  const visitor = await new Visitor(test.app).logIn(await makeUser(account, level));
  return { test, account, visitor };
}
