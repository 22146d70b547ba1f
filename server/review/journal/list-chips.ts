import { CHANGE_ACTIONS, CHANGE_STATES } from '../../models/roster-change.js';
import { addressOf } from '../../web/paging.js';
import { ACTION_WORDS, KIND_WORDS } from '../../runs/show/show-run.js';
import type { ChangeCount } from './queries.js';
import type { ChangesQuery } from './schema.js';
import { CHANGE_STATE_WORDS } from './show-changes.js';

interface Chip {
  label: string;
  href: string;
  count: number;
  current: boolean;
}

export interface ChipRow {
  label: string;
  items: Chip[];
}

/** The filters as chips: each counts what it would show with the other two filters unchanged. A row with a single choice is left out. */
export function listChips(path: string, query: ChangesQuery, counts: ChangeCount[]): ChipRow[] {
  const keep = { q: query.q, kind: query.kind, action: query.action, state: query.state };
  const row = (key: 'kind' | 'action' | 'state', label: string, words: [string, string][]): ChipRow => {
    const others = counts.filter((count) => fits(count, { ...query, [key]: '' }));
    const chip = (value: string, word: string): Chip => ({
      label: word,
      href: addressOf(path, { ...keep, [key]: value }),
      count: others
        .filter((count) => !value || count[key] === value)
        .reduce((sum, { count }) => sum + count, 0),
      current: query[key] === value,
    });
    const some = words
      .map(([value, word]) => chip(value, word))
      .filter(({ count, current }) => count > 0 || current);
    return { label, items: [chip('', 'All'), ...some] };
  };
  return [
    row('kind', 'Kind', Object.entries(KIND_WORDS)),
    row(
      'action',
      'What',
      CHANGE_ACTIONS.map((action) => [action, ACTION_WORDS[action] ?? action]),
    ),
    row(
      'state',
      'State',
      CHANGE_STATES.map((state) => [state, CHANGE_STATE_WORDS[state].word]),
    ),
  ].filter(({ items }) => items.length > 2 || items.some(({ current }, index) => current && index > 0));
}

function fits(count: ChangeCount, query: ChangesQuery): boolean {
  return (['kind', 'action', 'state'] as const).every((key) => !query[key] || count[key] === query[key]);
}
