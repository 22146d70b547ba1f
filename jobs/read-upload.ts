import { readUpload } from '../server/uploads/read-upload.js';
import type { OneShot } from './job.js';

/** Reads roster files that somebody uploaded. */
export const readUploadJob: OneShot = (deps, key, stopping) => readUpload(deps, key, stopping);
