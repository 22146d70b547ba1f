import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Account, type FieldMapping } from '../../models/account.js';
import { RosterRun } from '../../models/roster-run.js';
import type { Actor } from '../../web/actor.js';
import { choicesOf } from './schema.js';

/** What a run needs besides so that it only tells what a mapping would change. */
export interface PreviewFields {
  purpose: 'preview';
  mapping: FieldMapping;
}

export type PreviewStarted =
  { ok: true; run: Types.ObjectId } | { ok: false; reason: 'not connected' | 'not possible' };

/** Whether runs can be previews: they have the fields for it. */
export function canPreview(): boolean {
  return ['purpose', 'mapping'].every((path) => path in RosterRun.schema.paths);
}

/**
 * Asks for a preview: a refresh by the wanted mapping that writes nothing but what it would change.
 * @returns the run, to be followed; 'not connected' while no source is enabled
 */
export async function startMappingPreview(
  deps: Pick<Deps, 'now'>,
  actor: Pick<Actor, 'account' | 'user'>,
  mapping: FieldMapping,
): Promise<PreviewStarted> {
  const { account, user } = actor;
  const found = await Account.findById(account, { clever: 1 }).lean();
  if (!found?.clever?.enabled) return { ok: false, reason: 'not connected' };
  if (!canPreview()) return { ok: false, reason: 'not possible' };
  const preview: PreviewFields = { purpose: 'preview', mapping };
  const fields: object = { account, state: 'queued', by: user, createdAt: deps.now(), ...preview };
  const run = await RosterRun.create(fields);
  await recordAudit({
    account,
    user,
    action: 'preview field mapping',
    targets: [run._id],
    detail: choicesOf(mapping),
    at: deps.now(),
  });
  return { ok: true, run: run._id };
}
