import type { StudentRelationship } from '../../clever/schema.js';

/** The entries of long lists, by key. */
const held = new WeakMap<object, Map<string, unknown>>();
/** Shorter lists are searched one by one. */
const SHORT = 256;

/**
 * Adds an item to a list unless it is there, equally fast at any length: files may name one parent with a hundred thousand children, or one
 * child in a class a million times.
 * @param list nothing else may add to it
 * @returns the list's item with the key of `item`
 */
export function addOnce<T>(list: T[], item: T, keyOf: (item: T) => string): T {
  const key = keyOf(item);
  const known = find(list, key, keyOf);
  if (known !== undefined) return known;
  list.push(item);
  held.get(list)?.set(key, item);
  return item;
}

/** Adds an id to a list unless it is there. */
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
