/** What was read from Clever, and when the reading began. */
export interface Reading<T> {
  value: T;
  at: Date;
}

/** A value with its weight: about how many records it holds. */
export interface Weighed<T> {
  value: T;
  weight: number;
}

/**
 * Readings kept in memory for some minutes, so that turning a page or typing a search does not read the district again.
 * Bounded: the longest unused go when all together weigh more than `maxWeight`. Two who ask at once share one reading; one
 * that failed is not kept.
 */
export function createReadings(options: { ttlMs: number; maxWeight: number; now: () => Date }) {
  interface Entry {
    at: Date;
    weight: number;
    loading: Promise<Weighed<unknown>>;
  }
  const { ttlMs, maxWeight, now } = options;
  // In the order of their last use.
  const entries = new Map<string, Entry>();

  function evict(): void {
    let weight = 0;
    for (const entry of entries.values()) weight += entry.weight;
    for (const [key, entry] of entries) {
      const tooOld = now().getTime() - entry.at.getTime() >= ttlMs;
      if (weight <= maxWeight && !tooOld) continue;
      entries.delete(key);
      weight -= entry.weight;
    }
  }

  return {
    /** @param key begins with its group; `load` is asked only where nothing fresh is kept */
    async get<T>(key: string, load: () => Promise<Weighed<T>>): Promise<Reading<T>> {
      evict();
      const kept = entries.get(key);
      if (kept) {
        entries.delete(key);
        entries.set(key, kept);
        return { value: (await kept.loading).value as T, at: kept.at };
      }
      const loading = load();
      const entry: Entry = { at: now(), weight: 0, loading };
      entries.set(key, entry);
      try {
        const { value, weight } = await loading;
        entry.weight = weight;
        evict();
        return { value, at: entry.at };
      } catch (error) {
        if (entries.get(key) === entry) entries.delete(key);
        throw error;
      }
    },
    /** Forgets all readings of a group. */
    forget(group: string): void {
      for (const key of entries.keys()) if (key.startsWith(group)) entries.delete(key);
    },
    /** The weight that is kept now. */
    weight(): number {
      return [...entries.values()].reduce((sum, entry) => sum + entry.weight, 0);
    },
  };
}

export type Readings = ReturnType<typeof createReadings>;
