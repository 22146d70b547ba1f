import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import type { FieldMapping } from '../models/field-mapping.js';
import type { Actor } from '../web/actor.js';
import { startPreview } from '../roster/run/start-refresh.js';
import { markOf } from './schema.js';

export type PreviewStarted = { ok: true; run: Types.ObjectId } | { ok: false; reason: 'not connected' };

/**
 * Requests a preview: a refresh with the wanted mapping that only notes what it would change.
 * @returns the run; 'not connected' while no source is enabled
 */
export async function startMappingPreview(
  deps: Pick<Deps, 'now' | 'queue'>,
  { account, user }: Pick<Actor, 'account' | 'user'>,
  mapping: FieldMapping,
): Promise<PreviewStarted> {
  const found = await Account.findById(account, { clever: 1 }).lean();
  if (!found?.clever?.enabled) return { ok: false, reason: 'not connected' };
  const asks = `mapping ${markOf(mapping)}`;
  return { ok: true, run: await startPreview(deps, { account, by: user, mapping, asks }) };
}
