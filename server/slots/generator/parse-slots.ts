import type { Event } from '../../models/event.js';
import { parseForm, typedValues, type Parsed } from '../../web/parse.js';
import { isOneDayTooMany, TOO_MANY_DAYS } from '../add-day.js';
import type { Block } from '../lay-out-days.js';
import { typedSlots, type SlotForm, type TypedSlots } from './schema.js';

/** Reads the generator's form: pairs of times become blocks in order; empty pairs are ignored. */
export function parseSlots(event: Pick<Event, 'days'>, body: unknown): Parsed<SlotForm> {
  const parsed = parseForm(typedSlots(event), body);
  if (!parsed.ok) return parsed;
  const { day, otherDay, from, to, ...rest } = parsed.value;
  const { blocks, errors } = pairTimes(from, to);
  const days = [...new Set([...day, ...(otherDay ? [otherDay] : [])])].sort();
  if (days.length === 0) errors.day = 'Select at least one day.';
  if (otherDay !== '' && isOneDayTooMany(event, otherDay)) errors.otherDay = TOO_MANY_DAYS;
  if (Object.keys(errors).length > 0) return { ok: false, errors, values: typedValues(body) };
  return { ok: true, value: { ...rest, days, blocks } };
}

function pairTimes(from: TypedSlots['from'], to: TypedSlots['to']) {
  const errors: Record<string, string> = {};
  const pairs = Array.from({ length: Math.max(from.length, to.length) }, (_, index) => ({
    from: from[index] ?? '',
    to: to[index] ?? '',
  })).filter((pair) => pair.from !== '' || pair.to !== '');
  const nth = (index: number) => (pairs.length > 1 ? ` of block ${index + 1}` : '');
  pairs.forEach((pair, index) => {
    if (!pair.from && !('from' in errors)) errors.from = `Enter when the first slot${nth(index)} begins.`;
    if (!pair.to && !('to' in errors)) errors.to = `Enter when the last slot${nth(index)} ends.`;
  });
  if (pairs.length === 0) errors.from = 'Enter when the first slot begins.';
  const blocks: Block[] = pairs.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  return { blocks, errors };
}
