/** "1 class", "1,240 classes". */
export function countOf(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** As the pages write it: no comma before the last. */
const AND = new Intl.ListFormat('en-GB', { type: 'conjunction' });
const OR = new Intl.ListFormat('en-GB', { type: 'disjunction' });

/** "a, b and c". */
export function andList(parts: readonly string[]): string {
  return AND.format(parts);
}

/** "a, b or c". */
export function orList(parts: readonly string[]): string {
  return OR.format(parts);
}
