import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream';
import type { Request, RequestHandler, Response } from 'express';
import multer, { type StorageEngine } from 'multer';
import type { Deps } from '../deps.js';
import { explainDiskFault } from '../disk-faults.js';
import { atLeast } from '../models/user.js';
import { maybeActor } from '../web/actor.js';
import type { UploadedFile } from '../roster-files/formats/read-roster-files.js';
import { LIMITS } from '../tables/reading.js';

/** The address to which the form with the files is posted. */
const UPLOADS = '/global-setup/roster-files/uploads';

/** Files of one request, in a folder of their own. */
export interface ReceivedFiles {
  files: UploadedFile[];
  /** Why they could not be received, in words for the form. */
  fault?: string;
  /** Deletes the files. */
  remove(): Promise<void>;
}

/** The most bytes of a form besides the files, including the separators of its parts. */
const BESIDE = 1_000_000;

const FAULTS: Record<string, string> = {
  LIMIT_FILE_SIZE: 'One of the files is larger than 200 MB. Upload smaller files, or one zip.',
  LIMIT_FILE_COUNT: 'You selected more than 20 files. Select only the roster files, or one zip.',
};
const OTHER_FAULT = 'The files didn’t arrive completely. Select them again.';

/**
 * Receives the files of an upload into DATA_DIR/tmp, readable only by this account of the host. It runs before the CSRF guard, which needs
 * the token from the same form; therefore it serves one address only, and only administrators. Files that no handler took (`takeFiles`),
 * because the guard refused or the sender disconnected, are deleted with the answer.
 */
export function receiveFiles(deps: Pick<Deps, 'config'>): RequestHandler {
  return async (req, res, next) => {
    const actor = maybeActor(res);
    const isMine = req.method === 'POST' && req.path === UPLOADS && req.is('multipart/form-data');
    if (!isMine || !actor || !atLeast(actor.level, 'administrator')) {
      next();
      return;
    }
    const length = Number(req.get('content-length') ?? NaN);
    if (!(length <= LIMITS.bytes + BESIDE)) throw Object.assign(new Error('too large'), { status: 413 });
    const folder = path.join(deps.config.dataDir, 'tmp', `upload-${randomBytes(12).toString('hex')}`);
    const remove = () => rm(folder, { recursive: true, force: true });
    res.on('close', () => {
      if (res.locals.received) void remove();
    });
    // If the folder cannot be made, no file can be written: that fault is reported.
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch(() => undefined);
    res.locals.received = { ...(await receive(req, res, folder)), remove } satisfies ReceivedFiles;
    next();
  };
}

/** The files of the request; the handler that takes them deletes them. */
export function takeFiles(res: Response): ReceivedFiles | undefined {
  const received = res.locals.received as ReceivedFiles | undefined;
  delete res.locals.received;
  return received;
}

function receive(req: Request, res: Response, folder: string): Promise<Omit<ReceivedFiles, 'remove'>> {
  const parse = multer({
    storage: privateFiles(folder),
    defParamCharset: 'utf8',
    limits: {
      fileSize: LIMITS.bytes,
      files: 20,
      fields: 20,
      parts: 40,
      fieldSize: 10_000,
      fieldNameSize: 100,
      headerPairs: 50,
    },
  }).array('files');
  return new Promise((resolve) => {
    parse(req, res, (error: unknown) => {
      const files = Array.isArray(req.files) ? req.files : [];
      const code = (error as { code?: string } | undefined)?.code ?? '';
      resolve({
        files: files.map((file) => ({ path: file.path, name: file.originalname })),
        ...(error ? { fault: FAULTS[code] ?? sayDiskFault(error) ?? OTHER_FAULT } : {}),
      });
    });
  });
}

/** @returns undefined if the fault is not the disk's */
function sayDiskFault(error: unknown): string | undefined {
  const why = explainDiskFault(error);
  return why === undefined
    ? undefined
    : `The files couldn’t be saved in Slotbell’s data folder: ${why}. Tell whoever hosts Slotbell, then select them again.`;
}

/** Stores files under names of our own, readable only by this account of the host. */
function privateFiles(folder: string): StorageEngine {
  let count = 0;
  return {
    _handleFile(_req, file, done) {
      count += 1;
      const to = path.join(folder, String(count));
      const writing = createWriteStream(to, { mode: 0o600, flags: 'wx' });
      pipeline(file.stream, writing, (error) => {
        if (error) done(error);
        else done(null, { path: to, size: writing.bytesWritten });
      });
    },
    _removeFile(_req, file, done) {
      rm(file.path, { force: true }).then(() => done(null), done);
    },
  };
}
