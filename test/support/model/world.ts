import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Class } from '../../../server/models/class.js';
import { Event } from '../../../server/models/event.js';
import { RosterRun } from '../../../server/models/roster-run.js';
import { Section } from '../../../server/models/section.js';
import { SyncRun } from '../../../server/models/sync-run.js';
import type { Actor } from '../../../server/web/actor.js';
import { startDistrict, type TestDistrict } from '../roster/district.js';
import { Model } from './model.js';
import { readAppointments, readStored } from './stored.js';
import type { Facts } from './truth.js';

/** The real district and database beside their model. */
export class World {
  readonly model = new Model();
  readonly by = new Types.ObjectId();
  readonly district: TestDistrict;
  /** Ids at Clever that were taken away and may come back. */
  readonly away: string[] = [];
  /** Deletions of classes that a person can undo. */
  readonly deletions: { entry: Types.ObjectId; key: string; mark: string }[] = [];
  /** Documents by source id: none is ever replaced by another. */
  readonly #documents = new Map<string, string>();

  private constructor(district: TestDistrict) {
    this.district = district;
  }

  static async open(): Promise<World> {
    const district = await startDistrict({ students: 30 });
    await Event.updateOne({ _id: district.event }, { $set: { 'sync.on': true } });
    return new World(district);
  }

  get actor(): Actor {
    return {
      user: this.by,
      name: 'Robin Office',
      email: 'robin@example.org',
      emailProven: true,
      account: this.district.account,
      source: undefined,
      accountName: 'Maple District',
      timeZone: 'America/Chicago',
      locale: 'en-US',
      level: 'administrator',
      levelName: 'administrator',
      grants: [{ level: 'administrator' }],
      eventLevels: new Map(),
      contacts: [],
    };
  }

  get scope() {
    return { _id: this.district.event, account: this.district.account };
  }

  /** The nth class of a status in a fixed order, with its document. */
  async pickClass(
    status: string,
    nth: number,
  ): Promise<{ key: string; facts: Facts; item: Class } | undefined> {
    const classes = this.model.classes(status).sort(([a], [b]) => (a < b ? -1 : 1));
    const [key, facts] = classes[nth % Math.max(classes.length, 1)] ?? [];
    if (!key || !facts) return undefined;
    const section = await Section.findOne({ 'record.id': key.split(' ')[1] ?? '' })
      .orFail()
      .lean();
    return { key, facts, item: await Class.findOne({ section: section._id }).orFail().lean() };
  }

  /** Checks that the database agrees with the model, and that no document was lost or replaced. */
  async check(): Promise<void> {
    const stored = await readStored();
    assert.deepEqual(plain(stored.account), plain(this.model.account));
    assert.deepEqual(plain(stored.event), plain(this.model.event));
    assert.deepEqual(
      [...stored.withheld.account, ...stored.withheld.event].sort(),
      [...this.model.withheld.account, ...this.model.withheld.event].sort(),
      'withheld',
    );
    const appointments = await readAppointments();
    assert.deepEqual([...appointments.keys()].sort(), this.model.bookings.map(({ id }) => id).sort());
    for (const state of appointments.values()) assert.ok(state === 'booked' || state === 'problem', state);
    await this.#checkDocuments();
  }

  /** After a run: appointments are booked if student and teacher share a class, and problems if not. */
  async checkAppointments(): Promise<void> {
    const appointments = await readAppointments();
    for (const booking of this.model.bookings)
      assert.equal(
        appointments.get(booking.id),
        this.model.together(booking) ? 'booked' : 'problem',
        `appointment in ${booking.section}`,
      );
  }

  async lastRun(): Promise<SyncRun> {
    return SyncRun.findOne({ purpose: { $in: ['sync', 'apply', 'accept'] } })
      .sort({ createdAt: -1, _id: -1 })
      .orFail()
      .lean();
  }

  async checkRuns(): Promise<void> {
    for (const model of [SyncRun, RosterRun] as (typeof RosterRun)[])
      assert.deepEqual(await model.distinct('result', { state: { $nin: ['done', 'stopped'] } }), []);
  }

  async #checkDocuments(): Promise<void> {
    const classes = await Class.find({}, { section: 1 }).lean();
    const now = new Map(classes.map(({ _id, section }) => [String(section), _id.toHexString()]));
    for (const [section, id] of this.#documents) assert.equal(now.get(section), id, 'a class was replaced');
    for (const [section, id] of now) this.#documents.set(section, id);
  }
}

function plain(map: Map<string, Facts>): Record<string, string> {
  return Object.fromEntries(
    [...map]
      .map(([key, { deleted: _, ...facts }]) => [key, JSON.stringify(sortedFacts(facts))] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function sortedFacts(facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
