import { fork, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** What a process of ours gets of this one's environment: it knows no setting and no secret. */
const PASSED_ON = new Set(['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'LD_LIBRARY_PATH']);

/**
 * Starts a process of ours whose memory has a limit: at it, that process ends, and this one goes on.
 * @param module the file without its ending
 * @param mostMb the limit of its heap
 * @param youngMb how much is collected before it is thrown away: with smaller parts, memory is searched more often
 */
export function forkBounded(
  module: string,
  { mostMb, youngMb }: { mostMb: number; youngMb: number },
): ChildProcess {
  const extension = path.extname(import.meta.filename);
  const loader = extension === '.ts' ? ['--import', import.meta.resolve('tsx')] : [];
  return fork(module + extension, {
    execArgv: [`--max-old-space-size=${mostMb}`, `--max-semi-space-size=${youngMb}`, ...loader],
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.has(name))),
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

/** Whether a process ended at its limit of memory: Node then aborts itself. */
export function isOutOfMemory(code: number | null, endedBy: NodeJS.Signals | null): boolean {
  return endedBy === 'SIGABRT' || code === 134;
}

/** If the machine's memory is used up, the system kills this process first. */
export function goFirst(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Other systems choose themselves.
  }
}
