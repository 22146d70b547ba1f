import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import type { RosterUpload } from '../models/roster-upload.js';
import { RosterRun } from '../models/roster-run.js';
import { actorOf, type Actor } from '../web/actor.js';
import { countOf } from '../web/format-count.js';
import { notFound } from '../web/errors.js';
import { dayAndTimeSoon } from '../web/format-time.js';
import { addressOf, pagerOf, sliceOf } from '../web/paging.js';
import { parseId, parseQuery } from '../web/parse.js';
import { sendProgress } from '../web/progress.js';
import { say } from '../web/session.js';
import { pathOfRefresh } from '../runs/show/queries.js';
import { FORMATS } from '../roster-files/formats/formats.js';
import { exportProblems } from './export-problems.js';
import { findNewerUpload, sayNewer } from './find-newer.js';
import { findUpload, HOME } from './queries.js';
import { reportQuery } from './schema.js';
import { attentionTo, countRows, mostOften, shownAs, stagesOf, stateOf } from './show-upload.js';
import { showProblems } from './show-problems.js';
import { asksOf, startFilePreview } from './start-preview.js';

const PAGE_SIZE = 100;

const PREVIEW_REFUSALS = {
  'not ready': 'This upload can’t be imported. Upload the files again.',
  'files are off': 'Roster files are off. Turn them on first.',
  'other format': 'These files are a different kind than the one that’s on now. Upload the files again.',
};

/** One upload: its report, its problems as a file, and its preview. */
export function uploadRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/:upload', async (req, res) => {
    const upload = await foundUpload(req, res);
    const { page } = parseQuery(reportQuery, req.query);
    const actor = actorOf(res);
    const home = homeOf(upload);
    const newer = upload.state === 'ready' ? await findNewerUpload(actor.account, upload) : null;
    const { skip } = sliceOf(upload.problems.length, page, PAGE_SIZE);
    res.render('roster-files/upload', {
      title: `Upload of ${FORMATS[upload.format].label}`,
      section: 'global-setup',
      home,
      upload,
      state: stateOf(upload, deps.now(), newer),
      shown: shownAs(upload, deps.now()),
      newer: newer && {
        says: `${sayNewer(newer)}, ${dayAndTimeSoon(newer.createdAt, actor, deps.now())}`,
        href: homeOf(newer),
      },
      when: dayAndTimeSoon(upload.createdAt, actor, deps.now()),
      until: dayAndTimeSoon(upload.expiresAt, actor, deps.now()),
      stages: stagesOf(upload),
      attention: attentionTo(upload, actor),
      counted: countRows(upload),
      countOf,
      mostOften: mostOften(upload.problems),
      preview: await previewOf(deps, actor, upload),
      total: upload.problemCount,
      problems: showProblems(upload.problems.slice(skip, skip + PAGE_SIZE), actor),
      pager: pagerOf(upload.problems.length, page, PAGE_SIZE, ['problem', 'problems'], (to) =>
        addressOf(home, { page: to }),
      ),
    });
  });

  router.get('/:upload/progress', async (req, res) => {
    // Checked before the stream begins, which can no longer answer 404.
    await foundUpload(req, res);
    await sendProgress(res, async () => {
      const upload = await foundUpload(req, res);
      return { data: { stages: stagesOf(upload) }, done: shownAs(upload, deps.now()) !== 'reading' };
    });
  });

  router.get('/:upload/problems.csv', async (req, res) => {
    await exportProblems(res, await foundUpload(req, res), actorOf(res));
  });

  router.post('/:upload/preview', async (req, res) => {
    const upload = parseId(req.params.upload);
    const started = await startFilePreview(deps, actorOf(res), upload);
    if (!started.ok) {
      if (started.reason === 'no such upload') throw notFound();
      say(req, { kind: 'danger', text: PREVIEW_REFUSALS[started.reason] });
      res.redirect(303, `${HOME}/uploads/${upload.toHexString()}`);
      return;
    }
    say(req, { kind: 'ok', text: 'The preview is on its way. Nothing changes until you apply it.' });
    res.redirect(303, pathOfRefresh(started.run));
  });

  return router;
}

async function foundUpload(req: Request, res: Response): Promise<RosterUpload> {
  const upload = await findUpload(actorOf(res), parseId(req.params.upload));
  if (!upload) throw notFound();
  return upload;
}

/** The last preview of an upload, to return to it. */
async function previewOf(deps: Deps, actor: Actor, { _id, state }: RosterUpload) {
  const run =
    state === 'ready' &&
    (await RosterRun.findOne({ account: actor.account, asks: asksOf(_id) }, { createdAt: 1 }).lean());
  return run && { href: pathOfRefresh(run._id), when: dayAndTimeSoon(run.createdAt, actor, deps.now()) };
}

function homeOf({ _id }: Pick<RosterUpload, '_id'>): string {
  return `${HOME}/uploads/${_id.toHexString()}`;
}
