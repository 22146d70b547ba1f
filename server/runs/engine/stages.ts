import type { Stage } from '../../models/run.js';

/** The stages of a run, in order, and how far it has come in them. */
export class Stages {
  readonly all: Stage[];

  /** @param begun those that the run has gone through already, before it waited for another one */
  constructor(names: readonly string[], begun: readonly Stage[]) {
    const known = new Map(begun.map((stage) => [stage.name, stage]));
    this.all = names.map((name) => known.get(name) ?? { name, done: 0, total: 0 });
  }

  /** Begins a stage; the one before is finished. @param total 0: not known yet */
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

  /** Finishes the stage that the run is in. */
  finish(now: Date): void {
    const current = this.all.find((stage) => stage.startedAt && !stage.finishedAt);
    if (current) Object.assign(current, { finishedAt: now, total: Math.max(current.total, current.done) });
  }
}
