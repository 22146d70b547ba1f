import type { AccountClever } from '../../models/account.js';

/** What Clever's approval means in words, for the page and for the reasons below. */
export const APPROVAL_WORDS: Record<AccountClever['approval'], string> = {
  unknown: 'Not checked yet',
  waiting: 'Waiting for approval',
  approved: 'Approved',
  refused: 'Refused',
};

const NOT_APPROVED: Record<Exclude<AccountClever['approval'], 'approved'>, string> = {
  unknown: 'Slotbell hasn’t asked Clever yet. Select “Check now”.',
  waiting: 'The district hasn’t approved access yet.',
  refused: 'Clever rejects the saved access. Enter it again.',
};

/** Why Clever cannot be enabled yet, as sentences; empty when it can. */
export function enableBlockers(clever: AccountClever | undefined, matchedSchools: number): string[] {
  const reasons: string[] = [];
  if (!clever) reasons.push('No district ID is saved.');
  if (!clever?.credentials) reasons.push('No access is saved.');
  else if (clever.approval !== 'approved') reasons.push(NOT_APPROVED[clever.approval]);
  if (matchedSchools === 0) reasons.push('No school is matched.');
  return reasons;
}
