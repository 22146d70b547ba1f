import { hash, verify } from '@node-rs/argon2';

/** Argon2id with OWASP's first choice of parameters: 19 MiB, 2 passes, 1 lane (Password Storage Cheat Sheet). */
const COST = { memoryCost: 19456, timeCost: 2, parallelism: 1 };

export function hashPassword(password: string): Promise<string> {
  return hash(password, COST);
}

let nobodys: Promise<string> | undefined;

/** Whether the password is right. It takes as long if there is no such login, so that the time tells nothing. */
export async function checkPassword(kept: string | undefined, password: string): Promise<boolean> {
  const right = await verify(kept ?? (await (nobodys ??= hashPassword('nobody'))), password);
  return kept !== undefined && right;
}
