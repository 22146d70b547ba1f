import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.js';
import { contactName, CONTACT_TYPES, type Contact } from '../../models/contact.js';
import { actorOf } from '../../web/actor.js';
import { notFound } from '../../web/errors.js';
import { FRESH_FORM, parseForm, parseQuery, statusOf, typedValues, type Form } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { contactOf, findContact } from '../find-contact.js';
import { listContacts } from '../queries.js';
import { HOME, pageOf, TYPE_WORDS } from '../show-frame.js';
import { linkChild, pairOf, RELATIONSHIPS, unlinkChild, type Linked } from './link-child.js';
import { tieQuery, tieSchema } from './schema.js';

/** How many matches are offered; a longer search finds fewer. */
const OFFERED = 20;

/** Linking child and adult by hand. Part of the contacts' routes, behind the administrator's guard. */
export function addTiePages(router: Router, deps: Deps): void {
  router.get('/:contact/links', async (req, res) => {
    await showLinks(req, res, await contactOf(req, res));
  });

  router.post('/:contact/links', async (req, res) => {
    const contact = await contactOf(req, res);
    const parsed = parseForm(tieSchema, req.body);
    const other = parsed.ok ? await findContact(res, parsed.value.other) : null;
    const pair = other && pairOf(contact, other);
    if (!parsed.ok || !pair) {
      const errors = parsed.ok ? { other: 'Select the person to link.' } : parsed.errors;
      await showLinks(req, res, contact, { values: typedValues(req.body), errors });
      return;
    }
    const linked = await linkChild(deps, actorOf(res), pair, parsed.value.relationship);
    if (!linked.ok) {
      await showLinks(req, res, contact, {
        values: typedValues(req.body),
        errors: { _form: REFUSED[linked.reason] },
      });
      return;
    }
    say(req, {
      kind: 'ok',
      text: `${contactName(pair.adult)} is linked to ${contactName(pair.student)}. No sync changes that.`,
    });
    res.redirect(303, `${HOME}/${contact._id.toHexString()}`);
  });

  router.get('/:contact/links/:other', async (req, res) => {
    const { contact, other, pair } = await bothOf(req, res);
    res.render('contacts/unlink', {
      ...pageOf('Unlink two contacts'),
      back: `${HOME}/${contact._id.toHexString()}`,
      action: `${HOME}/${contact._id.toHexString()}/links/${other._id.toHexString()}`,
      student: contactName(pair.student),
      adult: contactName(pair.adult),
    });
  });

  router.post('/:contact/links/:other', async (req, res) => {
    const { contact, pair } = await bothOf(req, res);
    const done = await unlinkChild(deps, actorOf(res), pair);
    say(
      req,
      done
        ? {
            kind: 'ok',
            text: `${contactName(pair.adult)} is no longer linked to ${contactName(pair.student)}.`,
          }
        : { kind: 'notice', text: 'These two aren’t linked.' },
    );
    res.redirect(303, `${HOME}/${contact._id.toHexString()}`);
  });
}

const REFUSED: Record<Extract<Linked, { ok: false }>['reason'], string> = {
  'too many': 'This person is linked to very many children already. Unlink one first.',
  'being deleted':
    'Contacts are being deleted right now, and nothing is linked. Try again when that has finished.',
  'not here': 'This contact is no longer there.',
};

async function bothOf(req: Request, res: Response) {
  const contact = await contactOf(req, res);
  const other = await contactOf(req, res, 'other');
  const pair = pairOf(contact, other);
  if (!pair) throw notFound();
  return { contact, other, pair };
}

async function showLinks(
  req: Request,
  res: Response,
  contact: Contact,
  form: Form = FRESH_FORM,
): Promise<void> {
  const { account } = actorOf(res);
  const { q } = parseQuery(tieQuery, { ...req.query, ...(form.values.q ? { q: form.values.q } : {}) });
  const isStudent = contact.type === 'student';
  const wanted = CONTACT_TYPES.filter((type) => (type === 'student') !== isStudent);
  const found = q
    ? await Promise.all(
        wanted.map((type) =>
          listContacts(account, { q, type, status: 'active', missing: '', sort: 'name', page: 1 }),
        ),
      )
    : [];
  const rows = found.flatMap((list) => list.rows);
  const name = contactName(contact);
  res.status(statusOf(form)).render('contacts/links', {
    ...pageOf(isStudent ? `Link an adult to ${name}` : `Link a child to ${name}`),
    back: { href: `${HOME}/${contact._id.toHexString()}`, label: name },
    action: `${HOME}/${contact._id.toHexString()}/links`,
    isStudent,
    q,
    rows: rows.slice(0, OFFERED).map((row) => ({ ...row, word: TYPE_WORDS[row.type].one })),
    more: found.reduce((sum, { total }) => sum + total, 0) - Math.min(OFFERED, rows.length),
    relationships: RELATIONSHIPS.map((value) => ({ value, label: value })),
    form,
  });
}
