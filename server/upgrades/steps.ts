import { dropContactIndex } from './drop-contact-index.js';
import { dropTargetIndex } from './drop-target-index.js';
import { convertAlike } from './convert-alike.js';
import { convertFaults } from './convert-faults.js';
import { convertFileProblems } from './convert-file-problems.js';
import { convertMailFaults } from './convert-mail-faults.js';
import { convertProblems } from './convert-problems.js';
import { convertRemarks } from './convert-remarks.js';
import { convertResults } from './convert-results.js';
import { fillBreaks } from './fill-breaks.js';
import { fillClaims } from './fill-claims.js';
import { fillFamilyLimits, fillLimits } from './fill-limits.js';
import { keyPhones } from './key-phones.js';
import { foldSearchKeys } from './fold-search-keys.js';
import { noteMissing } from './note-missing.js';
import { renameClaims } from './rename-claims.js';
import { dropHeldIndexes, renameHeld } from './rename-held.js';
import { renameRecords } from './rename-records.js';

/**
 * One change to data that older versions stored. It runs once in each database, at the first start of the version that adds it. It must be
 * idempotent and resumable, as a start can be killed in the middle, and two processes can start at the same time. It works in batches,
 * leaves correct documents alone, and never loads a whole collection.
 */
export interface UpgradeStep {
  /** The step's permanent name in the collection `upgrade`; its file has the same name, or that of the step it belongs to. */
  id: string;
  /** Steps that a unique index needs run before the indexes are built; all others after it, so that they can use them. */
  when: 'before indexes' | 'after indexes';
  run: () => Promise<void>;
}

/** In the order in which they run. New ones go to the end; one goes when every version that needs it is too old to upgrade. */
export const STEPS: readonly UpgradeStep[] = [
  { id: 'rename-records', when: 'before indexes', run: renameRecords },
  { id: 'drop-target-index', when: 'before indexes', run: dropTargetIndex },
  { id: 'convert-remarks', when: 'after indexes', run: convertRemarks },
  { id: 'fold-search-keys', when: 'after indexes', run: foldSearchKeys },
  { id: 'fill-claims', when: 'after indexes', run: fillClaims },
  { id: 'convert-problems', when: 'after indexes', run: convertProblems },
  { id: 'convert-results', when: 'after indexes', run: convertResults },
  { id: 'convert-faults', when: 'after indexes', run: convertFaults },
  { id: 'convert-alike', when: 'after indexes', run: convertAlike },
  { id: 'convert-mail-faults', when: 'after indexes', run: convertMailFaults },
  { id: 'drop-contact-index', when: 'before indexes', run: dropContactIndex },
  { id: 'note-missing', when: 'after indexes', run: noteMissing },
  { id: 'convert-file-problems', when: 'after indexes', run: convertFileProblems },
  { id: 'fill-limits', when: 'after indexes', run: fillLimits },
  { id: 'rename-claims', when: 'after indexes', run: renameClaims },
  { id: 'key-phones', when: 'after indexes', run: keyPhones },
  { id: 'drop-held-indexes', when: 'before indexes', run: dropHeldIndexes },
  { id: 'rename-held', when: 'after indexes', run: renameHeld },
  { id: 'fill-family-limits', when: 'after indexes', run: fillFamilyLimits },
  { id: 'fill-breaks', when: 'after indexes', run: fillBreaks },
];
