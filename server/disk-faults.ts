/** What the system says of a folder or a disk, in plain words that follow a colon. */
const WORDS: Partial<Record<string, string>> = {
  EACCES: 'this user can’t write there',
  EPERM: 'this user can’t write there',
  EROFS: 'it is read-only',
  ENOSPC: 'its disk is full',
  EDQUOT: 'its disk is full',
  EFBIG: 'its disk is full',
  ENOTDIR: 'part of the path is a file',
  ENOENT: 'the folder doesn’t exist',
  EISDIR: 'it is a folder',
  EEXIST: 'there’s already a file with that name',
  EIO: 'its disk has a problem',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/** Why a file could not be written, where that is the disk's or the folder's doing; it holds no path and no name. */
export function explainDiskFault(error: unknown): string | undefined {
  const { code, syscall } = error as Partial<NodeJS.ErrnoException>;
  return syscall === undefined ? undefined : WORDS[code ?? ''];
}
