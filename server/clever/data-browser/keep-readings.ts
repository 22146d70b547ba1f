import { LRUCache } from 'lru-cache';

/** What was read from Clever, and when the reading began. */
export interface Reading<T> {
  value: T;
  at: Date;
}

/** A value with its weight: roughly the number of its records. */
export interface Weighed<T> {
  value: T;
  weight: number;
}

interface Entry {
  at: Date;
  loading: Promise<Weighed<unknown>>;
}

/**
 * Keeps readings in memory for some minutes, so that paging or searching does not read the district again. If all together exceed
 * `maxWeight`, the least recently used are dropped. Two requests at once share one reading; a failed reading is not kept.
 */
export function createReadings(options: { ttlMs: number; maxWeight: number; now: () => Date }) {
  const { ttlMs, maxWeight, now } = options;
  const cache = new LRUCache<string, Entry>({
    ttl: ttlMs,
    ttlResolution: 0,
    maxSize: maxWeight,
    perf: { now: () => now().getTime() },
  });
  return {
    /** @param key begins with its group; `load` is called only if nothing fresh is kept */
    async get<T>(key: string, load: () => Promise<Weighed<T>>): Promise<Reading<T>> {
      const kept = cache.get(key);
      if (kept) return { value: (await kept.loading).value as T, at: kept.at };
      const loading = load();
      const entry: Entry = { at: now(), loading };
      cache.set(key, entry, { size: 1 });
      try {
        const { value, weight } = await loading;
        // Unless it was dropped meanwhile.
        if (cache.peek(key) === entry) {
          cache.delete(key);
          cache.set(key, entry, { size: Math.max(1, weight), start: entry.at.getTime() });
        }
        return { value, at: entry.at };
      } catch (error) {
        if (cache.peek(key) === entry) cache.delete(key);
        throw error;
      }
    },
    /** Drops all readings of a group. */
    forget(group: string): void {
      for (const key of [...cache.keys()]) if (key.startsWith(group)) cache.delete(key);
    },
    /** The total weight of what is kept. */
    weight(): number {
      return cache.calculatedSize;
    },
  };
}
