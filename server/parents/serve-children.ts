import express, { type Request, type Response, type Router } from 'express';
import { sendLink } from '../accounts/send-link.js';
import type { Deps } from '../deps.js';
import { wordsFor } from '../web/read-language.js';
import { parseForm, typedValues, type Form } from '../web/parse.js';
import { rateLimit, refusedTry } from '../web/rate-limit.js';
import { endStep } from '../web/session.js';
import { takeLinkedChildren } from './find-linked-children.js';
import { conferenceOf, familyOf } from './load-conference.js';
import { childName } from '../meetings/name-meetings.js';
import { proveChild, readProof } from './prove-child.js';
import { childProofSchema, childrenSchema, proofFields } from './schema.js';
import { removalPages } from './serve-removal.js';
import { showChildren } from './show-children.js';

const HOUR = 3600;
/** A family's children: those it has, those that the school knows to be theirs, adding one by number, and removing one. */
export function childrenPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  router.use(removalPages(deps));
  const prove = proveChild(deps);
  const ofProof = rateLimit('prove-again', 5, HOUR);

  router.get('/children', async (_req, res) => {
    await showChildren(res, await familyOf(res, deps));
  });

  router.post('/children', async (req, res) => {
    const family = await familyOf(res, deps);
    const t = wordsFor(res);
    const parsed = parseForm(childProofSchema, req.body, t);
    const values = sentValues(req);
    const read = parsed.ok ? readProof(parsed.value, family.event, deps.now()) : parsed;
    const added = read.ok ? await prove(req, res, family, read.proof) : read;
    if (!added.ok) {
      await showChildren(res, family, { values, errors: added.errors });
      return;
    }
    const { students, offered } = values;
    await goOn(
      deps,
      req,
      res,
      t('children.added', { name: childName(added.student, t) }),
      offered ? { students, offered } : {},
    );
  });

  router.post('/children/linked', async (req, res) => {
    const family = await familyOf(res, deps);
    const parsed = parseForm(childrenSchema, req.body, wordsFor(res));
    if (!parsed.ok) {
      await showChildren(res, family, { ...parsed, values: sentValues(req) });
      return;
    }
    const count = await takeLinkedChildren(deps, family, parsed.value.students);
    const text = count === 0 ? '' : wordsFor(res)('children.linkedAdded', { count });
    await goOn(deps, req, res, text, typedProof(req), count > 0 ? family.home : undefined);
  });

  router.post('/prove', async (req, res) => {
    let text = '';
    if (req.user && !req.user.emailProvenAt) {
      const login = req.user._id.toHexString();
      const tooMany = await refusedTry(res, () => ofProof.take(login));
      if (tooMany) {
        await showChildren(res, await familyOf(res, deps), {
          values: sentValues(req),
          errors: { _form: tooMany },
        });
        return;
      }
      await sendLink(deps, 'prove e-mail', req.user, { next: `${conferenceOf(res).home}/children` });
      text = deps.config.smtpUrl
        ? wordsFor(res)('children.linkSent', { email: req.user.email })
        : wordsFor(res)('children.linkReady');
    }
    await goOn(deps, req, res, text, typedProof(req));
  });
  return router;
}

/** What was typed for adding a child by number, if anything. */
function typedProof(req: Request): Form['values'] {
  const typed = Object.entries(typedValues(req.body)).filter(([name]) => name in proofFields);
  return typed.some(([, value]) => value !== '') ? Object.fromEntries(typed) : {};
}

/** What was sent. A box that is not selected sends nothing, and is shown as not selected again. */
function sentValues(req: Request): Form['values'] {
  const values = typedValues(req.body);
  return values.offered ? { students: [], ...values } : values;
}

/** The next page; or this page again, if something else was typed or selected, because leaving would lose it. */
async function goOn(
  deps: Deps,
  req: Request,
  res: Response,
  text: string,
  left: Form['values'],
  next = `${conferenceOf(res).home}/children`,
): Promise<void> {
  await endStep(req, res, {
    flash: text ? { kind: 'ok', text } : undefined,
    next,
    showAgain:
      Object.keys(left).length > 0
        ? async () => showChildren(res, await familyOf(res, deps), { values: left, errors: {} }, 200)
        : undefined,
  });
}
