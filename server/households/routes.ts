import express, { type Request, type Response, type Router } from 'express';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { HouseholdChange } from '../models/household-change.js';
import { Household } from '../models/household.js';
import { User } from '../models/user.js';
import type { Deps } from '../deps.js';
import { familyOf, loadConference, parentGuard, type Family } from '../parents/load-conference.js';
import { HttpError } from '../web/errors.js';
import { longDay } from '../web/format-time.js';
import { dayOf } from '../web/local-time.js';
import { parseForm, parseId, typedValues, type Form } from '../web/parse.js';
import { rateLimit, refusedTry } from '../web/rate-limit.js';
import { wordsFor } from '../web/read-language.js';
import { say } from '../web/session.js';
import { checkJoin, isTooMuch, type JoinRefusal } from './check-join.js';
import { inviteAdult, openInvitations, withdrawInvitation } from './invite-adult.js';
import { acceptInvitation } from './join-household.js';
import { childrenOf, leaveHousehold } from './leave-household.js';
import { acceptForm, inviteForm } from './schema.js';
import { childrenInWords, namesOf, sayTooMuch } from './show-family.js';

const REFUSALS: Record<JoinRefusal, string> = {
  over: 'household.isOver',
  already: 'household.isAlready',
  shares: 'household.shares',
  full: 'household.isFull',
  school: 'household.askSchool',
};

type Asked = Request<{ change: string }>;

/** Adults who act as one: inviting, accepting and leaving, behind an event's link, for who is logged in. */
export function householdRoutes(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  router.use('/e/:link/family', loadConference, parentGuard);
  router.use('/e/:link', adultPages(deps));
  return router;
}

/** The pages themselves, below whatever opened the event. */
export function adultPages(deps: Deps): Router {
  const pages = express.Router({ mergeParams: true });
  // Each is a mail to an address that may be a stranger's.
  const invites = rateLimit('invite-adult', 6, 3600);

  pages.get('/family', async (_req, res) => {
    await showAdults(deps, res, await familyOf(res, deps));
  });

  pages.post('/family/invitations', async (req, res) => {
    const family = await familyOf(res, deps);
    const t = wordsFor(res);
    const parsed = parseForm(inviteForm(t), req.body, t);
    const refuse = (message: string) =>
      showAdults(deps, res.status(422), family, {
        values: typedValues(req.body),
        errors: { email: message },
      });
    if (!parsed.ok) {
      await showAdults(deps, res.status(422), family, parsed);
      return;
    }
    const { email } = parsed.value;
    if (!family.actor.emailProven) return refuse(t('household.proveFirst'));
    if (email === family.actor.email) return refuse(t('household.ownEmail'));
    const tooMany = await refusedTry(res, () => invites.take(family.actor.user.toHexString()));
    if (tooMany) return refuse(tooMany);
    const until = await inviteAdult(deps, family, email);
    if (!until) return refuse(t('household.tooManyInvited'));
    say(req, { kind: 'ok', text: t('household.invited', { email, until: dayInWords(until, family) }) });
    res.redirect(303, `${family.home}/family`);
  });

  pages.post('/family/invitations/:change/withdraw', async (req, res) => {
    const { household, home } = await familyOf(res, deps);
    if (await withdrawInvitation(household._id, parseId(req.params.change)))
      say(req, { kind: 'ok', text: wordsFor(res)('household.withdrawn') });
    res.redirect(303, `${home}/family`);
  });

  pages.get('/family/invitations/:change', async (req, res) => {
    const family = await familyOf(res, deps);
    await showInvitation(deps, res, family, await invitationOf(deps, req, family));
  });

  pages.post('/family/invitations/:change', async (req, res) => {
    const family = await familyOf(res, deps);
    const invitation = await invitationOf(deps, req, family);
    const t = wordsFor(res);
    const joinable = await checkIt(deps, family, invitation);
    const parsed = parseForm(acceptForm, req.body, t);
    if (isTooMuch(joinable) && !(parsed.ok && parsed.value.keep)) {
      const errors = { keep: t('household.decide') };
      await showInvitation(deps, res.status(422), family, invitation, { values: {}, errors });
      return;
    }
    if (!(await acceptInvitation(deps, invitation._id, family.actor.user))) throw noInvitation();
    say(req, { kind: 'ok', text: t('household.joined', { other: await nameOf(invitation) }) });
    res.redirect(303, `${family.home}/family`);
  });

  pages.post('/family/invitations/:change/decline', async (req, res) => {
    const family = await familyOf(res, deps);
    const { _id } = await invitationOf(deps, req, family);
    await HouseholdChange.updateOne({ _id, state: 'open' }, { $set: { state: 'declined' } });
    say(req, { kind: 'ok', text: wordsFor(res)('household.declined') });
    res.redirect(303, family.home);
  });

  pages.get('/family/leave', async (_req, res) => {
    await showLeaving(deps, res, await familyOf(res, deps));
  });

  pages.post('/family/leave', async (req, res) => {
    const { household, actor, event, home } = await familyOf(res, deps);
    const left = await leaveHousehold(deps, household, {
      ...{ adult: actor.user, by: actor.user, event: event._id },
    });
    if (left) say(req, { kind: 'ok', text: wordsFor(res)('household.left') });
    res.redirect(303, `${home}/family`);
  });

  return pages;
}

