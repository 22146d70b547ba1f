import assert from 'node:assert/strict';
import { followCommand, isHeardSince, watchCommands } from '../../server/database/follow-commands.js';

describe('the commands of a request', () => {
  const now = performance.now.bind(performance);
  let passed = 0;
  before(() => {
    performance.now = () => now() + passed;
  });
  after(() => {
    performance.now = now;
  });

  /** A command that is answered when told so. */
  function send(watch = watchCommands(), isSmall = true) {
    let answer = (): void => undefined;
    const answered = watch.follow(() =>
      followCommand(isSmall, () => new Promise<void>((resolve) => (answer = resolve))),
    );
    return { watch, answer: () => (answer(), answered) };
  }

  it('are slow where nothing that was sent later is answered, and lost where it is', async () => {
    const { watch, answer } = send();
    passed += 60_000;
    const other = send();
    assert.equal(watch.silentMs(), 0, 'the database is busy');
    await other.answer();
    assert.ok(watch.silentMs() > 59_000);
    assert.equal(other.watch.silentMs(), 0);
    await answer();
    assert.equal(watch.silentMs(), 0);
  });

  it('are not lost where answers take as long at present', async () => {
    for (let n = 0; n < 30; n++) {
      const { answer } = send();
      passed += 2_000;
      await answer();
    }
    const { watch, answer } = send();
    passed += 4_000;
    await send().answer();
    assert.equal(watch.silentMs(), 0);
    passed += 60_000;
    await send().answer();
    assert.ok(watch.silentMs() > 50_000);
    await answer();
    for (let n = 0; n < 50; n++) await send().answer();
  });

  it('are never lost where they change all matching documents', async () => {
    const { watch, answer } = send(watchCommands(), false);
    passed += 60_000;
    await send().answer();
    assert.equal(watch.silentMs(), 0);
    await answer();
  });

  it('tell whether the database was heard', async () => {
    const before = performance.now();
    const { answer } = send();
    passed += 1;
    assert.ok(!isHeardSince(performance.now()));
    await answer();
    assert.ok(isHeardSince(before));
  });
});
