import { UNREAD } from './keep-unread.js';

/** An object that a row makes, by its fields. */
type Fields = Record<string, unknown>;

/**
 * Adds to an object what another row says of the same: blank values are filled; lists are left to the caller.
 * @param apart fields in which the two may differ
 * @param differing receives the names of fields in which both have different values; the first value stays
 */
export function mergeObjects(
  into: object,
  from: object,
  apart: readonly string[],
  differing: string[],
): void {
  const known = into as Fields;
  for (const [field, value] of Object.entries(from as Fields)) {
    const before = known[field];
    if (apart.includes(field) || isBlank(value) || (value === UNREAD && !isBlank(before))) continue;
    if (isBlank(before) || before === UNREAD) known[field] = value;
    else if (Array.isArray(value)) continue;
    else if (typeof value === 'object' && typeof before === 'object')
      mergeObjects(before, value, apart, differing);
    else if (before !== value && !sameText(before, value)) differing.push(field);
  }
}

function isBlank(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === '';
}

/** Email addresses and names are compared in lower case. */
function sameText(one: unknown, other: unknown): boolean {
  return typeof one === 'string' && typeof other === 'string' && one.toLowerCase() === other.toLowerCase();
}

/** Whether two rows of one id are about two things: a part of a person's name, or a class's name, is given in both and differs. */
export function isNamedOtherwise(one: object, other: object): boolean {
  const [mine, theirs] = [(one as Fields).name, (other as Fields).name];
  if (typeof mine === 'string' && typeof theirs === 'string')
    return mine !== '' && theirs !== '' && !sameText(mine, theirs);
  if (typeof mine !== 'object' || typeof theirs !== 'object' || !mine || !theirs) return false;
  const differ = (part: 'first' | 'last'): boolean => {
    const [a, b] = [(mine as Fields)[part], (theirs as Fields)[part]];
    return Boolean(a) && Boolean(b) && !sameText(a, b);
  };
  return differ('first') || differ('last');
}
