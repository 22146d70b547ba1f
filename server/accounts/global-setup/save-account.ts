import { changesOf } from '../../audit/compare-values.js';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { asRead } from '../../models/as-read.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import type { Actor } from '../../web/actor.js';
import { USUAL_LANGUAGES } from '../../web/words.js';
import { sayFee, shownOf, type AccountSettings, type StoredSettings } from './schema.js';

/** Fields with addresses of people, or that lead to them: the audit only notes that they changed. */
const OFFICE = ['officePhone', 'officeEmail', 'replyTo'];

/** How many link names one school may use; they stay its own for good. */
const MOST_LINK_NAMES = 50;

export type AccountSaved =
  | { ok: true }
  | { ok: false; reason: 'changed meanwhile' }
  | { ok: false; reason: 'link name taken' | 'too many link names' };

/**
 * Saves the school account's settings if they are still as they were read. A link name that another school has, or ever had, stays that
 * school's; the unique index decides between two who ask at once.
 */
export async function saveAccount(
  deps: Pick<Deps, 'now'>,
  actor: Pick<Actor, 'account' | 'user'>,
  before: StoredSettings,
  settings: AccountSettings,
): Promise<AccountSaved> {
  const { account: _id, user } = actor;
  const { officePhone: phone, officeEmail: email, replyTo, linkName, color, languages, ...rest } = settings;
  const isUsual = languages === USUAL_LANGUAGES.join();
  const known = await Account.findById(_id, { linkNames: 1 }).orFail().lean();
  const names = new Set(known.linkNames ?? []);
  if (linkName && !names.has(linkName) && names.size >= MOST_LINK_NAMES)
    return { ok: false, reason: 'too many link names' };
  const hasOffice = phone !== '' || email !== '' || replyTo !== '';
  const [set, unset]: [Record<string, unknown>, Record<string, 1>] = [{ ...rest }, {}];
  for (const [field, value] of [
    ['office', hasOffice ? { phone, email, replyTo } : undefined],
    ['languages', isUsual ? undefined : languages.split(',')],
    ['linkName', linkName || undefined],
    ['color', color || undefined],
  ] as const)
    if (value === undefined) unset[field] = 1;
    else set[field] = value;
  try {
    const saved = await Account.updateOne(
      { _id, ...asRead(readFields(before)) },
      { $set: set, $unset: unset, ...(linkName ? { $addToSet: { linkNames: linkName } } : {}) },
    );
    if (saved.matchedCount === 0) return { ok: false, reason: 'changed meanwhile' };
  } catch (error) {
    if (isDuplicateKey(error)) return { ok: false, reason: 'link name taken' };
    throw error;
  }
  await recordAudit({
    account: _id,
    user,
    action: 'change school account',
    changes: changesOf(shownOf(before), { ...settings, schoolFee: sayFee(settings.schoolFee) }, OFFICE),
    at: deps.now(),
  });
  return { ok: true };
}

function readFields({
  name,
  timeZone,
  locale,
  languages,
  office,
  linkName,
  color,
  schoolFee,
}: StoredSettings) {
  return {
    name,
    timeZone,
    locale,
    languages,
    'office.phone': office?.phone,
    'office.email': office?.email,
    'office.replyTo': office?.replyTo,
    linkName,
    color,
    schoolFee,
  };
}
