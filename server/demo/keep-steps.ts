export interface Step {
  what: string;
  /** The result as counts. */
  outcome: string;
  ms: number;
  ok: boolean;
}

/** Does one step after another, and notes the result and duration of each. */
export class Steps {
  readonly done: Step[] = [];

  constructor(private readonly tell: (step: Step) => void = () => undefined) {}

  /**
   * Does a step.
   * @param work returns the outcome in a few words, or a value with them
   * @throws what the work threw, after it was noted
   */
  async take<T>(what: string, work: () => Promise<{ outcome: string; value: T }>): Promise<T> {
    const began = performance.now();
    try {
      const { outcome, value } = await work();
      this.#note({ what, outcome, ms: performance.now() - began, ok: true });
      return value;
    } catch (error) {
      const outcome = error instanceof Error ? error.message : String(error);
      this.#note({ what, outcome, ms: performance.now() - began, ok: false });
      throw error;
    }
  }

  /** The steps as a table for a terminal. */
  table(): string {
    const rows = this.done.map(({ what, outcome, ms, ok }) => [
      ok ? 'ok    ' : 'FAILED',
      `${(ms / 1000).toFixed(2)} s`.padStart(7),
      what,
      outcome,
    ]);
    const width = Math.max(...rows.map(([, , what = '']) => what.length));
    return rows
      .map(
        ([state = '', time = '', what = '', outcome = '']) =>
          `${state}  ${time}  ${what.padEnd(width)}  ${outcome}`,
      )
      .join('\n');
  }

  #note(step: Step): void {
    this.done.push(step);
    this.tell(step);
  }
}
