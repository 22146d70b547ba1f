/** The sandbox in a process of its own, so that neither its memory nor its garbage counts as the importer's. */
import { startSandbox } from '../../server/sandbox/start-sandbox.js';
import type { DistrictTotals } from '../../server/sandbox/count-totals.js';
import { serve, told } from './processes.js';

/** A district as those who read it must know it. */
export interface ServedDistrict {
  url: string;
  token: string;
  districtId: string;
  schools: string[];
  terms: string[];
  totals: DistrictTotals;
}

export interface SandboxCommands extends Record<string, (argument: never) => Promise<unknown>> {
  describe: () => Promise<ServedDistrict>;
  /** Gives that part of the students another address. @returns how many */
  changeStudents: (change: { part: number; mark: string }) => Promise<number>;
}

const { students } = told() as { students: number };
const sandbox = await startSandbox({ students, rateLimit: { limit: 1_000_000_000, windowMs: 60_000 } });

const commands: SandboxCommands = {
  async describe() {
    const totals = sandbox.totals();
    const idsOf = (kind: 'school' | 'term', count: number) =>
      Array.from({ length: count }, (_, index) => sandbox.idOf(kind, index));
    const { url, token, districtId } = sandbox;
    const schools = idsOf('school', totals.schools);
    return { url, token, districtId, schools, terms: idsOf('term', totals.terms), totals };
  },
  async changeStudents({ part, mark }) {
    const step = Math.round(1 / part);
    let changed = 0;
    for (let index = 0; index < students; index += step) {
      const id = sandbox.idOf('student', index);
      if (!sandbox.read(id)) continue;
      sandbox.change(id, { email: `${mark}.${String(index)}@example.org` });
      changed += 1;
    }
    return changed;
  },
};

serve(commands, () => sandbox.close());
