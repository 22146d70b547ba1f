import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { Account, type AccountClever } from '../../models/account.js';
import type { CleverFault } from '../../models/clever-fault.js';
import type { CleverClient } from '../client.js';
import { CleverError } from '../explain-failure.js';
import { mailAdministrators } from '../../notifications/mail-administrators.js';
import { readForPage } from '../read-for-page.js';

/** `fault`: why Slotbell could not find out, or could not read the schools. */
export interface ApprovalCheck {
  approval: AccountClever['approval'];
  fault?: CleverFault;
}

type Found = Pick<AccountClever, 'approval'> &
  Partial<Pick<AccountClever, 'districtName' | 'schools' | 'fault'>>;

/** The document of an account must stay far below Mongo's 16 MB; the largest districts have under 2,000 schools. */
const MOST_SCHOOLS = 3000;

/**
 * Asks Clever whether the account's district may be read, and stores the answer, with the district's name and schools if so. A fault of
 * Clever's leaves what is stored and is stored beside it. Undefined if nothing can be asked yet: no district id, or no access.
 */
export async function checkApproval(
  deps: Deps,
  accountId: Types.ObjectId,
): Promise<ApprovalCheck | undefined> {
  const account = await Account.findById(accountId, { clever: 1, name: 1 }).lean();
  const clever = account?.clever;
  if (!account || !clever?.credentials) return undefined;
  const { kind } = clever.credentials;
  const asked = await readForPage(deps, account, (client, districtId) => lookAt(client, districtId, kind));
  const found = asked.ok ? asked.value : failed(clever, asked);
  const { fault, ...known } = found;
  const set = Object.fromEntries(Object.entries(known).map(([key, value]) => [`clever.${key}`, value]));
  // Only if the district and the access are still those that were checked.
  const noted = await Account.updateOne(
    {
      _id: accountId,
      'clever.districtId': clever.districtId,
      'clever.credentialsAt': clever.credentialsAt ?? null,
    },
    {
      $set: { ...set, 'clever.checkedAt': deps.now(), ...(fault ? { 'clever.fault': fault } : {}) },
      ...(fault ? {} : { $unset: { 'clever.fault': 1 } }),
    },
  );
  if (noted.matchedCount > 0 && found.approval === 'approved' && isNews(clever))
    await tellApproved(deps, account);
  return { approval: found.approval, ...(fault ? { fault } : {}) };
}

/** Whether an approval is news: if the district was waited for. An access that is accepted at once is seen on the page. */
function isNews({ approval, checkedAt }: AccountClever): boolean {
  return approval === 'waiting' || (approval === 'unknown' && checkedAt !== undefined);
}

async function tellApproved(deps: Deps, { _id, name, clever }: Account): Promise<void> {
  const at = clever?.credentialsAt?.getTime() ?? 0;
  const { publicUrl } = deps.config;
  const next = clever?.enabled
    ? 'Select the event, the school, and the terms in the Importer:'
    : `First match your schools and enable Clever:\n${publicUrl}/global-setup/clever\n\nThen select the event, the school, and the terms in the Importer:`;
  await mailAdministrators(
    deps,
    { _id },
    {
      kind: 'district approved',
      subject: `${name}: your district has approved Slotbell in Clever`,
      text: `Your district has approved Slotbell in Clever. You can now import your students, teachers, and classes.\n\n${next}\n${publicUrl}/importer\n`,
      key: `approved:${_id.toHexString()}:${clever?.districtId ?? ''}:${String(at)}`,
    },
  );
}

async function lookAt(
  client: CleverClient,
  districtId: string,
  kind: NonNullable<AccountClever['credentials']>['kind'],
): Promise<Found> {
  const readable = await client.readableDistricts();
  if (!readable.includes(districtId))
    return kind === 'token'
      ? { approval: 'refused', fault: { code: 'other district' } }
      : { approval: 'waiting' };
  try {
    const { name } = await client.district();
    const schools = await readSchools(client);
    return { approval: 'approved', schools, ...(name ? { districtName: name.slice(0, 200) } : {}) };
  } catch (error) {
    if (!(error instanceof CleverError) || error.kind === 'unauthorized') throw error;
    return { approval: 'approved', fault: error.fault };
  }
}

async function readSchools(client: CleverClient): Promise<AccountClever['schools']> {
  const schools: AccountClever['schools'] = [];
  for await (const page of client.pages('/schools')) {
    for (const { id, name, school_number: number } of page.objects) {
      if (schools.length === MOST_SCHOOLS) return schools;
      const shown = name?.trim().slice(0, 200) || 'School without a name';
      schools.push({ id, name: shown, ...(number ? { number: number.slice(0, 40) } : {}) });
    }
  }
  return schools;
}

function failed(
  clever: AccountClever,
  asked: Exclude<Awaited<ReturnType<typeof readForPage>>, { ok: true }>,
): Found {
  if (asked.reason !== 'clever') return { approval: clever.approval, fault: { code: 'unreadable access' } };
  const { kind, fault } = asked.error;
  if (kind === 'not-approved') return { approval: 'waiting' };
  if (kind === 'unauthorized') return { approval: 'refused', fault };
  return { approval: clever.approval, fault };
}

/** Checks every account that waits for its district, one after another: they are few and nobody waits. */
export async function checkWaitingApprovals(deps: Deps, stopping: AbortSignal): Promise<void> {
  const waiting = Account.find(
    { 'clever.approval': { $in: ['waiting', 'unknown'] }, 'clever.credentials': { $exists: true } },
    { _id: 1 },
  )
    .lean()
    .cursor();
  for await (const { _id } of waiting) {
    if (stopping.aborted) return;
    await checkApproval(deps, _id);
  }
}
