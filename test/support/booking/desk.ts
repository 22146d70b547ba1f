import assert from 'node:assert/strict';
import type { Response } from 'supertest';
import type { Household } from '../../../server/models/household.js';
import type { User } from '../../../server/models/user.js';
import { createTestApp, makeUser, Visitor, type TestApp } from '../app.js';
import { emptyDatabase } from '../hooks.js';
import { EVE, makeConference, makeHousehold, type Conference, type ConferenceOptions } from './conference.js';

/** What a page's form has in a hidden field. */
export const hidden = (html: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';

/** A conference on the eve of its day, and parents at their browsers. */
export class Desk {
  private constructor(
    readonly test: TestApp,
    readonly fair: Conference,
  ) {}

  static async open(options?: ConferenceOptions, env?: Parameters<typeof createTestApp>[0]): Promise<Desk> {
    await emptyDatabase();
    const test = createTestApp(env);
    test.setNow(EVE);
    return new Desk(test, await makeConference(options));
  }

  get home(): string {
    return `/e/${this.fair.event.link}`;
  }

  async parent(more: { proven?: boolean; email?: string } = {}): Promise<{ visitor: Visitor; user: User }> {
    const user = await makeUser(this.fair.account._id, 'customer', { name: 'Kim Lopez', ...more });
    return { visitor: await new Visitor(this.test.app).logIn(user), user };
  }

  /** A parent with the n-th student as child. */
  async parentOf(n: number): Promise<{ visitor: Visitor; user: User; household: Household }> {
    const { visitor, user } = await this.parent();
    const household = await makeHousehold(
      this.fair.account._id,
      this.fair.students.slice(n, n + 1),
      user._id,
    );
    return { visitor, user, household };
  }

  timesPath(teacher = 0, student = 0): string {
    const { teachers, students } = this.fair;
    return `${this.home}/times/${String(teachers[teacher]!.resource._id)}?student=${String(students[student]!._id)}`;
  }

  /** Opens a teacher's times and clicks one. A refusal has a page of its own: it is what is answered then, by 200. */
  async choose(visitor: Visitor, teacher: number, slot: number, student = 0, more = {}): Promise<Response> {
    const page = await visitor.get(this.timesPath(teacher, student));
    const answer = await visitor.agent
      .post(`${this.home}/appointments`)
      .type('form')
      .send({
        _csrf: hidden(page.text, '_csrf'),
        student: hidden(page.text, 'student'),
        key: hidden(page.text, 'key'),
        slot: String(this.fair.teachers[teacher]!.slots[slot]!._id),
        ...more,
      });
    const { location = '' } = answer.headers;
    return location.startsWith(`${this.home}/times/`) ? visitor.get(location) : answer;
  }

  /** @returns the address of the booked appointment */
  async book(visitor: Visitor, teacher: number, slot: number, student = 0): Promise<string> {
    const held = await this.choose(visitor, teacher, slot, student);
    assert.equal(held.status, 303);
    const path = held.headers.location ?? '';
    assert.equal((await visitor.post(`${path}/confirm`, { note: 'Hello' }, path)).status, 303);
    return path;
  }
}
