import { CONTACT_TYPES } from '../../models/contact.js';
import type { KindCounts } from '../../models/run.js';

/** What a run did to people and classes together. */
export interface RunNumbers {
  added: number;
  changed: number;
  removed: number;
  restored: number;
  /** Removals that waited for a person. */
  withheld: number;
}

/**
 * What a run did: the people of its refresh and the classes of its event. The mirror's records say the same as the classes, and resources
 * and appointments follow from them, so they are not counted.
 */
export function sumRun(
  run: Record<string, KindCounts>,
  refresh: Record<string, KindCounts> | undefined,
): RunNumbers {
  const parts = [...CONTACT_TYPES.map((kind) => refresh?.[kind]), run.class];
  const sum = (key: keyof RunNumbers) => parts.reduce((total, part) => total + (part?.[key] ?? 0), 0);
  return {
    added: sum('added'),
    changed: sum('changed'),
    removed: sum('removed'),
    restored: sum('restored'),
    withheld: sum('withheld'),
  };
}
