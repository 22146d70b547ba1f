import { startSandbox, type Sandbox, type SandboxOptions } from '../../../server/sandbox/start-sandbox.js';
import { Account, type AccountClever } from '../../../server/models/account.js';
import type { Types } from 'mongoose';
import { seal } from '../../../server/seal.js';
import { createTestApp, type TestApp } from '../app.js';

export const SET_UP = '/global-setup/clever';

/** A small district and an app that reads from it. */
export async function startDistrict(
  options: SandboxOptions = {},
  env: NodeJS.ProcessEnv = {},
): Promise<{ sandbox: Sandbox; test: TestApp }> {
  const sandbox = await startSandbox({ students: 200, ...options });
  return { sandbox, test: createTestApp(envOf(sandbox, env)) };
}

function envOf(sandbox: Sandbox, env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { CLEVER_API_URL: sandbox.url, CLEVER_TOKENS_URL: sandbox.tokensUrl, ...env };
}

/** Connects an account past the pages, approved, by the district's token. */
export async function connect(
  account: Types.ObjectId,
  sandbox: Sandbox,
  test: TestApp,
  more: Partial<AccountClever> = {},
): Promise<void> {
  const clever: AccountClever = {
    districtId: sandbox.districtId,
    credentials: { kind: 'token', token: seal(sandbox.token, test.deps.config.appSecret) },
    credentialsAt: new Date(),
    approval: 'approved',
    enabled: false,
    kinds: { students: true, teachers: true, staff: false, contacts: false },
    schools: [],
    ...more,
  };
  await Account.updateOne({ _id: account }, { $set: { clever } });
}
