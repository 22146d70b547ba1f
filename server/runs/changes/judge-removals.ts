/** From so many removals of a kind on, and only where they are more than this part of it … */
const MANY = 20;
const PART = 0.1;

/**
 * Whether removals of one kind wait for a person (product.md 4, Guard): 20 or more that are over a tenth of those that are here,
 * or all of them. Of 100 teachers from 20 on, of 1,800 students from 181, of 15 teachers only when all go.
 * @param here how many were here before the run, those that would go among them
 */
export function mustHold(gone: number, here: number): boolean {
  return gone > 0 && ((gone >= MANY && gone > here * PART) || gone === here);
}

/** With so many here, so many removals of a kind are let go, however many more are here. */
export function enoughToLetGo(gone: number): number {
  return gone < MANY ? gone + 1 : Math.ceil(gone / PART);
}
