import type { Overridable } from '../models/refusal.js';

/** A rule that was set aside, as an item of a list. */
const RULES: Record<Overridable, string> = {
  'not open': 'booking window',
  'too late': 'already started',
  'teacher limit': 'appointments with one teacher',
  'class limit': 'appointments for one class',
  'household limit': 'appointments of one family',
  'student limit': 'appointments of one child',
  'day limit': 'appointments of a teacher in a day',
  'household busy': 'minutes between two appointments',
  'interpreter busy': 'an interpreter',
};

/** The rules that were set aside: "booking window, appointments of one child". */
export function sayRules(rules: readonly string[]): string {
  return rules.flatMap((rule) => (isRule(rule) ? RULES[rule] : [])).join(', ');
}

function isRule(rule: string): rule is Overridable {
  return Object.hasOwn(RULES, rule);
}
