import { createHash } from 'node:crypto';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { Logo } from '../../models/logo.js';
import type { Actor } from '../../web/actor.js';
import type { Picture } from './check-picture.js';

/**
 * Makes a picture the school's logo. The picture is stored before the account names it, and the previous one is deleted after. Then it is
 * stored once more, because somebody who changed the logo at the same time may have deleted it.
 */
export async function saveLogo(
  deps: Pick<Deps, 'now'>,
  actor: Pick<Actor, 'account' | 'user'>,
  { type, width, height, data }: Picture,
): Promise<void> {
  const { account } = actor;
  const version = createHash('sha256').update(account.toHexString()).update(data).digest('base64url');
  const picture = { _id: version, account, type, data };
  await store(picture);
  const before = await Account.findOneAndUpdate(
    { _id: account },
    { $set: { logo: { version, width, height } } },
    { projection: { logo: 1 } },
  ).lean();
  await store(picture);
  if (before?.logo && before.logo.version !== version) await dropLogo(account, before.logo.version);
  await noteLogo(deps, actor, before?.logo, { version, width, height });
}

/** Removes the school's logo. */
export async function removeLogo(
  deps: Pick<Deps, 'now'>,
  actor: Pick<Actor, 'account' | 'user'>,
): Promise<void> {
  const { account } = actor;
  const before = await Account.findOneAndUpdate(
    { _id: account },
    { $unset: { logo: 1 } },
    { projection: { logo: 1 } },
  ).lean();
  if (!before?.logo) return;
  await dropLogo(account, before.logo.version);
  await noteLogo(deps, actor, before.logo, undefined);
}

async function store({ _id, ...picture }: Logo): Promise<void> {
  await Logo.updateOne({ _id }, { $setOnInsert: picture }, { upsert: true });
}

/** Deletes a former logo, and restores it if somebody made it the logo again meanwhile. */
async function dropLogo(account: Logo['account'], version: string): Promise<void> {
  const gone = await Logo.findOneAndDelete({ _id: version }).lean();
  if (gone && (await Account.exists({ _id: account, 'logo.version': version }))) await store(gone);
}

function noteLogo(
  deps: Pick<Deps, 'now'>,
  { account, user }: Pick<Actor, 'account' | 'user'>,
  before: Account['logo'],
  after: Account['logo'],
): Promise<void> {
  const size = (logo: Account['logo']) => (logo ? `${String(logo.width)} × ${String(logo.height)}` : '');
  return recordAudit({
    account,
    user,
    action: 'change logo',
    changes: [{ field: 'logo', before: size(before), after: size(after) }],
    at: deps.now(),
  });
}
