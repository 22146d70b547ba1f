import type { Request, Response } from 'express';
import type { Deps } from '../deps.js';
import type { Contact } from '../models/contact.js';
import { fullDay } from '../web/format-time.js';
import type { PlacedEvent } from '../web/place.js';
import { rateLimit, refusedTry } from '../web/rate-limit.js';
import { wordsFor } from '../web/read-language.js';
import { callOffice } from '../web/say-office.js';
import { senderOf } from '../web/sender.js';
import { wordsOf, type Words } from '../web/words.js';
import { addChild, type Proof } from './add-child.js';
import type { Family } from './load-conference.js';
import { readBirthDate, type BirthDate } from './read-birth-date.js';
import type { ChildProofForm } from './schema.js';

const HOUR = 3600;

export type Errors = Record<string, string>;

/** Whether any field of a proof was filled in. */
export function isTyped(form: ChildProofForm): boolean {
  return Object.values(form).some((text: string) => text !== '');
}

/** Reads a proof, or says what is missing or wrong in it before anything is compared. */
export function readProof(
  form: ChildProofForm,
  event: PlacedEvent,
  now: Date,
): { ok: true; proof: Proof } | { ok: false; errors: Errors } {
  const t = wordsOf(event);
  const { number, code } = form;
  const born = readBirthDate(form, now);
  const errors: Errors = {};
  if (number === '' && code === '') errors.number = t('forms.enterNumber');
  if (!born.ok && code === '') errors[born.field] = sayDate(born, event);
  if (born.ok && born.date === '' && code === '') errors.birthDate = t('children.enterBirthDate');
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  return { ok: true, proof: { number, birthDate: born.ok ? born.date : '', code } };
}

function sayDate(fault: Extract<BirthDate, { ok: false }>, event: PlacedEvent): string {
  const t = wordsOf(event);
  switch (fault.reason) {
    case 'ambiguous': {
      const [one, other] = fault.dates.map((date) => fullDay(date, event));
      return t('children.whichDate', { one, other });
    }
    case 'no such day':
      return t('children.noSuchDay');
    case 'future':
      return t('children.future');
    default:
      return t(`forms.${{ month: 'enterMonth', day: 'enterDay', year: 'enterYear' }[fault.field]}`);
  }
}

export type ChildProven = { ok: true; student: Contact } | { ok: false; errors: Errors };

/** Compares a proof and adds the child, within the limits for the login and the address. */
export type ProveChild = (req: Request, res: Response, family: Family, proof: Proof) => Promise<ChildProven>;

/** Makes the function that proves children; the limits are counted in one place. */
export function proveChild(deps: Deps): ProveChild {
  const ofPerson = rateLimit('child-person', 10, HOUR);
  // Counts wrong tries only, because a whole school may share an address. It is needed because a login costs a stranger nothing.
  const ofAddress = rateLimit('child-address', 500, 6 * HOUR);
  return async (req, res, family, proof) => {
    const t = wordsFor(res);
    const field = proof.number === '' ? 'code' : 'number';
    const person = family.actor.user.toHexString();
    const address = `${family.account._id.toHexString()} ${senderOf(req)}`;
    const tooMany = await refusedTry(res, async () => {
      await ofPerson.take(person);
      await ofAddress.take(address);
    });
    if (tooMany) return { ok: false, errors: { [field]: tooMany } };
    const added = await addChild(deps, family, proof);
    // A right guess does not clear the count: a parent's own child would buy more tries at other people's. A try that has to wait was not
    // compared.
    if (added.ok || added.reason === 'wait')
      await Promise.all([ofPerson.giveBack(person), ofAddress.giveBack(address)]);
    if (added.ok) return added;
    if (added.reason !== 'wait')
      return { ok: false, errors: { [field]: sayNoSuchChild(family.event, field) } };
    const seconds = Math.ceil(added.waitMs / 1000);
    res.status(429).set('Retry-After', String(seconds));
    return { ok: false, errors: { [field]: sayWait(t, seconds) } };
  };
}

/** One text for every mistake, so that nobody learns which numbers and codes exist. */
function sayNoSuchChild(event: PlacedEvent, field: 'number' | 'code'): string {
  const office = callOffice(event);
  return wordsOf(event)(field === 'code' ? 'children.noCode' : 'children.noMatch', { office });
}

function sayWait(t: Words, seconds: number): string {
  return seconds < 90
    ? t('children.waitSeconds', { count: seconds })
    : t('children.waitMinutes', { count: Math.ceil(seconds / 60) });
}
