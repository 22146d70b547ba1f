/** The primary one first, the others in the order of a source's own. One whom nobody knows takes nobody's place. */
export function withTeachers(
  told: string[],
  before: readonly string[],
  kept: readonly string[],
  isHere: (id: string) => boolean,
): string[] {
  if (kept.length === 0) return told;
  const stay = before.filter((id) => kept.includes(id));
  const isTold = told[0] !== undefined && isHere(told[0]);
  const [primary, ...others] = isTold ? [...told, ...stay] : [...stay, ...told];
  return primary === undefined ? [] : [primary, ...others.sort()];
}
