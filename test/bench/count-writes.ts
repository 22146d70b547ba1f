import mongoose from 'mongoose';

/** The collections that hold what the roster says; runs, logs and journals are not among them. */
export const ROSTER = ['contact', 'term', 'course', 'section', 'class', 'resource'];

/** Counts from now on the documents that are sent to be written in the roster's collections. */
export function countWrites(): { end: () => Record<string, number> } {
  const writes: Record<string, number> = {};
  mongoose.set('debug', (collection, method, ...args: unknown[]) => {
    if (!ROSTER.includes(collection)) return;
    if (!/^(insert|update|bulkWrite|delete|replace|findOneAnd)/.test(method)) return;
    const many = Array.isArray(args[0]) ? args[0].length : 1;
    const key = `${collection}.${method}`;
    writes[key] = (writes[key] ?? 0) + many;
  });
  return {
    end() {
      mongoose.set('debug', false);
      return writes;
    },
  };
}
