import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const full = (): NodeJS.ErrnoException =>
  Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });

/** Does some work while the disk takes no more: what is there can be read, and nothing can be written any more. */
export async function withFullDisk<T>(work: () => Promise<T>): Promise<T> {
  const real = { write: fs.write, writev: fs.writev, appendFile: fs.promises.appendFile };
  const refuse = ((...args: unknown[]) => {
    (args.at(-1) as (error: Error) => void)(full());
  }) as unknown;
  fs.write = refuse as typeof fs.write;
  fs.writev = refuse as typeof fs.writev;
  fs.promises.appendFile = () => Promise.reject(full());
  syncBuiltinESMExports();
  try {
    return await work();
  } finally {
    Object.assign(fs, { write: real.write, writev: real.writev });
    fs.promises.appendFile = real.appendFile;
    syncBuiltinESMExports();
  }
}
