import path from 'node:path';

/** The folder of the code that runs: the checkout under tsx, or where `test/run.ts` has compiled it to. Files that are no code lie in ROOT. */
const CODE = path.resolve(import.meta.dirname, '../..');
const EXTENSION = path.extname(import.meta.filename);

/** What Node needs to be told before a program of ours: how to read TypeScript, unless it is compiled. */
export const LOADER = EXTENSION === '.ts' ? ['--import', import.meta.resolve('tsx')] : [];

/** The file of a module that runs, `server/index` for one, for a process that a test starts or for `import`. */
export function codeOf(module: string): string {
  return path.join(CODE, module + EXTENSION);
}
