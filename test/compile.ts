import { rm, readFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { ROOT } from '../server/root.js';

/** Where the compiled code lies, each file where its source lies in the project. */
export const COMPILED = path.join(ROOT, 'dist', 'suite');
/** What tests start as processes of their own, most of them dozens of times. */
const PROGRAMS = [
  'jobs/worker',
  'server/database/embedded/host',
  'server/demo/index',
  'server/index',
  'server/scratch/run-scratch',
  'server/uploads/run-reader',
  'test/support/booking/app-process',
  'test/support/database/app-process',
  'test/support/jobs/faulty-worker',
];

const settings: BuildOptions = {
  absWorkingDir: ROOT,
  outbase: ROOT,
  outdir: COMPILED,
  format: 'esm',
  platform: 'node',
  target: 'node20',
};

/** In a file that holds many, each is told the folder where it would lie alone: from there it starts further programs. */
const keepFolders: Plugin = {
  name: 'keep folders',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const folder = path.join(COMPILED, path.relative(ROOT, path.dirname(file)));
      const text = await readFile(file, 'utf8');
      return { contents: text.replaceAll('import.meta.dirname', JSON.stringify(folder)), loader: 'ts' };
    });
  },
};

/**
 * Compiles what the suite runs, and what is left of a run before goes. Types are `npm run typecheck`'s. A program becomes one file, with
 * all of ours that it needs: to load a thousand of them is half of what a process of ours takes to start.
 */
export async function compile(): Promise<void> {
  await rm(COMPILED, { recursive: true, force: true });
  await build({
    ...settings,
    entryPoints: ['server', 'jobs', 'test'].map((folder) => `${folder}/**/*.ts`),
    sourcemap: 'inline',
    sourcesContent: false,
  });
  await build({
    ...settings,
    entryPoints: PROGRAMS.map((program) => `${program}.ts`),
    bundle: true,
    packages: 'external',
    plugins: [keepFolders],
    allowOverwrite: true,
  });
}
