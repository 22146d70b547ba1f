import type { Response, Router } from 'express';
import { Types } from 'mongoose';
import { ensureHousehold } from '../booking/ensure-household.js';
import { withNames } from '../meetings/name-meetings.js';
import type { Deps } from '../deps.js';
import { checkJoin, type JoinRefusal, type TooMuch } from '../households/check-join.js';
import { joinBySchool } from '../households/join-household.js';
import { leaveHousehold } from '../households/leave-household.js';
import { sayMeeting } from '../households/show-family.js';
import { goingWith } from '../households/split-household.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { isBlocked, User } from '../models/user.js';
import { actorOf } from '../web/actor.js';
import { HttpError, notFound } from '../web/errors.js';
import { andList, countOf } from '../web/format-count.js';
import { parseForm, parseQuery, type Form } from '../web/parse.js';
import { sayMailed } from '../web/say-mailed.js';
import { say } from '../web/session.js';
import { nameBeside } from './name-beside.js';
import { findAdult, type Adult } from './queries.js';
import { togetherForm } from './schema.js';
import { adultOf, eventIn, page, pathOf } from './show-frame.js';

const WHY: Record<JoinRefusal, string> = {
  over: 'That login has no family that can be joined.',
  already: 'These two already book together.',
  shares: 'This person already books together with somebody else. First let them book separately.',
  full: 'That family already has as many adults as can book together.',
  'under way': 'Another change to one of these families is in progress. Try again in a minute.',
  school:
    'A child was removed from one of the two. Put the child back first, or remove the child from the other.',
};

/** The school lets two adults act as one family, and parts them again. Each change is shown before it is done. */
export function householdPages(router: Router, deps: Deps): void {
  router.get('/:user/together', async (req, res) => {
    const adult = adultOf(res);
    const { email } = parseQuery(togetherForm, req.query);
    await showTogether(res, adult, email, email ? await findOther(deps, res, adult, email) : undefined);
  });

  router.post('/:user/together', async (req, res) => {
    const adult = adultOf(res);
    const parsed = parseForm(togetherForm, req.body);
    if (!parsed.ok) {
      renderTogether(res.status(422), adult, parsed);
      return;
    }
    const { email } = parsed.value;
    const found = await findOther(deps, res, adult, email);
    if (!found.ok) {
      await showTogether(res.status(422), adult, email, found);
      return;
    }
    const { user, account } = actorOf(res);
    const household = await ensureHousehold(account, found.other._id, deps.now());
    const joined = await joinBySchool(deps, {
      ...{ account, household: household._id, adult: adult.user._id, by: user },
    });
    if (!joined) throw underWay();
    say(req, {
      kind: 'ok',
      text: `${adult.user.name} and ${found.other.name} now book together as one family.`,
    });
    res.redirect(303, pathOf(res, adult));
  });

  router.get('/:user/separate', async (_req, res) => {
    const adult = adultOf(res);
    if (!adult.household || adult.household.adults.length < 2) throw notFound();
    const { beside: others } = await nameBeside(res, adult);
    const coming = {
      household: adult.household._id,
      state: { $in: LIVING_STATES },
      from: { $gt: deps.now() },
    };
    const mine = await Appointment.countDocuments({
      $and: [coming, goingWith(adult.household, adult.user._id)],
    });
    const title = `Let ${adult.user.name} book separately from ${others}?`;
    res.render('families/separate', {
      ...page(res, adult, title),
      effects: [
        `${countOf(mine, 'upcoming appointment goes', 'upcoming appointments go')} along with ${adult.user.name}: for children whom only ${adult.user.name} added, and booked by ${adult.user.name} for children whom both added.`,
        `${countOf(Math.max(0, adult.coming.length - mine), 'other appointment stays', 'other appointments stay')} with ${others}.`,
        'Each keeps the children whom they added. Neither sees the other’s appointments anymore.',
        sayMailed(res, 'Both are told by email.'),
      ],
    });
  });

  router.post('/:user/separate', async (req, res) => {
    const adult = adultOf(res);
    const left =
      adult.household &&
      (await leaveHousehold(deps, adult.household, {
        ...{ adult: adult.user._id, by: actorOf(res).user, bySchool: true },
      }));
    if (left)
      say(req, { kind: 'ok', text: `${adult.user.name} no longer books together with another adult.` });
    res.redirect(303, pathOf(res, adult));
  });
}