async function showAdults(deps: Deps, res: Response, family: Family, form?: Form): Promise<void> {
  const { household, actor } = family;
  const others = household.adults.filter((id) => !id.equals(actor.user));
  const invitations = await openInvitations(household._id, deps.now());
  res.render('households/family', {
    title: wordsFor(res)('household.title'),
    others: others.length > 0 ? await namesOf(others, family) : '',
    invitations: invitations.map(({ _id, email, expiresAt }) => ({
      id: _id.toHexString(),
      email,
      until: dayInWords(expiresAt, family),
    })),
    ...(form ? { form } : {}),
  });
}

async function showInvitation(
  deps: Deps,
  res: Response,
  family: Family,
  invitation: HouseholdChange,
  form?: Form,
): Promise<void> {
  const joinable = await checkIt(deps, family, invitation);
  const other = await nameOf(invitation);
  res.render('households/invitation', {
    title: wordsFor(res)('household.question', { other }),
    other,
    id: invitation._id.toHexString(),
    own: await childrenInWords(
      family.household.children.map(({ student }) => student),
      family,
    ),
    tooMuch: await sayTooMuch(joinable, family, family.household._id),
    ...(form ? { form } : {}),
  });
}

/** What stands in the way for good is said as a page of its own. */
async function checkIt(deps: Deps, { account, actor, event }: Family, { household, by }: HouseholdChange) {
  const found = await Household.findOne({ _id: household, account: account._id }).lean();
  const joinable = await checkJoin(account._id, found, by, actor.user, deps.now());
  if (joinable.ok) return joinable;
  const values = { school: account.name, event: event.name };
  throw new HttpError(409, { key: 'household.notPossible' }, { key: REFUSALS[joinable.reason], values });
}

/** An invitation to the proven address of who asks. Every other one is as if it were not there. */
async function invitationOf(deps: Deps, req: Asked, { account, actor }: Family): Promise<HouseholdChange> {
  const found = await HouseholdChange.findOne({
    _id: parseId(req.params.change),
    account: account._id,
    kind: 'join',
    state: 'open',
    expiresAt: { $gt: deps.now() },
  }).lean();
  if (!found || !actor.emailProven || found.email !== actor.email) throw noInvitation();
  return found;
}

function noInvitation(): HttpError {
  return new HttpError(404, { key: 'household.noInvitation' }, { key: 'household.noInvitationAdvice' });
}

async function nameOf({ by }: HouseholdChange): Promise<string> {
  return (await User.findById(by, { name: 1 }).lean())?.name ?? '';
}

async function showLeaving(deps: Deps, res: Response, family: Family): Promise<void> {
  const { household, actor, home, account } = family;
  const others = household.adults.filter((id) => !id.equals(actor.user));
  if (others.length === 0) {
    res.redirect(303, `${home}/family`);
    return;
  }
  const t = wordsFor(res);
  const own = childrenOf(household, actor.user).map(({ student }) => student);
  const lost = household.children
    .map(({ student }) => student)
    .filter((id) => !own.some((one) => one.equals(id)));
  const coming = {
    household: household._id,
    account: account._id,
    state: { $in: LIVING_STATES },
    to: { $gt: deps.now() },
  };
  const [mine, all] = await Promise.all([
    Appointment.countDocuments({ ...coming, bookedBy: actor.user }),
    Appointment.countDocuments(coming),
  ]);
  const names = await namesOf(others, family);
  res.render('households/leave', {
    title: t('household.leaveTitle'),
    effects: [
      t('household.mineGo', { count: mine }),
      t('household.othersStay', { count: all - mine, other: names }),
      ...(own.length > 0
        ? [t('household.keepChildren', { children: await childrenInWords(own, family) })]
        : []),
      ...(lost.length > 0
        ? [t('household.loseChildren', { children: await childrenInWords(lost, family) })]
        : []),
      t('household.seeNothing', { other: names }),
    ],
  });
}

function dayInWords(at: Date, { event }: Family): string {
  return longDay(dayOf(at, event.timeZone), event);
}
