import assert from 'node:assert/strict';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { prepareDatabase } from '../../server/upgrades/prepare-database.js';
import type { UpgradeStep } from '../../server/upgrades/steps.js';
import { emptyDatabase } from '../support/hooks.js';

describe('preparing a database for this version', () => {
  let ran: string[];
  const step = (id: string, when: UpgradeStep['when'], run = async () => Promise.resolve()): UpgradeStep => ({
    id,
    when,
    run: async () => {
      ran.push(id);
      await run();
    },
  });

  beforeEach(async () => {
    await emptyDatabase();
    ran = [];
  });
  afterEach(emptyDatabase);

  it('takes each step once, in order, with the indexes in between', async () => {
    await Contact.createCollection();
    await Contact.collection.dropIndexes();
    const indexes = async (): Promise<number> => (await Contact.collection.indexes()).length;
    let before = 0;
    let after = 0;
    const steps = [
      step('later', 'after indexes', async () => void (after = await indexes())),
      step('first', 'before indexes', async () => void (before = await indexes())),
    ];
    await prepareDatabase(steps);
    await prepareDatabase(steps);
    assert.deepEqual(ran, ['first', 'later']);
    assert.equal(before, 1, 'none yet but the one on _id');
    assert.ok(after > 1);
  });

  it('goes on at the next start with the step that broke off', async () => {
    let broken = true;
    const steps = [
      step('one', 'before indexes'),
      step('two', 'after indexes', async () => {
        if (broken) throw new Error('cut off');
        return Promise.resolve();
      }),
      step('three', 'after indexes'),
    ];
    await assert.rejects(prepareDatabase(steps), /cut off/);
    broken = false;
    await prepareDatabase(steps);
    assert.deepEqual(ran, ['one', 'two', 'two', 'three']);
  });

  it('has no index any more that no query needs', async () => {
    await Class.collection.createIndexes([{ key: { 'synced.students': 1 } }]);
    await prepareDatabase();
    const names = (await Class.collection.indexes()).map(({ name }) => name);
    assert.ok(!names.includes('synced.students_1') && names.includes('event_1_synced.students_1'));
  });
});
