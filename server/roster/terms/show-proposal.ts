import { countOf } from '../../web/format-count.js';
import { longDay } from '../../web/format-time.js';
import type { TermProposal } from './propose-terms.js';

/** A proposal in words. */
export function showProposal({ term, instead, classes }: TermProposal) {
  return {
    id: term.id,
    name: term.name || 'a term without a name',
    days: [term.start, term.end].filter(Boolean).map(longDay).join(' to '),
    ...(instead ? { instead: instead.name || 'without a name' } : {}),
    classes: countOf(classes, 'class', 'classes'),
    are: classes === 1 ? 'is' : 'are',
  };
}
