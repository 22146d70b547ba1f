import type { Deps } from '../deps.js';
import type { Account } from '../models/account.js';
import { unseal } from '../seal.js';
import {
  createCleverClient,
  type CleverAuth,
  type CleverClient,
  type CleverClientOptions,
} from './client.js';

export type AccountClient =
  | { ok: true; client: CleverClient; districtId: string }
  | { ok: false; reason: 'no district' | 'no credentials' | 'unreadable credentials' };

/**
 * A reader of the account's own district, with the credentials that its setup page stores sealed.
 * @param tuning `signal`, `onWait`, `retries` … of the client; a page that a person waits for takes few retries
 */
export function connectAccount(
  deps: Pick<Deps, 'config' | 'log'>,
  account: Pick<Account, 'clever'>,
  tuning: Pick<CleverClientOptions, 'signal' | 'onWait' | 'retries' | 'sleep' | 'bounds'> = {},
): AccountClient {
  const clever = account.clever;
  if (!clever?.districtId) return { ok: false, reason: 'no district' };
  if (!clever.credentials) return { ok: false, reason: 'no credentials' };
  const auth = authOf(deps, clever.credentials, clever.districtId);
  if (!auth) return { ok: false, reason: 'unreadable credentials' };
  const { apiUrl, tokensUrl, pageSize } = deps.config.clever;
  const client = createCleverClient({ ...auth, apiUrl, tokensUrl, pageSize, log: deps.log, ...tuning });
  return { ok: true, client, districtId: clever.districtId };
}

function authOf(
  deps: Pick<Deps, 'config'>,
  credentials: NonNullable<NonNullable<Account['clever']>['credentials']>,
  districtId: string,
): CleverAuth | undefined {
  const { appSecret, clever } = deps.config;
  if (credentials.kind === 'installation') return clever.application && { ...clever.application, districtId };
  if (credentials.kind === 'token') {
    const token = unseal(credentials.token, appSecret);
    return token === undefined ? undefined : { token };
  }
  const clientSecret = unseal(credentials.clientSecret, appSecret);
  return clientSecret === undefined
    ? undefined
    : { clientId: credentials.clientId, clientSecret, districtId };
}
