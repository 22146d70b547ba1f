import type { StudentRelationship } from '../../clever/schema.js';

/** Of lists that grew long what they hold, by key. */
const held = new WeakMap<object, Map<string, unknown>>();
/** Shorter lists are looked through. */
const SHORT = 256;

/**
 * Adds to a list what it does not hold yet, as fast however long it is: files may name one parent with a hundred thousand children, and
 * one child in a class a million times.
 * @param list is added to by this alone
 * @returns what the list holds under the key of `item`
 */
export function addOnce<T>(list: T[], item: T, keyOf: (item: T) => string): T {
  const key = keyOf(item);
  const known = find(list, key, keyOf);
  if (known !== undefined) return known;
  list.push(item);
  held.get(list)?.set(key, item);
  return item;
}

/** The same of a list of ids. */
export function addId(list: string[], id: string): void {
  if (list.length < SHORT ? list.includes(id) : find(list, id, String) !== undefined) return;
  list.push(id);
  held.get(list)?.set(id, id);
}

/** The key of a guardian's tie. */
export function childOf({ student }: StudentRelationship): string {
  return student ?? '';
}

function find<T>(list: T[], key: string, keyOf: (item: T) => string): T | undefined {
  if (list.length < SHORT) return list.find((each) => keyOf(each) === key);
  let index = held.get(list);
  if (!index) {
    index = new Map(list.map((each) => [keyOf(each), each]));
    held.set(list, index);
  }
  return index.get(key) as T | undefined;
}
