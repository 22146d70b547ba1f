import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { forbidden, notFound } from '../../web/errors.js';
import { FRESH_FORM, parseForm, parseId, typedValues } from '../../web/parse.js';
import { endStep } from '../../web/session.js';
import { changeLevel, inviteStaff } from '../invite-staff.js';
import { mayChangeAccess } from '../policy.js';
import { staffLogins } from '../queries.js';
import { eventLevelSchema, invitationSchema, levelSchema } from '../schema.js';
import { reachKey, reachOf } from '../show-reach.js';
import { levelField, listAddress, showLogins } from './show-logins.js';

/** Staff accounts as one form: whichever button is pressed, other selections and typed text stay. */
export function addLoginPages(router: Router, deps: Deps): void {
  router.get('/logins', (req, res) => showLogins(deps, req, res, FRESH_FORM));

  // Shows the page with what is typed and selected, and the teachers that a search finds.
  router.post('/logins/draft', (req, res) =>
    showLogins(deps, req, res, { values: typedValues(req.body), errors: {} }),
  );

  router.post('/logins', async (req, res) => {
    const parsed = parseForm(invitationSchema, req.body);
    if (!parsed.ok) return showLogins(deps, req, res.status(422), parsed);
    const invited = await inviteStaff(deps, actorOf(res), parsed.value);
    if (!invited.ok) {
      const [field, message] = NOT_INVITED[invited.reason];
      const form = { values: typedValues(req.body), errors: { [field]: message } };
      return showLogins(deps, req, res.status(422), form);
    }
    const text = invited.now
      ? 'Done. This person already works here, and now has this access.'
      : deps.config.smtpUrl === undefined
        ? 'Invited. No email server is set up: read the link in the Outbox and pass it on.'
        : 'Invited. The email with the link is on its way.';
    await backToLogins(deps, req, res, text, INVITATION);
  });

  router.post('/logins/:user/level', async (req, res) => {
    const actor = actorOf(res);
    const user = parseId(req.params.user);
    if (!mayChangeAccess(actor, user.toHexString())) throw forbidden();
    const { reach: key } = (req.body ?? {}) as Record<string, unknown>;
    const reach = reachOf(key);
    const login = (await staffLogins(actor.account, deps.now())).find(({ id }) => id === req.params.user);
    if (!login || !reach) throw notFound();
    const field = levelField(login.id, reachKey(reach));
    const values = typedValues(req.body);
    const parsed = parseForm(reach.event ? eventLevelSchema : levelSchema, {
      level: values[field] ?? values.level,
      was: values[field.replace('level-', 'was-')],
    });
    if (!parsed.ok) {
      const errors = { [field]: `Select an access level for ${login.name} from the list.` };
      return showLogins(deps, req, res.status(422), { values: { ...values, [field]: undefined }, errors });
    }
    const changed = await changeLevel(deps, actor, user, reach, parsed.value);
    if (!changed) {
      // An account that is gone has no field any more.
      const isThere = login.access.some((one) => one.key === reachKey(reach));
      if (!isThere && parsed.value.was === undefined) throw notFound();
      const errors = { [isThere ? field : '_form']: sayMeanwhile(login) };
      const form = { values: { ...values, [field]: parsed.value.level }, errors };
      return showLogins(deps, req, res.status(422), form);
    }
    await backToLogins(deps, req, res, `The access level of ${login.name} is changed.`, [field]);
  });
}

/** The fields of the invitation; `teacher` is the search. */
const INVITATION = ['name', 'email', 'scope', 'level', 'events', 'contact', 'teacher'];

/**
 * Returns to the list after a change. If something else is selected or typed, the page is shown at once, because a new page would lose it.
 * @param done fields that are saved
 */
async function backToLogins(
  deps: Deps,
  req: Request,
  res: Response,
  text: string,
  done: string[],
): Promise<void> {
  const values = Object.fromEntries(
    Object.entries(typedValues(req.body)).filter(([name]) => !done.includes(name)),
  );
  const isLeft = Object.entries(values).some(([name, value]) =>
    name.startsWith('level-')
      ? value !== values[name.replace('level-', 'was-')]
      : ['name', 'email', 'events', 'contact', 'ids'].includes(name) && value !== '',
  );
  const left = ' Your other changes on this page are still here, but they aren’t saved yet.';
  await endStep(req, res, {
    flash: { kind: 'ok', text: isLeft ? `${text}${left}` : text },
    next: listAddress(req),
    showAgain: isLeft ? () => showLogins(deps, req, res, { values, errors: {} }) : undefined,
  });
}

const NOT_INVITED = {
  'has access': ['email', 'This person has this access already. Change the level in the list.'],
  blocked: ['email', 'Your school blocked this login as a parent. Unblock it first, then invite.'],
  'no such event': ['events', 'One of these events is no longer there. Select again.'],
  'no such teacher': ['contact', 'This teacher is no longer there. Select again.'],
} as const;

function sayMeanwhile({ name }: { name: string }): string {
  return `Somebody else changed the access level of ${name} while you had this page open. Your choice is still selected, but it isn’t saved yet. Select Change again to save it.`;
}
