import type { Deps } from '../deps.js';
import type { Plan } from '../models/plan.js';
import { childWithTeacher } from '../parents/find-child.js';
import type { Family } from '../parents/load-conference.js';
import { joinWaitlist } from '../waitlist/join-waitlist.js';
import { sayNotJoined } from '../waitlist/show-wait.js';
import type { Flash } from '../web/session.js';
import { wordsOf } from '../web/words.js';
import { namesOf } from './show-plan.js';

/**
 * Puts a family on the waitlist for a meeting without a time, with the hours of its plan.
 * @returns the sentence that it is told
 */
export async function waitForWish(deps: Deps, family: Family, plan: Plan, n: number): Promise<Flash> {
  const { event, household, actor } = family;
  const t = wordsOf(event);
  const names = (await namesOf(family, plan))[n] ?? { teacher: '', children: '' };
  const wish = plan.wishes[n];
  // A child may have changed classes, or left the family, since the plan was made.
  const met = await Promise.all(
    (wish?.students ?? []).map(async (student) =>
      household.children.some((one) => one.student.equals(student))
        ? childWithTeacher(event, student, wish?.resource ?? student)
        : undefined,
    ),
  );
  if (!wish || met.some((one) => !one?.teacher)) return { kind: 'notice', text: t('planWhy.notHere') };
  const joined = await joinWaitlist(deps, {
    ...{ event, household: household._id, user: actor.user },
    ...{ resource: wish.resource, students: wish.students },
    // Who waits already keeps the hours that they named there, unless the plan names others.
    ...(plan.wait?.days.length ? plan.wait : {}),
    ...(plan.breaks.length > 0 ? { breaks: plan.breaks } : {}),
  });
  return joined.ok
    ? { kind: 'ok', text: t('waitlist.inLine', names) }
    : { kind: 'notice', text: sayNotJoined(joined, names, event, deps.now()) };
}
