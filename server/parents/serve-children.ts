import express, { type Request, type Response, type Router } from 'express';
import { sendLink } from '../accounts/send-link.js';
import type { Deps } from '../deps.js';
import type { PlacedEvent } from '../web/place.js';
import { wordsFor } from '../web/read-language.js';
import { wordsOf, type Words } from '../web/words.js';
import { callOffice } from '../web/say-office.js';
import { parseForm, typedValues, type Form } from '../web/parse.js';
import { rateLimit, refusedTry } from '../web/rate-limit.js';
import { senderOf } from '../web/sender.js';
import { endStep } from '../web/session.js';
import { addChild } from './add-child.js';
import { findLinkedChildren, takeLinkedChildren } from './find-linked-children.js';
import { conferenceOf, familyOf, type Family } from './load-conference.js';
import { childName, childrenWithTeachers } from '../booking/queries.js';
import { birthDateOf, childProofSchema, childrenSchema } from './schema.js';
import { removalPages } from './serve-removal.js';

const HOUR = 3600;
/** One text for everything that can be wrong, so that it tells nobody which numbers there are. */
const sayNoSuchChild = (event: PlacedEvent): string =>
  wordsOf(event)('children.noMatch', { office: callOffice(event) });

/** A family's children: those it has, those that the school knows to be theirs, and adding one by number, parting with one. */
export function childrenPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  router.use(removalPages(deps));
  const ofPerson = rateLimit('child-person', 10, HOUR);
  // Wrong ones only, as a whole school may share an address; a login costs a stranger nothing, so there must be one.
  const ofAddress = rateLimit('child-address', 500, 6 * HOUR);
  const ofProof = rateLimit('prove-again', 5, HOUR);

  router.get('/children', async (_req, res) => {
    await showChildren(res, await familyOf(res, deps));
  });

  router.post('/children', async (req, res) => {
    const family = await familyOf(res, deps);
    const t = wordsFor(res);
    const parsed = parseForm(childProofSchema, req.body, t);
    if (!parsed.ok) {
      await showChildren(res, family, { ...parsed, values: sentValues(req) });
      return;
    }
    const { number, code } = parsed.value;
    const birthDate = birthDateOf(parsed.value);
    const values = sentValues(req);
    if (!birthDate && !code) {
      const errors = { birthDate: t('children.enterBirthDate') };
      await showChildren(res, family, { values, errors });
      return;
    }
    const person = family.actor.user.toHexString();
    const address = `${family.account._id.toHexString()} ${senderOf(req)}`;
    const tooMany = await refusedTry(res, async () => {
      await ofPerson.take(person);
      await ofAddress.take(address);
    });
    if (tooMany) {
      await showChildren(res, family, { values, errors: { number: tooMany } });
      return;
    }
    const added = await addChild(deps, family, { number, birthDate, code });
    // Not all: an own child would buy fresh tries at other people's. One that has to wait was not compared.
    if (added.ok || added.reason === 'wait')
      await Promise.all([ofPerson.giveBack(person), ofAddress.giveBack(address)]);
    if (!added.ok) {
      const wait = added.reason === 'wait' ? Math.ceil(added.waitMs / 1000) : undefined;
      if (wait) res.status(429).set('Retry-After', String(wait));
      await showChildren(res, family, {
        values,
        errors: { number: wait ? sayWait(t, wait) : sayNoSuchChild(family.event) },
      });
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

const PROOF = ['number', 'month', 'day', 'year', 'code'];

/** What is typed for adding a child by number, where anything is. */
function typedProof(req: Request): Form['values'] {
  const typed = Object.entries(typedValues(req.body)).filter(([name]) => PROOF.includes(name));
  return typed.some(([, value]) => value !== '') ? Object.fromEntries(typed) : {};
}

/** What was sent. A box that is not selected sends nothing and stays so, where boxes were shown. */
function sentValues(req: Request): Form['values'] {
  const values = typedValues(req.body);
  return values.offered ? { students: [], ...values } : values;
}

/** The next page; where something else is typed or selected this one, at once, as a new page would lose it. */
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

function sayWait(t: Words, seconds: number): string {
  return seconds < 90
    ? t('children.waitSeconds', { count: seconds })
    : t('children.waitMinutes', { count: Math.ceil(seconds / 60) });
}

async function showChildren(res: Response, family: Family, form?: Form, status = 422): Promise<void> {
  const [children, offered] = await Promise.all([
    childrenWithTeachers(family.event, family.household.children, []),
    findLinkedChildren(family),
  ]);
  const t = wordsFor(res);
  if (form && res.statusCode === 200) res.status(status);
  res.render('booking/children', {
    title: t('children.heading'),
    children,
    offered: offered.map((student) => ({
      value: student._id.toHexString(),
      label: [student.firstName, student.lastName].join(' '),
      hint: student.grade ? t('children.grade', { grade: student.grade }) : '',
    })),
    emailProven: family.actor.emailProven,
    email: family.actor.email,
    ...(form ? { form } : {}),
  });
}
