import { existsSync } from 'node:fs';
import path from 'node:path';

/** The project's folder: the nearest one upwards with a package.json, whether this runs from `server/` or from `dist/server/`. */
export const ROOT = findRoot(import.meta.dirname);

function findRoot(folder: string): string {
  return existsSync(path.join(folder, 'package.json')) ? folder : findRoot(path.dirname(folder));
}
