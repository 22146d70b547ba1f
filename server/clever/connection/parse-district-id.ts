export type DistrictId = { ok: true; id: string } | { ok: false; reason: 'none' | 'several' };

const ID = /(?<![0-9a-z])[0-9a-f]{24}(?![0-9a-z])/gi;
const NAMED = /[?&#;]district(?:_id)?=([^&#;\s]*)/gi;

/**
 * Finds the district id (24 hexadecimal digits) in a pasted text: the id alone, or a login link such as
 * `https://clever.com/oauth/district-picker?client_id=…&district_id=…`, also percent-encoded or with words around it. A parameter named for
 * the district decides; otherwise there must be exactly one such id. Never guesses between two.
 */
export function parseDistrictId(pasted: string): DistrictId {
  const text = decoded(pasted);
  const named = distinct([...text.matchAll(NAMED)].map((match) => match[1] ?? ''));
  const candidates = named.length > 0 ? named : distinct([...text.matchAll(ID)].map((match) => match[0]));
  const [first, second] = candidates;
  if (first === undefined || second !== undefined)
    return { ok: false, reason: first === undefined ? 'none' : 'several' };
  return /^[0-9a-f]{24}$/.test(first) ? { ok: true, id: first } : { ok: false, reason: 'none' };
}

function distinct(values: string[]): string[] {
  return [...new Set(values.map((value) => value.trim().toLowerCase()))];
}

/** Links inside links are encoded twice. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
