import type { Request, Response, Router } from 'express';
import type { Deps } from '../deps.js';
import { pathOf } from '../events/show-event.js';
import { printOfSlots } from '../slots/bulk/read-selection.js';
import { finishLayouts } from '../slots/unlock-left.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { eventFrame } from '../web/event-tabs.js';
import { countOf } from '../web/format-count.js';
import { eventGuard, eventOf } from '../web/guards.js';
import { parseForm, parseId } from '../web/parse.js';
import { refuseHere, say } from '../web/session.js';
import { applyFix } from './apply-fix.js';
import { countFigures } from './count-figures.js';
import { planFixes } from './plan-fixes.js';
import { readTeacher } from './read-teacher.js';
import { sayFix } from './say-fix.js';
import { fixSchema } from './schema.js';

/** Teachers with more families than places, and what helps: each fix says on its page what it does. */
export function forecastPages(router: Router, deps: Deps): void {
  router.get('/:event/forecast', eventGuard('event administrator'), async (_req, res) => {
    const event = eventOf(res);
    const { teachers } = await countFigures(event, deps.now());
    const rows = teachers
      .filter(({ waiting, booked, free }) => waiting + booked + free > 0)
      .toSorted((a, b) => b.missing - a.missing || (a.name < b.name ? -1 : 1));
    const missing = rows.reduce((sum, row) => sum + row.missing, 0);
    const short = rows.filter((row) => row.missing > 0).length;
    res.render('overview/forecast', { ...frame(res), rows, missing, short });
  });

  router.get('/:event/forecast/:resource', eventGuard('event administrator'), (req, res) =>
    showFixes(deps, req, res),
  );

  router.post('/:event/forecast/:resource', eventGuard('event administrator'), async (req, res) => {
    const event = eventOf(res);
    const parsed = parseForm(fixSchema, req.body);
    if (!parsed.ok) {
      refuseHere(res, parsed);
      return showFixes(deps, req, res);
    }
    const { fix: kind, print } = parsed.value;
    await finishLayouts(event, deps.now());
    const times = await timesOf(deps, req, res);
    const fix = (await planFixes(event, times, deps.now())).find((one) => one.kind === kind);
    if (!fix || print !== printOfSlots(times.slots)) {
      res.status(422).locals.flash = {
        kind: 'notice',
        text: 'The slots or bookings changed while you had this page open, and nothing is changed yet. Look again.',
      };
      return showFixes(deps, req, res);
    }
    const { made, changed } = await applyFix(actorOf(res), event, fix, deps.now());
    const parts = [
      made > 0 && `Made ${countOf(made, 'slot', 'slots')}.`,
      changed > 0 && `Changed ${countOf(changed, 'slot', 'slots')}.`,
    ].filter((part) => part !== false);
    say(
      req,
      parts.length > 0
        ? { kind: 'ok', text: `${times.resource.name}: ${parts.join(' ')}` }
        : {
            kind: 'notice',
            text: 'Nothing was changed: somebody else changed these slots at the same moment.',
          },
    );
    res.redirect(303, pathOf(event));
  });
}

const frame = (res: Response) => {
  const event = eventOf(res);
  return { ...eventFrame(event, 'overview', 'Capacity forecast'), home: pathOf(event) };
};

async function timesOf(deps: Deps, req: Request, res: Response) {
  const times = await readTeacher(eventOf(res), parseId(req.params.resource), deps.now());
  if (!times) throw notFound();
  return times;
}

async function showFixes(deps: Deps, req: Request, res: Response): Promise<void> {
  const event = eventOf(res);
  const times = await timesOf(deps, req, res);
  const fixes = await planFixes(event, times, deps.now());
  const { resource, waiting, free, missing, slots } = times;
  res.render('overview/fixes', {
    ...frame(res),
    ...{ resource, waiting, free, missing },
    fixes: fixes.map((fix) => sayFix(fix, missing, event)),
    print: printOfSlots(slots),
  });
}