type Other = ({ ok: true; other: User } & TooMuch) | { ok: false; why: string };

/**
 * Whom an adult is to act as one with, by the address of their login, and what the two have too much of together. For who runs one event,
 * the other family must be whole in it too: else it would be changed, and read, beyond the event.
 */
async function findOther(deps: Deps, res: Response, adult: Adult, email: string): Promise<Other> {
  const actor = actorOf(res);
  const { account } = actor;
  const event = eventIn(res)?._id;
  const other = await User.findOne({
    email,
    grants: { $elemMatch: { account, level: 'customer' } },
  }).lean();
  const found = other && !isBlocked(other, account) && (await findAdult(actor, other._id, deps.now(), event));
  if (!found)
    return {
      ok: false,
      why: event
        ? 'No parent in this event has registered with this address. Ask an administrator of your school.'
        : 'No parent has registered with this address. Check it on the family’s page.',
    };
  if (other._id.equals(adult.user._id)) return { ok: false, why: 'Enter the other adult’s address.' };
  if (found.part && !found.part.isWhole)
    return {
      ok: false,
      why: 'That family also has something in another event. Ask an administrator of your school.',
    };
  // Whoever typed somebody else's address would get that family's children and appointments.
  if (!other.emailProvenAt) return { ok: false, why: 'This address isn’t confirmed yet.' };
  if (!adult.user.emailProvenAt)
    return { ok: false, why: `${adult.user.name}’s own email address isn’t confirmed yet.` };
  if (adult.blockedAt) return { ok: false, why: `${adult.user.name} is blocked. Unblock this login first.` };
  // A look makes no household: who has none yet is an adult alone.
  const household = found.household ?? {
    ...{ _id: new Types.ObjectId(), account, adults: [other._id], children: [], createdAt: deps.now() },
  };
  const joinable = await checkJoin(account, household, other._id, adult.user._id, deps.now());
  if (!joinable.ok) return { ok: false, why: WHY[joinable.reason] };
  return { ...joinable, other };
}

async function showTogether(res: Response, adult: Adult, email: string, found?: Other): Promise<void> {
  const errors: Form['errors'] = found && !found.ok ? { email: found.why } : {};
  const tooMuch = found?.ok ? await sayTooMuch(res, found) : [];
  renderTogether(res, adult, { values: { email }, errors }, found?.ok ? found.other : undefined, tooMuch);
}

function renderTogether(res: Response, adult: Adult, form: Form, other?: User, tooMuch: string[] = []): void {
  const title = `Let ${adult.user.name} book together with another adult`;
  res.render('families/together', { ...page(res, adult, title), adult, form, other, tooMuch });
}

async function sayTooMuch(res: Response, { clashes, over, doubles }: TooMuch): Promise<string[]> {
  const actor = actorOf(res);
  const names = new Map(
    (await withNames([...clashes, ...doubles].flat(), actor)).map((one) => [one.id, one]),
  );
  const both = (pair: TooMuch['clashes'][number]) =>
    andList(
      pair.map(({ _id }) => sayMeeting(names.get(_id.toHexString()), actor)),
      actor,
    );
  return [
    ...clashes.map((pair) => `At the same time: ${both(pair)}.`),
    ...doubles.map((pair) => `Twice with one teacher about one child: ${both(pair)}.`),
    ...over.map(
      ({ count, most }) =>
        `Together they have ${count} appointments in one event. A family may have ${most}.`,
    ),
  ];
}

function underWay(): HttpError {
  return new HttpError(
    409,
    'This can’t be done now',
    'Another change to this family is in progress. Try again in a minute.',
  );
}
