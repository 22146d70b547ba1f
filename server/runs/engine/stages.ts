import type { Stage } from '../../models/run.js';

/** The stages of a run, in order, and how far each has come. */
export class Stages {
  readonly all: Stage[];

  /** @param begun the stages that the run went through before it waited for another run */
  constructor(names: readonly string[], begun: readonly Stage[]) {
    const known = new Map(begun.map((stage) => [stage.name, stage]));
    this.all = names.map((name) => known.get(name) ?? { name, done: 0, total: 0 });
  }

  /** Begins a stage and finishes the one before. @param total 0 if not known yet */
  begin(name: string, total: number, now: Date): void {
    this.finish(now);
    const stage = this.all.find((other) => other.name === name);
    if (!stage) throw new Error(`The run has no stage ${name}.`);
    Object.assign(stage, { startedAt: now, total });
  }

  advance(done: number): void {
    const stage = this.all.findLast((other) => other.startedAt);
    if (stage) stage.done += done;
  }

  /** Finishes the current stage. */
  finish(now: Date): void {
    const current = this.all.find((stage) => stage.startedAt && !stage.finishedAt);
    if (current) Object.assign(current, { finishedAt: now, total: Math.max(current.total, current.done) });
  }
}
