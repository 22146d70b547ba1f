import { explainDiskFault } from '../../disk-faults.js';
import { sayFault } from '../../clever/explain-failure.js';
import type { PLAIN_RESULTS, Run, RunResult } from '../../models/run.js';
import { andList, number } from '../../web/format-count.js';
import type { Style } from '../../web/place.js';
import { many, SHARES_NOTHING } from './say-remark.js';
import { summarizeRun } from '../show/summarize-run.js';

const PLAIN: Record<(typeof PLAIN_RESULTS)[number], string> = {
  'shares nothing': SHARES_NOTHING,
  stopped: 'Changes made before you stopped it are kept.',
  'stopped with its run': 'Stopped along with the run that started it.',
  'stopped before its start': 'Stopped before it started. Nothing was changed.',
  discarded: 'Discarded. Nothing was applied.',
  'source changed': 'The roster source changed after this preview. Make a new preview.',
  fault:
    'Something in Slotbell went wrong. Sync again; if it happens again, ask whoever hosts Slotbell to look in its log.',
  'account gone': 'This school account no longer exists.',
  'event gone': 'This event no longer exists.',
  'nothing to sync': 'This event has no schools and terms yet. Select them in the Importer.',
  'about nothing': 'The run that this one is about no longer exists.',
  'download missing': 'The record of the download is missing. Sync again.',
  'changed since':
    'Another run has changed something since you asked for this, so nothing was undone. Only the newest run that changed something can be undone. Open that one.',
  'preview discarded':
    'The preview was discarded, so nothing was applied. Make a new preview if you still want its changes.',
  'not enabled': 'Clever is not enabled for this account. Enable it on the Clever set-up page.',
  'no school matched':
    'None of your schools is matched to its school in Clever. Match them on the Clever set-up page.',
  'other source': 'Roster files are not this account’s source. Turn them on first.',
  'files gone': 'These roster files are no longer here. Upload them again.',
  'no district': 'No Clever district is set up for this account. Enter its ID on the Clever set-up page.',
  'no credentials': 'No access to Clever is saved for this account. Enter it on the Clever set-up page.',
  'unreadable credentials':
    'The saved access to Clever can no longer be opened. Enter it again on the Clever set-up page.',
};

/** How a run ended, in one or two sentences; '' while it is not over. */
export function sayResult({ purpose, result }: Pick<Run, 'purpose' | 'result'>, style: Style): string {
  return result ? say(purpose, result, style) : '';
}

function say(purpose: Run['purpose'], result: RunResult, style: Style): string {
  switch (result.code) {
    case 'did':
      return summarizeRun(purpose, style, result.counts);
    case 'clever':
      return sayFault(result.fault);
    case 'forbidden':
      return `Clever refused the lists of ${andList(result.kinds.map(many), style)} (403, forbidden): the saved access to Clever can’t read this district’s data. Ask the district’s Clever administrator to share it with Slotbell, or enter a new token on the Clever set-up page. Nothing was changed or removed here.`;
    case 'stale':
      return `${result.count === 1 ? '1 record has' : `${number(result.count)} records have`} changed since the preview, so nothing was applied. The preview lists them. Make a new preview.`;
    case 'gave up':
      return `Stopped after ${String(result.tries)} failed attempts.`;
    case 'disk':
      return `The download couldn’t be kept in Slotbell’s data folder: ${explainDiskFault({ code: result.errno, syscall: '' }) ?? result.errno}. Nothing was changed. Tell whoever hosts Slotbell, then sync again.`;
    case 'text':
      return result.text;
    default:
      return PLAIN[result.code];
  }
}
