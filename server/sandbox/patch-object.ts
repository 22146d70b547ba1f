export type JsonObject = Record<string, unknown>;

/** A copy with the patch applied, also within nested objects; undefined removes a field, lists are replaced. */
export function copyWith<T extends object>(object: T, patch: JsonObject): T {
  const copy: JsonObject = Object.fromEntries(Object.entries(object));
  for (const [key, value] of Object.entries(patch)) {
    const before = copy[key];
    if (value === undefined) Reflect.deleteProperty(copy, key);
    else copy[key] = isRecord(value) && isRecord(before) ? copyWith(before, value) : value;
  }
  return copy as T;
}

/** The earlier values of changed fields, as Clever's events give them: "" if there was none. */
export function previousAttributes(before: object, after: object): JsonObject {
  const old = new Map<string, unknown>(Object.entries(before));
  const fresh = new Map<string, unknown>(Object.entries(after));
  const previous: JsonObject = {};
  for (const key of new Set([...old.keys(), ...fresh.keys()])) {
    const [was, is] = [old.get(key), fresh.get(key)];
    if (JSON.stringify(was) === JSON.stringify(is) || key === 'last_modified') continue;
    previous[key] = isRecord(was) && isRecord(is) ? previousAttributes(was, is) : (was ?? '');
  }
  return previous;
}

function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
