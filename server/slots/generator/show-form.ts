import type { Response } from 'express';
import { fullDay } from '../../web/format-time.js';
import { eventOf } from '../../web/guards.js';
import { parseForm, typedValues, type Form } from '../../web/parse.js';
import { choicesOf, EVERY_TEACHER, filterTeachers, type TeacherFilter } from '../filter-teachers.js';
import { loadActive, schoolsOf, type Teacher } from '../load-teachers.js';
import { linesOf, matchTeachers } from '../match-teachers.js';
import { teachersFound } from '../schema.js';
import { slotsPage } from '../show-frame.js';
import { formStep, MOST_BLOCKS, type FormStep } from './schema.js';

/** The form shows at least this many rows for blocks: a morning, an afternoon, an evening. */
const LEAST_BLOCKS = 3;

/** Shows the form with everything that was typed; after a step, with the teachers that the step selects. */
export async function showForm(res: Response, form: Form, step: FormStep | '' = ''): Promise<void> {
  const event = eventOf(res);
  const all = await loadActive(event);
  const filter = filterIn(form.values);
  const found = filterTeachers(all, filter);
  const list = listIn(form.values, all);
  const chosen = chosenAfter(step, form.values, found, list.named);
  const isChosen = ({ _id }: Teacher) => chosen.has(_id.toHexString());
  const pairs = Math.max(timesIn(form.values.from).length, timesIn(form.values.to).length);
  res.render('slots/new', {
    ...slotsPage(event, 'Make slots'),
    days: event.days.map((day) => ({ value: day, label: fullDay(day, event) })),
    blocks: Math.min(MOST_BLOCKS, Math.max(LEAST_BLOCKS, pairs + (step === 'more' ? 1 : 0))),
    mostBlocks: MOST_BLOCKS,
    total: all.length,
    hidden: all.filter(({ isHidden }) => isHidden).length,
    chosen: all.filter(isChosen).map(optionOf),
    found: found.filter((teacher) => !isChosen(teacher)).map(optionOf),
    matching: found.length,
    unknown: step === 'list' ? list.left : [],
    filter,
    isFiltered: Object.values(filter).some((value) => value !== ''),
    shown: printOf(filter),
    schools: await schoolsOf(event, all),
    ...choicesOf(all),
    // The list's teachers are selected now; only lines that were not recognized remain in it.
    form: step === 'list' ? { ...form, values: { ...form.values, list: list.left.join('\n') } } : form,
  });
}

/**
 * Which button other than Preview was pressed; '' for Preview. A search that was typed but not carried out comes first: somebody who
 * presses Enter in it does not want slots for everybody.
 */
export function stepOf(body: unknown): FormStep | '' {
  const parsed = parseForm(formStep, body);
  if (!parsed.ok) return '';
  const { step, shown } = parsed.value;
  if (step === '' && shown !== '' && shown !== printOf(filterIn(typedValues(body)))) return 'find';
  return step;
}

function filterIn(values: Record<string, unknown>): TeacherFilter {
  const parsed = parseForm(teachersFound, values);
  return parsed.ok ? parsed.value : EVERY_TEACHER;
}

const printOf = ({ q, school, grade, type }: TeacherFilter): string => [q, school, grade, type].join('|');

function timesIn(value: unknown): unknown[] {
  const times = [value ?? []].flat().slice(0, MOST_BLOCKS);
  return times.slice(0, times.findLastIndex((time) => time !== '') + 1);
}

function listIn(values: Record<string, unknown>, all: Teacher[]) {
  const lines = typeof values.list === 'string' ? linesOf(values.list) : [];
  const { found, unknown, several } = matchTeachers(all, lines, (line) => line);
  return { named: found.map(({ teacher }) => teacher), left: [...unknown, ...several] };
}

function chosenAfter(
  step: FormStep | '',
  values: Record<string, unknown>,
  found: Teacher[],
  named: Teacher[],
): Set<string> {
  if (step === 'none') return new Set();
  const chosen = new Set([values.resources ?? []].flat().map(String));
  const more = step === 'found' ? found : step === 'list' ? named : [];
  for (const { _id } of more) chosen.add(_id.toHexString());
  return chosen;
}

function optionOf({ _id, name, room, isHidden }: Teacher) {
  const marks = [room, isHidden ? 'all classes hidden' : ''].filter(Boolean).join(', ');
  return { value: _id.toHexString(), label: marks ? `${name} (${marks})` : name };
}
