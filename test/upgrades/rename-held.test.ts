import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Account } from '../../server/models/account.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Notification } from '../../server/models/notification.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { prepareDatabase } from '../../server/upgrades/prepare-database.js';
import { dropHeldIndexes, renameHeld } from '../../server/upgrades/rename-held.js';
import { STEPS } from '../../server/upgrades/steps.js';
import { Upgrade } from '../../server/models/upgrade.js';
import { emptyDatabase } from '../support/hooks.js';

const account = new Types.ObjectId();
const [run, target] = [new Types.ObjectId(), new Types.ObjectId()];
const OURS = ['drop-held-indexes', 'rename-held'];

/** A run that found too much missing, as version 0.8 stored it. */
const RUN = {
  ...{ _id: run, account, state: 'done', purpose: 'sync', createdAt: new Date(), holds: '1:abc' },
  counts: { student: { read: 9, held: 3 }, teacher: { read: 2 } },
  result: { code: 'did', counts: { student: { held: 3 } } },
  remarks: [
    { code: 'held', kind: 'student', gone: 3, here: 9, why: 'many' },
    { code: 'sentence', text: 'Kept until then.', ofHeld: true },
    { code: 'done again' },
  ],
};

describe('removals that versions before 0.9 called held', () => {
  before(async () => {
    await emptyDatabase();
    const changes = RosterChange.collection;
    await changes.dropIndex('run_1_since_1');
    await RosterChange.db.db?.command({
      createIndexes: changes.collectionName,
      indexes: [
        { name: 'run_1_since_1', key: { run: 1, since: 1 }, partialFilterExpression: { state: 'held' } },
      ],
    });
    const change = { account, run, action: 'removed', fields: [], expiresAt: new Date(Date.now() + 1e8) };
    await changes.insertMany([
      { ...change, target, kind: 'student', state: 'held', heldBy: 'one.1', since: new Date() },
      { ...change, target: new Types.ObjectId(), kind: 'student', state: 'applied' },
    ]);
    await RosterRun.collection.insertOne(RUN);
    await AuditEntry.collection.insertOne({
      ...{ account, at: new Date(), action: 'accept held removals', targets: [], detail: {} },
    });
    await Notification.collection.insertOne({
      ...{
        account,
        kind: 'removals held',
        to: 'office@maple.example',
        subject: 'x',
        text: 'x',
        state: 'sent',
      },
      ...{
        attempts: 1,
        nextAt: new Date(),
        key: `held:${String(run)}`,
        secret: false,
        createdAt: new Date(),
      },
    });
    await Upgrade.deleteMany({ _id: { $in: OURS } });
    await prepareDatabase(STEPS.filter(({ id }) => OURS.includes(id)));
  });

  const check = async () => {
    const [change] = await RosterChange.find({ state: 'withheld' }).lean();
    assert.deepEqual([change?.target, change?.withheldBy], [target, 'one.1']);
    assert.equal(await RosterChange.countDocuments({ state: 'applied' }), 1);
    const stored = await RosterRun.collection.findOne({ _id: run });
    const { holds, counts, result, remarks, ...rest } = RUN;
    assert.deepEqual(stored, {
      ...rest,
      withholds: holds,
      counts: { ...counts, student: { read: 9, withheld: 3 } },
      result: { ...result, counts: { student: { withheld: 3 } } },
      remarks: [
        { ...remarks[0], code: 'withheld' },
        { code: 'sentence', text: 'Kept until then.', ofWithheld: true },
        remarks[2],
      ],
    });
    assert.equal(await AuditEntry.countDocuments({ action: 'accept withheld removals' }), 1);
    const mail = await Notification.findOne().orFail().lean();
    assert.deepEqual([mail.kind, mail.key], ['removals withheld', `withheld:${String(run)}`]);
  };

  it('are withheld: in changes, runs, the audit and the outbox, with the index over them', async () => {
    await check();
    const indexes = await RosterChange.collection.indexes();
    assert.deepEqual(
      indexes.filter(({ name }) => name === 'run_1_since_1').map((index) => index.partialFilterExpression),
      [{ state: 'withheld' }],
    );
  });

  it('stay so when the steps run again', async () => {
    await dropHeldIndexes();
    await renameHeld();
    await check();
  });

  it('are renamed at the next start if an older version has written them since', async () => {
    await Account.collection.insertOne({ _id: account, name: 'Maple' });
    await RosterChange.collection.updateOne(
      { run, target },
      { $set: { state: 'held' }, $rename: { withheldBy: 'heldBy' } },
    );
    await RosterRun.collection.replaceOne({ _id: run }, RUN);
    await prepareDatabase([]);
    await check();
  });
});
