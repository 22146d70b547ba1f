import { runDraws } from '../../../server/draw/book-drawn.js';
import type { Household } from '../../../server/models/household.js';
import { timeOf } from '../../../server/models/waitlist-entry.js';
import type { User } from '../../../server/models/user.js';
import { makeUser, Visitor } from '../app.js';
import { asApp } from '../scans.js';
import { EVE } from './conference.js';
import { Desk } from './desk.js';

export const HOUR = 3600_000;
export const later = (ms: number) => new Date(EVE.getTime() + ms);
export const running = new AbortController().signal;

/** A preference round from the conference's eve for an hour, its families, and the office. Booking opens two hours later. */
export class Round {
  private constructor(
    readonly desk: Desk,
    readonly office: Visitor,
    /** The page of its settings. */
    readonly settings: string,
  ) {}

  static async open(env?: Record<string, string>): Promise<Round> {
    const desk = await Desk.open({ students: 3, slots: 4, booking: { opensAt: later(3 * HOUR) } }, env);
    const admin = await makeUser(desk.fair.account._id, 'administrator');
    const office = await new Visitor(desk.test.app).logIn(admin);
    return new Round(desk, office, `/events/${String(desk.fair.event._id)}/settings/draw`);
  }

  run = () => asApp(() => runDraws(this.desk.test.deps, running));

  start = (more = {}) =>
    this.office.post(
      this.settings,
      { from: '2026-11-23T12:00', until: '2026-11-23T13:00', most: 2, ...more },
      this.settings,
    );

  /** A family that wishes for the first slot of both teachers, and takes any other. */
  family = async (n: number): Promise<{ visitor: Visitor; user: User; household: Household }> => {
    const parent = await this.desk.parentOf(n);
    await this.wish(parent.visitor, n, 'any');
    return parent;
  };

  wish = (visitor: Visitor, n: number, any = '') => {
    const student = String(this.desk.fair.students[n]!._id);
    const fields = this.desk.fair.teachers.flatMap(({ resource, slots }, index) => {
      const key = `${student}:${String(resource._id)}`;
      return [
        [`rank-${key}`, String(index + 1)],
        [`first-${key}`, timeOf(slots[index]!)],
        ...(any ? [[`any-${key}`, '1']] : []),
      ];
    });
    const path = `${this.desk.home}/draw/wishes`;
    return visitor.post(path, Object.fromEntries(fields), path);
  };
}
