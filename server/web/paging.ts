/** The part of a long list that a page shows, and what the pager partial needs. */
export interface Pager {
  from: number;
  to: number;
  total: number;
  noun: string;
  previous?: string;
  next?: string;
}

/** Where a page of a list begins; a page past the end becomes the last one. */
export function sliceOf(total: number, page: number, size: number): { page: number; skip: number } {
  const last = Math.max(1, Math.ceil(total / size));
  const shown = Math.min(Math.max(1, page), last);
  return { page: shown, skip: (shown - 1) * size };
}

/**
 * @param noun singular and plural, as in "1 class" and "1–50 of 450 classes"
 * @param hrefOf the address of another page of the same list
 */
export function pagerOf(
  total: number,
  page: number,
  size: number,
  [one, many]: readonly [one: string, many: string],
  hrefOf: (page: number) => string,
): Pager {
  const { page: shown, skip } = sliceOf(total, page, size);
  return {
    from: total === 0 ? 0 : skip + 1,
    to: Math.min(skip + size, total),
    total,
    noun: total === 1 ? one : many,
    ...(shown > 1 ? { previous: hrefOf(shown - 1) } : {}),
    ...(skip + size < total ? { next: hrefOf(shown + 1) } : {}),
  };
}

/** An address with a query; empty and undefined parameters are left out. */
export function addressOf(path: string, query: Record<string, string | number | undefined>): string {
  const kept = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const pairs = kept.map(([key, value]): [string, string] => [key, String(value)]);
  const text = new URLSearchParams(pairs).toString();
  return text ? `${path}?${text}` : path;
}
