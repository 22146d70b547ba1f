import assert from 'node:assert/strict';

import { Account } from '../../server/models/account.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { RosterChange } from '../../server/models/roster-change.js';
import type { KindCounts } from '../../server/models/run.js';
import { Section } from '../../server/models/section.js';
import type { SyncRun } from '../../server/models/sync-run.js';
import { applyRun } from '../../server/review/run/apply-run.js';
import { asApp } from '../support/scans.js';
import { bookable, bookIn } from '../support/roster/appointments.js';
import { startDistrict, type TestDistrict } from '../support/roster/district.js';
import { NUMBERS } from '../support/roster/new-ids.js';
import { changeAtRandom, drawFrom } from '../support/roster/random-changes.js';
import { restoreSnapshot, takeSnapshot } from '../support/snapshot.js';
import { wholeRoster } from '../support/roster/whole-roster.js';
import { sayResult } from '../support/say-run.js';

type Draw = (bound: number) => number;
const NIGHTS = Number(process.env.PREVIEW_NIGHTS ?? 30);

describe('a preview is the sync that follows', function () {
  this.timeout(600_000);
  let district: TestDistrict;

  before(async () => {
    district = await startDistrict({ students: 60 });
    await Account.updateOne({ _id: district.account }, { $set: { mapping: NUMBERS } });
    await district.sync();
    for (const item of (await bookable(district.event)).slice(0, 12))
      for (const student of item.synced.students.slice(0, 2)) await bookIn(item, student);
  });
  after(() => district.close());

  it(`over ${String(NIGHTS)} random nights with new ids, unshared lists, lost terms, events on and off`, async () => {
    for (let night = 1; night <= NIGHTS; night += 1) await passNight(night);
  });

  async function passNight(night: number): Promise<void> {
    const draw = drawFrom(night * 101);
    const done = [
      ...changeAtRandom(district.sandbox, draw, 1 + draw(6)),
      ...(await moreAtRandom(district, draw)),
    ];
    const when = `night ${String(night)}: ${done.join(', ')}`;
    const preview = await district.start({ trigger: 'preview', purpose: 'preview' });
    assert.equal(preview.state, 'done', `${when}: ${sayResult(preview)}`);
    const [counts, rows] = [await countsOf(preview), await rowsOf(preview)];
    const before = await takeSnapshot();

    const applied = await asApp(() => applyRun(district.deps, preview, preview._id));
    assert.ok(applied.ok);
    const apply = (await district.work(applied.run)) as SyncRun;
    assert.equal(apply.state, 'done', `${when}: ${sayResult(apply)}`);
    const afterApply = await wholeRoster();
    await restoreSnapshot(before);

    const byEvents = draw(2) === 0;
    const sync = byEvents
      ? await district.start({ trigger: 'nightly', night: `night ${String(night)}` })
      : await district.sync();
    assert.equal(sync.state, 'done', `${when}: ${sayResult(sync)}`);
    const held = await RosterChange.countDocuments({ state: 'held' });
    if (held === 0) {
      assert.deepEqual(await countsOf(sync), counts, `${when}: counts`);
      assert.deepEqual(await rowsOf(sync), rows, `${when}: changes`);
      assert.deepEqual(afterApply, await wholeRoster(), `${when}: what is stored`);
    }
    for (const kind of unshared) district.sandbox.share(kind, 'shared');
    unshared.clear();
  }

  /** Of both parts, what was or would be done of each kind. */
  async function countsOf(run: SyncRun): Promise<Record<string, Partial<KindCounts>>> {
    const all = { ...(await district.refreshOf(run)).counts, ...run.counts };
    return Object.fromEntries(
      Object.entries(all).flatMap(([kind, { added, changed, removed, restored }]) =>
        added + changed + removed + restored > 0 && kind !== 'duplicate'
          ? [[kind, { added, changed, removed, restored }] as const]
          : [],
      ),
    );
  }

  /** Which records are changed, come back and go, and by which fields. */
  async function rowsOf({ _id, refresh }: SyncRun): Promise<string[]> {
    const runs = refresh ? [refresh, _id] : [_id];
    const rows = await RosterChange.find({ run: { $in: runs }, action: { $ne: 'added' } }).lean();
    return rows
      .map(({ kind, action, target, fields }) =>
        [kind, action, String(target), ...fields.map(({ path }) => path).sort()].join(' '),
      )
      .sort();
  }
});

const unshared = new Set<'student' | 'teacher' | 'contact' | 'section' | 'term' | 'event'>();

/** Somebody under a new id, a list that is not shared, other terms chosen, bookings kept. */
async function moreAtRandom(district: TestDistrict, draw: Draw): Promise<string[]> {
  const done: string[] = [];
  if (draw(3) === 0) done.push(await renew(district, draw));
  if (draw(5) === 0) {
    const kind = (['student', 'teacher', 'contact', 'section', 'term', 'event'] as const)[draw(6)] ?? 'event';
    const how = draw(2) === 0 ? '403' : 'empty';
    district.sandbox.share(kind, how);
    unshared.add(kind);
    done.push(`${kind}s are not shared (${how})`);
  }
  if (draw(4) === 0) done.push(await chooseTerms(district, draw));
  return done;
}

/** Who was here under an id that the source has no more comes under another one; some sections still name the old one. */
async function renew({ account, sandbox }: TestDistrict, draw: Draw): Promise<string> {
  const kind = draw(2) === 0 ? 'student' : 'teacher';
  const id = sandbox.idOf(kind, draw(kind === 'student' ? 60 : 8));
  const old = `old-${id}-${String(draw(1_000_000))}`;
  if (!sandbox.read(id)) return 'nobody under a new id';
  const found = await Contact.findOneAndUpdate(
    { account, 'record.id': id, status: 'active' },
    { $set: { 'record.id': old } },
  );
  if (!found) return 'nobody under a new id';
  const path = kind === 'student' ? 'studentIds' : 'teacherIds';
  let named = 0;
  for (const section of await Section.find({ account, [path]: id }).lean()) {
    const list = section[path].map((one) => (one === id ? old : one));
    await Section.updateOne({ _id: section._id }, { $set: { [path]: list, 'record.hash': 'renewed' } });
    if (draw(2) === 0 || !sandbox.read(section.record.id)) continue;
    const listed = kind === 'student' ? { students: list } : { teachers: list, teacher: list[0] ?? '' };
    sandbox.change(section.record.id, listed);
    named += 1;
  }
  return `${kind} ${id} is new, ${String(named)} sections name the old id`;
}

async function chooseTerms({ event, sandbox }: TestDistrict, draw: Draw): Promise<string> {
  const all = [0, 1, 2, 3, 4, 5].flatMap((index) => {
    const id = sandbox.idOf('term', index);
    const term = sandbox.read(id) as { name?: string; start_date?: string; end_date?: string } | null;
    return draw(3) === 0
      ? []
      : [{ id, name: term?.name ?? 'Term', start: term?.start_date ?? '', end: term?.end_date ?? '' }];
  });
  await Event.updateOne({ _id: event }, { $set: { 'sync.terms': all, 'sync.noTerm': draw(2) === 0 } });
  return `${String(all.length)} terms chosen`;
}
