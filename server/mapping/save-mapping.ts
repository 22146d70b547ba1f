import { changesOf } from '../audit/compare-values.js';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { asRead } from '../models/as-read.js';
import { Account } from '../models/account.js';
import { identifierNamesOf, mappingOf, type FieldMapping, type Identifier } from '../models/field-mapping.js';
import type { Actor } from '../web/actor.js';
import { compareMappings } from './compare-mappings.js';
import { choicesOf, markOf } from './schema.js';

/** `changed` counts the identifiers that now come from another field. */
export type MappingSaved = { ok: true; changed: number } | { ok: false; reason: 'changed meanwhile' };

/**
 * Saves where the identifiers come from. It takes effect with the next sync: mapped identifiers are overwritten, and new records are
 * matched by them.
 * @param seen the mapping that the person was asked about (`markOf`): saved only while it is still the same
 */
export async function saveMapping(
  { now }: Pick<Deps, 'now'>,
  { account, user }: Pick<Actor, 'account' | 'user'>,
  seen: string,
  mapping: FieldMapping,
): Promise<MappingSaved> {
  const found = await Account.findById(account, { mapping: 1 }).orFail().lean();
  const known = mappingOf(found);
  if (markOf(known) !== seen) return { ok: false, reason: 'changed meanwhile' };
  const changes = compareMappings(known, mapping);
  if (changes.length === 0) return { ok: true, changed: 0 };
  const saved = await Account.updateOne(
    { _id: account, mapping: found.mapping ?? { $exists: false } },
    { $set: { mapping } },
  );
  if (saved.matchedCount === 0) return { ok: false, reason: 'changed meanwhile' };
  await recordAudit({
    account,
    user,
    action: 'change field mapping',
    changes: changesOf(choicesOf(known), choicesOf(mapping)),
    at: now(),
  });
  return { ok: true, changed: changes.length };
}

/**
 * Saves what the school calls the two identifiers.
 * @param before the stored names as they were read; false if somebody has changed them since
 */
export async function renameIdentifiers(
  { now }: Pick<Deps, 'now'>,
  { account, user }: Pick<Actor, 'account' | 'user'>,
  identifierNames: Record<Identifier, string>,
  before: Record<Identifier, string>,
): Promise<boolean> {
  const found = await Account.findById(account, { identifierNames: 1 }).orFail().lean();
  const names = identifierNamesOf(found);
  if (names.communityId !== before.communityId || names.barcode !== before.barcode) return false;
  const saved = await Account.updateOne(
    { _id: account, ...asRead({ identifierNames: found.identifierNames }) },
    { $set: { identifierNames } },
  );
  if (saved.matchedCount === 0) return false;
  if (saved.modifiedCount > 0)
    await recordAudit({
      account,
      user,
      action: 'rename identifiers',
      changes: changesOf(before, identifierNames),
      at: now(),
    });
  return true;
}
