import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import type { Sandbox } from '../../../server/sandbox/start-sandbox.js';
import { Account } from '../../../server/models/account.js';
import { RosterChange } from '../../../server/models/roster-change.js';
import type { FullWhy, RosterRun } from '../../../server/models/roster-run.js';
import { School } from '../../../server/models/school.js';
import { makeEvent, startDistrict, startSyncedDistrict, termsOf, type TestDistrict } from './district.js';
import { wholeRoster } from './whole-roster.js';
import { sayResult } from '../say-run.js';

/** A small district with one of its schools not matched, and the nights that pass over it. */
export class EventNights {
  district!: TestDistrict;
  #passed = 0;

  /**
   * Reads everything once.
   * @param prepare changes the district before
   */
  async begin(prepare?: (sandbox: Sandbox) => void): Promise<void> {
    const leaveOneOut = ({ schools }: TestDistrict) => School.deleteOne({ _id: schools[1] });
    if (!prepare) {
      const before = { name: 'one school not matched', prepare: leaveOneOut };
      this.district = await startSyncedDistrict({ students: 60 }, {}, before);
      return;
    }
    this.district = await startDistrict({ students: 60 });
    prepare(this.district.sandbox);
    await leaveOneOut(this.district);
    assert.equal((await this.district.sync()).state, 'done');
  }

  /** The date of another night; any text works. */
  next(): string {
    this.#passed += 1;
    return `night ${String(this.#passed)}`;
  }

  /** A nightly sync of the event; returns its refresh. */
  async night(): Promise<RosterRun> {
    const run = await this.district.start({ trigger: 'nightly', night: this.next() });
    assert.equal(run.state, 'done', sayResult(run));
    return this.district.refreshOf(run);
  }

  account(): Promise<Account> {
    return Account.findById(this.district.account).orFail().lean();
  }

  /** Another account with the same district, and an event that takes the same schools. */
  async twin(): Promise<{ account: Types.ObjectId; event: Types.ObjectId }> {
    const { clever, ...first } = await this.account();
    const { cursor: _, ...fresh } = clever ?? assert.fail();
    const { _id: account } = await Account.create({ ...first, _id: new Types.ObjectId(), clever: fresh });
    const schools: Types.ObjectId[] = [];
    for (const { name, clever: match, sortKey } of await School.find({ account: first._id }).lean())
      schools.push((await School.create({ account, name, clever: match, sortKey }))._id);
    const terms = termsOf(this.district.sandbox);
    return { account, event: await makeEvent(account, { schools, terms, noTerm: true }) };
  }

  /** The parts of a roster that do not depend on our ids, one line per record. */
  async stateOf(account: Types.ObjectId = this.district.account): Promise<string[]> {
    const schools = await School.find({ account }).lean();
    const lines = (await wholeRoster(account)).map(({ text }) => {
      const named = schools.reduce(
        (told, { _id, clever }) => told.replaceAll(String(_id), clever?.id ?? 'unmatched'),
        text,
      );
      return named.replace(/"[\w-]{43}"/g, '"hash"');
    });
    return lines.sort();
  }

  /** The next night reads everything and says why. */
  async isFull(why: FullWhy['code']): Promise<RosterRun> {
    const refresh = await this.night();
    assert.equal(refresh.how, 'full');
    assert.equal(refresh.why?.code, why);
    return refresh;
  }

  /** Checks, without doing it, that a full download would change nothing now. */
  async isSettled(): Promise<void> {
    const preview = await this.district.start({ trigger: 'preview', purpose: 'preview' });
    const { _id, how } = await this.district.refreshOf(preview);
    assert.equal(how, 'full');
    const planned = await RosterChange.find({ run: _id }, { kind: 1, action: 1, sourceId: 1, _id: 0 }).lean();
    assert.deepEqual(planned, []);
  }
}
