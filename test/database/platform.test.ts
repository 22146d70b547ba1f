import assert from 'node:assert/strict';
import {
  engineObstacle,
  needsOlderGlibc,
  type PlatformFacts,
} from '../../server/database/embedded/platform.js';

describe('Where the embedded engine runs', () => {
  const debian12: PlatformFacts = { platform: 'linux', arch: 'x64', glibc: '2.36', library: '/engine.node' };
  const mac: PlatformFacts = { platform: 'darwin', arch: 'arm64', library: '/engine.node' };

  it('Linux with glibc from 2.36, and macOS on arm64, are fine', () => {
    const supported = [debian12, { ...debian12, arch: 'arm64' }, { ...debian12, glibc: '2.41' }, mac];
    for (const facts of supported) assert.equal(engineObstacle(facts), undefined);
  });

  const refused: [string, PlatformFacts, RegExp][] = [
    ['musl', { ...debian12, glibc: undefined }, /a different C library \(musl\)/],
    ['an older glibc', { ...debian12, glibc: '2.31' }, /glibc 2\.36 or later, and this system has 2\.31/],
    ['Windows', { platform: 'win32', arch: 'x64' }, /this is win32 x64/],
    ['an Intel Mac', { platform: 'darwin', arch: 'x64' }, /this is darwin x64/],
    ['no package', { ...debian12, library: undefined }, /@0q\/embedded-mongodb is not installed/],
  ];
  for (const [name, facts, reason] of refused) {
    it(`${name} gets the reason and the two ways on, in one line`, () => {
      const message = engineObstacle(facts) ?? '';
      assert.match(message, reason);
      assert.match(message, /MONGODB_URI/);
      assert.match(message, /docker run .* mongo/);
      assert.doesNotMatch(message, /\n/);
    });
  }

  it('the copy is for glibc before 2.38 only', () => {
    assert.deepEqual(
      ['2.36', '2.37', '2.38', '2.41', undefined].map((glibc) => needsOlderGlibc({ ...debian12, glibc })),
      [true, true, false, false, false],
    );
  });
});
