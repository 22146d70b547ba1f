import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { findAdult } from '../../server/families/queries.js';
import { removeChild } from '../../server/families/remove-child.js';
import { finishChanges } from '../../server/households/finish-changes.js';
import { leaveHousehold } from '../../server/households/leave-household.js';
import { acceptInvitation } from '../../server/households/join-household.js';
import { Appointment, LIVING_STATES } from '../../server/models/appointment.js';
import { Claim } from '../../server/models/claim.js';
import { Diary } from '../../server/models/diary.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { HouseholdChange } from '../../server/models/household-change.js';
import { Notification } from '../../server/models/notification.js';
import type { User } from '../../server/models/user.js';
import { makeUser, Visitor } from '../support/app.js';
import { EVE, findDoubles, makeHousehold } from '../support/booking/conference.js';
import { Desk } from '../support/booking/desk.js';
import { interleave } from '../support/booking/interleave.js';
import { asApp } from '../support/scans.js';

/** Runs it until so many calls to the database are made. @returns whether it died on the way */
async function dieAfter(calls: number, run: () => Promise<void>): Promise<boolean> {
  let isDone = false;
  const work = async () => {
    await run();
    isDone = true;
  };
  await interleave([{ name: 'worker', dieAfter: calls, run: work }], () => 0);
  return !isDone;
}

