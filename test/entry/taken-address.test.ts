import assert from 'node:assert/strict';
import { Household } from '../../server/models/household.js';
import { User } from '../../server/models/user.js';
import { PASSWORD, type Visitor } from '../support/app.js';
import { BORN, EMAIL, withLinks } from '../support/entry/mailed-links.js';

describe('getting in by a mailed link, for an address with which somebody else registered', () => {
  const { links, visitor, ask, lastLink, use, isIn, children } = withLinks();

  let stranger: Visitor;
  beforeEach(async () => {
    stranger = visitor();
    const register = `${links.home}/register`;
    await stranger.post(register, { name: 'Win a prize', email: EMAIL, password: PASSWORD }, register);
    await stranger.logIn({ email: EMAIL });
    await stranger.post(`${links.home}/children`, { number: '1000', ...BORN }, `${links.home}/children`);
    assert.equal((await children()).length, 1);
  });

  it('gives it to the owner alone: the password, the name, the sessions and the children go', async () => {
    const owner = visitor();
    await ask(owner);
    const path = await lastLink();
    assert.match((await owner.get(path)).text, /registered with this address before/);
    assert.equal((await use(owner, path)).headers.location, `${links.home}/children`);
    assert.match(
      (await owner.get(`${links.home}/children`)).text,
      /They are removed[\s\S]*The password chosen [^.]* was removed/,
    );
    const user = await User.findOne({ email: EMAIL }).orFail().lean();
    assert.deepEqual([user.passwordHash, user.name], [undefined, 'Maya Lopez']);
    assert.deepEqual(await children(), []);
    assert.ok(!(await isIn(stranger)) && (await isIn(owner)));
    await assert.rejects(visitor().logIn({ email: EMAIL }));
  });

  it('keeps everything where it was the owner, who knows the password', async () => {
    const owner = visitor();
    await ask(owner);
    const path = await lastLink();
    const wrong = await use(owner, path, { password: 'not this one' });
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /isn’t the password that was chosen/);
    assert.equal((await use(owner, path, { password: PASSWORD })).status, 303);
    assert.equal((await children()).length, 1);
    assert.ok((await User.findOne({ email: EMAIL }).lean())?.emailProvenAt);
  });

  it('asks for the password also in a browser that somebody left logged in', async () => {
    await ask(stranger);
    const path = await lastLink();
    assert.match((await stranger.get(path)).text, /registered with this address before/);
    assert.equal((await use(stranger, path)).status, 303);
    assert.equal((await User.findOne({ email: EMAIL }).lean())?.passwordHash, undefined);
    assert.deepEqual(await children(), []);
    assert.ok(await isIn(stranger));
  });

  it('asks for the password also where no child was added, and says that it was removed', async () => {
    await Household.deleteMany();
    const owner = visitor();
    await ask(owner);
    const path = await lastLink();
    assert.match((await owner.get(path)).text, /registered with this address before/);
    await use(owner, path);
    assert.match((await owner.get(`${links.home}/children`)).text, /The password chosen [^.]* was removed/);
  });
});
