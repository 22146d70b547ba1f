/** Removals wait when there are at least this many and they exceed this part of those that are here. */
const MANY = 20;
const PART = 0.1;

/**
 * Whether the removals of one kind wait for a person: 20 or more that exceed a tenth of those that are here, or all of them. Of 100
 * teachers that is from 20 on, of 1,800 students from 181, of 15 teachers only when all go.
 * @param here how many were here before the run, including those that would go
 */
export function mustWithhold(gone: number, here: number): boolean {
  return gone > 0 && ((gone >= MANY && gone > here * PART) || gone === here);
}

/** With this many here, so many removals of a kind are let go, however many more are here. */
export function enoughToLetGo(gone: number): number {
  return gone < MANY ? gone + 1 : Math.ceil(gone / PART);
}
