/**
 * The part of a filter that finds a document only while these fields are as they were read, for a write that depends on them.
 * @param values by path, as read; what was absent must still be absent
 */
export function asRead(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([path, value]) => [path, value === undefined ? { $exists: false } : value]),
  );
}
