import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { AuditAction } from '../audit/say-action.js';
import type { Deps } from '../deps.js';
import { asRead } from '../models/as-read.js';
import { Account, type FileFormat } from '../models/account.js';
import { Contact } from '../models/contact.js';
import { Section } from '../models/section.js';
import type { Actor } from '../web/actor.js';

/** How many records *Begin* would clear. */
export interface OtherRecords {
  people: number;
  sections: number;
}

export type FilesEnabled =
  | { ok: true }
  | { ok: false; reason: 'changed meanwhile' }
  /** Clever is on, or there are record ids of another source: a person has to start the change (`switchSource`). */
  | ({ ok: false; reason: 'asks first'; cleverOn: boolean } & OtherRecords);

/**
 * Turns roster files on as the account's source, if no other one is on or has left record ids.
 * @param was the kind of files that the page showed, '' for none
 */
export async function enableFiles(
  deps: Deps,
  actor: Actor,
  format: FileFormat,
  was?: string,
): Promise<FilesEnabled> {
  const { account } = actor;
  const found = await Account.findById(account).lean();
  if (was !== undefined && was !== (found?.files?.format ?? ''))
    return { ok: false, reason: 'changed meanwhile' };
  const records = await countRecords(account);
  const cleverOn = found?.clever?.enabled === true;
  const foreign = found?.recordsOf !== format && records.people + records.sections > 0;
  if (cleverOn || foreign || found?.switching)
    return { ok: false, reason: 'asks first', cleverOn, ...records };
  const enabled = await Account.updateOne(
    {
      _id: account,
      'clever.enabled': { $ne: true },
      switching: { $exists: false },
      ...asRead({ 'files.format': found?.files?.format, recordsOf: found?.recordsOf }),
    },
    { $set: { files: { on: true, format, since: deps.now() }, recordsOf: format } },
  );
  if (enabled.matchedCount === 0) return { ok: false, reason: 'changed meanwhile' };
  await note(deps, actor, 'turn roster files on', { format });
  return { ok: true };
}

/** Turns roster files off. What was imported stays as it is. */
export async function disableFiles(deps: Deps, actor: Actor): Promise<void> {
  const disabled = await Account.updateOne(
    { _id: actor.account, 'files.on': true },
    { $set: { 'files.on': false } },
  );
  if (disabled.matchedCount > 0) await note(deps, actor, 'turn roster files off', {});
}

/** Counts people and current sections with a record id of the present source. */
async function countRecords(account: Types.ObjectId): Promise<OtherRecords> {
  return {
    people: await Contact.countDocuments({ account, 'record.id': { $exists: true } }),
    sections: await Section.countDocuments({ account, status: 'active' }),
  };
}

async function note(
  deps: Deps,
  actor: Actor,
  action: AuditAction,
  detail: Record<string, unknown>,
): Promise<void> {
  await recordAudit({ account: actor.account, user: actor.user, action, detail, at: deps.now() });
}
