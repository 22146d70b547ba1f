import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { School } from '../../models/school.js';
import { searchKey } from '../../models/search-key.js';
import type { Actor } from '../../web/actor.js';

export type Created = { ok: true; count: number } | { ok: false; reason: 'same name' | 'nothing to create' };

/** Adds one of our own schools, with a name that none of them has. */
export async function createSchool(deps: Deps, actor: Actor, name: string): Promise<Created> {
  const { account } = actor;
  const sortKey = searchKey(name);
  if (await School.exists({ account, sortKey })) return { ok: false, reason: 'same name' };
  const school = await School.create({ account, name, sortKey });
  await noteCreated(deps, actor, [school._id]);
  return { ok: true, count: 1 };
}

/**
 * Adds schools of ours from Clever's and matches them.
 * @param which the id of one, or `all` that no school of ours is matched to
 */
export async function createFromClever(deps: Deps, actor: Actor, which: string): Promise<Created> {
  const { account } = actor;
  const found = await Account.findById(account, { 'clever.schools': 1 }).lean();
  const taken = new Set(await School.distinct('clever.id', { account }));
  const wanted = (found?.clever?.schools ?? []).filter(
    ({ id }) => !taken.has(id) && (which === 'all' || which === id),
  );
  const made: Types.ObjectId[] = [];
  for (const { id, name, number } of wanted) {
    try {
      const school = await School.create({
        account,
        name,
        sortKey: searchKey(name),
        clever: { id, name },
        ...(number ? { number } : {}),
      });
      made.push(school._id);
    } catch (error) {
      // Somebody has just matched it.
      if (!isDuplicateKey(error)) throw error;
    }
  }
  if (made.length === 0) return { ok: false, reason: 'nothing to create' };
  await noteCreated(deps, actor, made);
  return { ok: true, count: made.length };
}

async function noteCreated(deps: Deps, actor: Actor, targets: Types.ObjectId[]): Promise<void> {
  await recordAudit({
    account: actor.account,
    user: actor.user,
    action: 'create school',
    targets,
    detail: { count: targets.length },
    at: deps.now(),
  });
}
