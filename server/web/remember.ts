interface Kept<V> {
  get(key: string): V | undefined;
  set(key: string, value: NoInfer<V>): unknown;
}

/** The value kept under a key; if there is none, it is made and kept. */
export function remember<V extends object | string>(kept: Kept<V>, key: string, make: () => NoInfer<V>): V {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = make();
  kept.set(key, made);
  return made;
}
