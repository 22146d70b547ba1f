import { CleverError } from './explain-failure.js';
import { DEFAULT_BOUNDS } from './send-request.js';
import { keepPace, type Ask, type PaceOptions } from './keep-pace.js';
import { isRecord } from './read-answer.js';

/** A Clever application: its id and secret serve every district that approved it. */
export interface CleverApplication {
  tokensUrl: string;
  clientId: string;
  clientSecret: string;
}

const WHAT = 'the list of district tokens';

/**
 * Ids of the districts that have approved the application, so that a page can say "waiting for approval" of any other. Throws a
 * CleverError: `unauthorized` if id or secret are wrong.
 */
export async function readApprovedDistricts(
  application: CleverApplication,
  tuning: Partial<PaceOptions> = {},
): Promise<string[]> {
  const ask = keepPace({ bounds: DEFAULT_BOUNDS, retries: 5, ...tuning });
  return (await readTokens(ask, application)).map((entry) => entry.district);
}

/** The token of one district. Throws a CleverError: `not-approved` if the district is not in the application's list. */
export async function readToken(
  ask: Ask,
  application: CleverApplication,
  districtId: string,
): Promise<string> {
  // A server may ignore the filter and must not give us another district's token.
  const entry = (await readTokens(ask, application, districtId)).find(
    ({ district }) => district === districtId,
  );
  if (!entry) throw new CleverError('not-approved', { what: WHAT });
  return entry.token;
}

async function readTokens(
  ask: Ask,
  application: CleverApplication,
  districtId?: string,
): Promise<{ district: string; token: string }[]> {
  const url = new URL(application.tokensUrl);
  url.searchParams.set('owner_type', 'district');
  if (districtId !== undefined) url.searchParams.set('district', districtId);
  const pair = Buffer.from(`${application.clientId}:${application.clientSecret}`).toString('base64');
  const body = await ask(url, `Basic ${pair}`, WHAT);
  if (!Array.isArray(body.data)) throw new CleverError('not-clever', { what: WHAT });
  const entries: unknown[] = body.data;
  return entries.filter(isRecord).flatMap((entry) => {
    const owner = isRecord(entry.owner) ? entry.owner : {};
    const token = entry.access_token;
    const ofDistrict = owner.type === 'district' && typeof owner.id === 'string';
    return ofDistrict && typeof token === 'string' ? [{ district: String(owner.id), token }] : [];
  });
}
