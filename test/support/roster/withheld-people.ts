import assert from 'node:assert/strict';
import { Contact } from '../../../server/models/contact.js';
import { RosterChange } from '../../../server/models/roster-change.js';
import { SyncRun } from '../../../server/models/sync-run.js';
import { startSyncedDistrict, type TestDistrict } from './district.js';
import { sayResult } from '../say-run.js';
import { decideWithheld } from './decide-withheld.js';

/** A district of 150 students, 40 of whom leave in one night: their removal is withheld. */
export class WithheldPeople {
  district!: TestDistrict;

  async begin(): Promise<void> {
    this.district = await startSyncedDistrict({ students: 150 }, { CLEVER_PAGE_SIZE: '50' });
  }

  /** The record id of a student; the first 40 leave. */
  student(index: number): string {
    return this.district.sandbox.idOf('student', index);
  }

  /** The record ids of the students between two positions. */
  students(from: number, to: number): string[] {
    return Array.from({ length: to - from }, (_, index) => this.student(from + index));
  }

  /** Record ids of the students whose removal waits for somebody, sorted. */
  async waiting(): Promise<string[]> {
    return (await RosterChange.distinct('sourceId', { state: 'withheld', kind: 'student' })).sort();
  }

  /** Record ids of the students who left, sorted. */
  async gone(): Promise<string[]> {
    const away = await Contact.distinct('record.id', { type: 'student', status: 'transferred' });
    return away.map(String).sort();
  }

  leave(): void {
    for (let index = 0; index < 40; index += 1) this.district.sandbox.removeStudent(this.student(index));
  }

  back(): void {
    for (let index = 39; index >= 0; index -= 1) this.district.sandbox.restore(this.student(index));
  }

  async sync(): Promise<SyncRun> {
    const run = await this.district.sync();
    assert.equal(run.state, 'done', sayResult(run));
    return run;
  }

  /** Decides about what the refresh of a run withheld. @returns what followed at the event */
  async decide(run: SyncRun, verdict: 'accept' | 'reject'): Promise<SyncRun | null> {
    const refresh = await this.district.refreshOf(run);
    const decided = await decideWithheld(this.district, refresh, verdict);
    return SyncRun.findOne({ refresh: decided }).lean();
  }
}