describe('adults who act as one', function () {
  let desk: Desk;
  let [kim, lou]: { visitor: Visitor; user: User }[] = [];
  let account: Types.ObjectId;

  const person = async (name: string, child: number) => {
    const email = `${name.toLowerCase()}@example.org`;
    const user = await makeUser(account, 'customer', { name, email });
    await makeHousehold(account, desk.fair.students.slice(child, child + 1), user._id);
    return { visitor: await new Visitor(desk.test.app).logIn(user), user };
  };
  const family = () => `${desk.home}/family`;
  const invite = (email: string) => kim!.visitor.post(`${family()}/invitations`, { email }, family());
  const invitation = async () => {
    const mail = await Notification.findOne({ kind: 'household invitation' }).sort({ _id: -1 }).lean();
    const [, path = ''] = /https?:\/\/[^/]+(\/e\/\S+\/invitations\/\w+)/.exec(mail?.text ?? '') ?? [];
    return path;
  };
  const homeOf = (user: User) => Household.findOne({ account, adults: user._id }).lean();
  const meetingsOf = async (user: User) =>
    Appointment.find({ household: (await homeOf(user))?._id, state: { $in: LIVING_STATES } }).lean();

  /** Claims and diaries name the household of each living appointment, and no other. */
  async function checkTaken(): Promise<void> {
    assert.deepEqual(await findDoubles(desk.fair), []);
    for (const { _id, household } of await Appointment.find({ state: { $in: LIVING_STATES } }).lean()) {
      const claims = (await Claim.find({ appointment: _id }).lean()).map((claim) => claim._id);
      const ofFamily = claims.filter(
        (name) => /^limit(-family)?:/.test(name) && name.includes(String(household)),
      );
      assert.equal(ofFamily.length, 2, claims.join(' '));
      assert.equal(claims.length, new Set(claims.map((name) => name.replace(/:\d+$/, ''))).size);
      const others = (await Household.find({ _id: { $ne: household } }).lean()).map((one) => String(one._id));
      const diaries = (await Diary.find({ 'busy.appointment': _id }).lean()).map((diary) => diary._id);
      assert.ok(diaries.some((name) => name.startsWith(String(household))));
      assert.ok(!diaries.some((name) => others.includes(name.split(':')[0]!)));
    }
  }

  beforeEach(async () => {
    desk = await Desk.open();
    account = desk.fair.account._id;
    kim = await person('Kim', 0);
    lou = await person('Lou', 1);
  });

  it('one invites, the other accepts what is said plainly; then each sees all, and both are told', async () => {
    await desk.book(kim!.visitor, 0, 0, 0);
    await desk.book(lou!.visitor, 1, 1, 1);
    assert.match((await kim!.visitor.get(family())).text, /You book on your own/);
    await invite('LOU@example.org');
    const path = await invitation();
    const page = await lou!.visitor.get(path);
    assert.match(
      page.text,
      /Book together with Kim\?[\s\S]*sees the other’s name and children[\s\S]*Leo[\s\S]*can leave again/,
    );
    assert.equal((await meetingsOf(lou!.user)).length, 1);
    await lou!.visitor.post(path, {}, path);
    assert.match((await lou!.visitor.get(family())).text, /You book together with Kim\./);
    for (const one of [kim!, lou!]) {
      const { text } = await one.visitor.get(desk.home);
      assert.match(text, /Ana’s teachers[\s\S]*Leo’s teachers/);
      assert.equal((await meetingsOf(one.user)).length, 2);
      assert.ok(await Notification.exists({ to: one.user.email, subject: /book together$/ }));
    }
    await checkTaken();
    // What one books the other hears of.
    await desk.book(lou!.visitor, 0, 2, 1);
    for (const { user } of [kim!, lou!])
      assert.ok(
        await Notification.exists({ to: user.email, kind: 'appointment booked', subject: /Mrs Lee/ }),
      );
    // Once is enough.
    assert.equal((await lou!.visitor.get(path)).status, 404);
  });

  it('an invitation is alike for known and unknown addresses, and is nobody else’s; it ends, and can be withdrawn or declined', async () => {
    const [known, unknown] = [await invite('lou@example.org'), await invite('nobody@example.org')];
    assert.equal(known.status, unknown.status);
    assert.equal(known.headers.location, unknown.headers.location);
    const texts = await Notification.find({ kind: 'household invitation' }).lean();
    assert.equal(texts.length, 2);
    const bare = ({ text }: Notification) => text.replace(/invitations\/\w+/, '');
    assert.equal(bare(texts[0]!), bare(texts[1]!));
    const other = await person('Max', 1);
    const toLou = String((await HouseholdChange.findOne({ email: 'lou@example.org' }).lean())?._id);
    const path = `${family()}/invitations/${toLou}`;
    assert.equal((await other.visitor.get(path)).status, 404);
    assert.equal((await other.visitor.post(path, {}, desk.home)).status, 404);
    assert.equal((await kim!.visitor.post(path, {}, desk.home)).status, 404);
    await lou!.visitor.post(`${path}/decline`, {}, path);
    assert.equal((await lou!.visitor.get(path)).status, 404);

    await invite('lou@example.org');
    const second = await invitation();
    await kim!.visitor.post(`${second}/withdraw`, {}, family());
    assert.equal((await lou!.visitor.post(second, {}, desk.home)).status, 404);
    await invite('lou@example.org');
    const third = await invitation();
    desk.test.setNow(new Date(EVE.getTime() + 15 * 24 * 3600_000));
    const late = await new Visitor(desk.test.app).logIn(lou!.user);
    assert.equal((await late.get(third)).status, 404);
    assert.equal((await homeOf(lou!.user))?.adults.length, 1);
  });

  it('of two who were invited one joins while the other decides: that one doesn’t come in, and sees nothing of it', async () => {
    const max = await person('Max', 1);
    await invite('lou@example.org');
    await invite('max@example.org');
    // Max has looked already when all of Lou’s join happens.
    const toMax = await HouseholdChange.findOne({ email: 'max@example.org' }).orFail().lean();
    const toLou = await HouseholdChange.findOne({ email: 'lou@example.org' }).orFail().lean();
    assert.equal(await asApp(() => acceptInvitation(desk.test.deps, toLou._id, lou!.user._id)), true);
    assert.equal(await asApp(() => acceptInvitation(desk.test.deps, toMax._id, max.user._id)), false);
    const [both, alone] = [await homeOf(kim!.user), await homeOf(max.user)];
    assert.deepEqual(both!.adults, [kim!.user._id, lou!.user._id]);
    assert.deepEqual([both!.children.length, alone!.children.length], [2, 1]);
    assert.deepEqual(alone!.adults, [max.user._id]);
    assert.equal(await HouseholdChange.countDocuments({ state: 'accepted' }), 0);
  });

  it('what clashes or passes a limit is said, and waits for a decision; what is kept is listed for the school', async () => {
    await desk.book(kim!.visitor, 0, 0, 0);
    await desk.book(lou!.visitor, 1, 0, 1);
    await Event.updateOne({ _id: desk.fair.event._id }, { $set: { 'booking.perHousehold': 1 } });
    await invite('lou@example.org');
    const path = await invitation();
    assert.match(
      (await lou!.visitor.get(path)).text,
      /at the same time as yours: [^(]+\(Leo\)[\s\S]*more meetings than a family may have \(1\)/,
    );
    const held = await lou!.visitor.post(path, {}, path);
    assert.equal(held.status, 422);
    assert.equal((await homeOf(lou!.user))?.adults.length, 1);
    await lou!.visitor.post(path, { keep: '1' }, path);
    const joint = await meetingsOf(kim!.user);
    assert.deepEqual(joint.map(({ state }) => state).sort(), ['booked', 'problem']);
    assert.equal(joint.find(({ state }) => state === 'problem')?.problem?.code, 'two at once');
  });

  it('who leaves takes what they booked and their children, as was said; nothing of the other shows from then on', async () => {
    await desk.book(kim!.visitor, 0, 0, 0);
    await desk.book(lou!.visitor, 1, 1, 1);
    await invite('lou@example.org');
    const path = await invitation();
    await lou!.visitor.post(path, {}, path);
    const asked = await lou!.visitor.get(`${family()}/leave`);
    assert.match(
      asked.text,
      /1 meeting goes with you[\s\S]*1 other meeting stays with Kim[\s\S]*You keep: Leo\.[\s\S]*You won’t see these children here anymore: Ana\./,
    );
    await lou!.visitor.post(`${family()}/leave`, {}, `${family()}/leave`);
    const [his, hers] = [await meetingsOf(lou!.user), await meetingsOf(kim!.user)];
    assert.deepEqual([his.length, hers.length], [1, 1]);
    assert.ok(his[0]!.bookedBy.equals(lou!.user._id) && hers[0]!.bookedBy.equals(kim!.user._id));
    assert.doesNotMatch((await lou!.visitor.get(desk.home)).text, /Ana/);
    assert.doesNotMatch((await kim!.visitor.get(desk.home)).text, /Leo/);
    assert.equal((await kim!.visitor.get(`${desk.home}/appointments/${String(his[0]!._id)}`)).status, 404);
    await checkTaken();
    assert.equal(await HouseholdChange.countDocuments({ state: 'done' }), 2);
  });

  /** Kim and Lou act as one. @returns their household */
  async function together(): Promise<Types.ObjectId> {
    await invite('lou@example.org');
    const path = await invitation();
    await lou!.visitor.post(path, {}, path);
    return (await homeOf(kim!.user))!._id;
  }
  const leave = async (user: User) =>
    leaveHousehold(desk.test.deps, (await homeOf(user))!, { adult: user._id, by: user._id });

  it('a meeting goes with whoever has the child, whoever booked it; to what stays nobody goes who left', async () => {
    const joint = await together();
    await desk.book(lou!.visitor, 0, 0, 0);
    await desk.book(kim!.visitor, 1, 1, 1);
    const [ana] = (await homeOf(kim!.user))!.children;
    await Appointment.updateOne({ students: ana!.student }, { $set: { goer: lou!.user._id } });
    await Diary.updateMany({ _id: new RegExp(String(joint)) }, { $set: { 'busy.$[].who': lou!.user._id } });
    assert.match(
      (await lou!.visitor.get(`${family()}/leave`)).text,
      /1 meeting goes with you[\s\S]*1 other meeting stays/,
    );
    assert.ok(await leave(lou!.user));
    const [his, hers] = [await meetingsOf(lou!.user), await meetingsOf(kim!.user)];
    assert.deepEqual([his.length, hers.length], [1, 1]);
    assert.ok(his[0]!.bookedBy.equals(kim!.user._id) && hers[0]!.bookedBy.equals(lou!.user._id));
    assert.equal(hers[0]!.goer, undefined);
    const [diary] = await Diary.find({ _id: new RegExp(String(joint)) }).lean();
    assert.equal(diary?.busy.length, 1);
    assert.equal(diary.busy[0]!.who, undefined);
    await checkTaken();
  });

  it('whom the school took away comes back with no adult who leaves', async () => {
    const ana = (await homeOf(kim!.user))!.children[0]!;
    await Household.updateOne(
      { adults: lou!.user._id },
      { $push: { children: { ...ana, adult: lou!.user._id } } },
    );
    const _id = await together();
    assert.equal((await homeOf(kim!.user))?.brought?.length, 1);
    const adult = await findAdult({ account, locale: 'en-US' }, kim!.user._id, EVE);
    const { household } = adult!;
    const actor = { ...{ account, user: kim!.user._id, locale: 'en-US' } } as Parameters<
      typeof removeChild
    >[1];
    await removeChild(
      desk.test.deps,
      actor,
      { ...adult!, household: household! },
      {
        ...{ student: ana.student, outcome: 'keep', tell: false },
      },
    );
    assert.equal((await Household.findById(_id).lean())?.brought?.length, 0);
    // Nor what a change that was decided before had noted.
    await Household.updateOne({ _id }, { $push: { brought: { ...ana, adult: lou!.user._id } } });
    assert.ok(await leave(kim!.user));
    for (const { user } of [kim!, lou!]) {
      const { children, removed } = (await homeOf(user))!;
      assert.ok(!children.some(({ student }) => student.equals(ana.student)), user.name);
      assert.ok(
        removed?.some(({ student }) => student.equals(ana.student)),
        user.name,
      );
    }
  });

  it('a third is let in by the school alone, and by nobody while a change is under way', async () => {
    const max = await person('Max', 1);
    await invite('max@example.org');
    const toMax = await invitation();
    await together();
    const refused = await max.visitor.get(toMax);
    assert.equal(refused.status, 409);
    assert.match(refused.text, /The school has to do this/);
    assert.equal(
      (await kim!.visitor.post(`${family()}/invitations`, { email: 'x@example.org' }, family())).status,
      422,
    );
    assert.ok(await leave(lou!.user));
    // Kim has accepted Lou's invitation, and the process died: her household is not joined by Max meanwhile.
    const [own, his] = [(await homeOf(kim!.user))!._id, (await homeOf(lou!.user))!._id];
    const more = { account, kind: 'join' as const, createdAt: EVE, expiresAt: new Date(EVE.getTime() + 1e9) };
    await HouseholdChange.create({
      ...{ ...more, state: 'accepted', household: his, by: lou!.user._id, adult: kim!.user._id },
      touches: [his, own],
    });
    assert.match(
      (await max.visitor.get(toMax)).text,
      /Another change to one of your families is in progress/,
    );
    const { _id } = (await HouseholdChange.findOne({ email: 'max@example.org', state: 'open' }).lean())!;
    assert.equal(await acceptInvitation(desk.test.deps, _id, max.user._id), false);
    await asApp(() => finishChanges(desk.test.deps, new AbortController().signal));
    assert.equal((await homeOf(kim!.user))?.adults.length, 2);
    assert.equal((await homeOf(max.user))?.adults.length, 1);
    assert.equal((await homeOf(max.user))?.children.length, 1);
  });

  it('a death between any two writes of joining and leaving loses nothing: what was decided is done again', async () => {
    await desk.book(kim!.visitor, 0, 0, 0);
    await desk.book(lou!.visitor, 1, 1, 1);
    for (const what of ['join', 'leave'] as const) {
      let deaths = 0;
      for (let n = 2; ; n += 2) {
        const isDead = await dieAfter(n, async () => {
          if (what === 'leave') {
            const home = (await homeOf(lou!.user))!;
            await leaveHousehold(desk.test.deps, home, { adult: lou!.user._id, by: lou!.user._id });
          } else {
            await HouseholdChange.create({
              ...{ account, household: (await homeOf(kim!.user))!._id, by: kim!.user._id, kind: 'join' },
              ...{ state: 'open', email: 'lou@example.org', createdAt: EVE },
              expiresAt: new Date(EVE.getTime() + 1e9),
            });
            const open = (await HouseholdChange.findOne({ state: 'open' }).lean())!;
            await acceptInvitation(desk.test.deps, open._id, lou!.user._id);
          }
        });
        if (isDead) deaths += 1;
        await asApp(() => finishChanges(desk.test.deps, new AbortController().signal));
        await HouseholdChange.deleteMany({ state: 'open' });
        const isJoint = (await homeOf(lou!.user))!._id.equals((await homeOf(kim!.user))!._id);
        const living = await Appointment.find({ state: { $in: LIVING_STATES } }).lean();
        assert.equal(living.length, 2, `${what} ${n}`);
        const homes = await Promise.all([kim!, lou!].map(({ user }) => homeOf(user)));
        for (const { household } of living)
          assert.ok(
            homes.some((home) => home?._id.equals(household)),
            `${what} ${n}`,
          );
        await checkTaken();
        if (!isDead) {
          assert.equal(isJoint, what === 'join');
          break;
        }
        // Back to where it began, for a death one write later.
        if (isJoint && what === 'join')
          await leaveHousehold(desk.test.deps, homes[1]!, { adult: lou!.user._id, by: lou!.user._id });
        else if (!isJoint && what === 'leave') await joinAgain();
      }
      assert.ok(deaths > 5, `${what} has writes`);
    }
  });

  async function joinAgain(): Promise<void> {
    const { _id } = await HouseholdChange.create({
      ...{
        account,
        household: (await homeOf(kim!.user))!._id,
        by: kim!.user._id,
        kind: 'join',
        state: 'open',
      },
      ...{ email: 'lou@example.org', createdAt: EVE, expiresAt: new Date(EVE.getTime() + 1e9) },
    });
    await acceptInvitation(desk.test.deps, _id, lou!.user._id);
  }
});
