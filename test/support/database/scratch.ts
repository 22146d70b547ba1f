import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  attachEngine,
  type AttachedEngine,
  type EngineOptions,
} from '../../../server/database/embedded/start.js';
import { engineObstacle, platformFacts } from '../../../server/database/embedded/platform.js';

/** As a `before` hook: skips what tests the engine itself where it cannot run. */
export function needsEngine(this: Mocha.Context): void {
  if (engineObstacle(platformFacts()) !== undefined) this.skip();
}

export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Temporary data folders and the attachments of one test, all gone after `clear`. */
export class Scratch {
  #folders: string[] = [];
  #engines: AttachedEngine[] = [];

  folder(): string {
    const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'slotbell-')));
    this.#folders.push(folder);
    return folder;
  }

  async attach(dataDir: string, options: Partial<EngineOptions> = {}): Promise<AttachedEngine> {
    const engine = await attachEngine({ dataDir, log: silent, lingerMs: 50, ...options });
    this.#engines.push(engine);
    return engine;
  }

  async clear(): Promise<void> {
    for (const engine of this.#engines.splice(0)) await engine.close({ stopEngine: true });
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  }
}

/** For what announces itself by no event, as the end of a process that is not a child. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(10);
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
