import assert from 'node:assert/strict';
import { seal, unseal } from '../../server/seal.js';

describe('a sealed secret', () => {
  const SECRET = 'a secret of this app, long enough';

  it('opens under its own secret alone, and not with a shortened tag', () => {
    const sealed = seal('smtp password', SECRET);
    assert.equal(unseal(sealed, SECRET), 'smtp password');
    assert.equal(unseal(sealed, `${SECRET}!`), undefined);
    const [version, iv, body, tag = ''] = sealed.split('.');
    for (const length of [4, 8, 12, 13, 14, 15]) {
      const short = Buffer.from(tag, 'base64url').subarray(0, length).toString('base64url');
      assert.equal(unseal([version, iv, body, short].join('.'), SECRET), undefined, String(length));
    }
  });
});
