import Joi from 'joi';
import type { Types } from 'mongoose';
import { NOTE_MAX } from '../booking/schema.js';
import { clock, dayBoxes, objectId, objectIds } from '../web/form-fields.js';

/** The most meetings in one plan: more than the children of a large family have teachers. */
export const MOST_WISHES = 40;
/** The numbers of the breaks that the form has fields for. */
export const BREAKS = [1, 2] as const;

export interface PlanForm {
  key: string;
  /** `<student>:<resource>` */
  wish: string[];
  /** Teachers whom siblings meet in one meeting. */
  together: Types.ObjectId[];
  day: string[];
  gap: number;
  [time: string]: unknown;
}

/** Values that the form cannot send count as absent. */
export const planForm = Joi.object<PlanForm>({
  key: Joi.string().max(40).alphanum().required(),
  wish: Joi.array()
    .items(
      Joi.string()
        .max(49)
        .pattern(/^[0-9a-f]{24}:[0-9a-f]{24}$/),
    )
    .single()
    .max(200)
    .default([]),
  together: objectIds(100).default([]),
  day: dayBoxes(60),
  gap: Joi.number().integer().min(0).max(240).default(0),
})
  .pattern(
    Joi.string()
      .max(18)
      // Those that were offered are sent along, so that it can be told which were changed.
      .pattern(/^(from|to|wasFrom|wasTo)-\d{4}-\d\d-\d\d$/),
    clock(),
  )
  .pattern(
    Joi.string()
      .max(10)
      .pattern(/^break(From|To)[12]$/),
    clock().allow('').default(''),
  );

export const againQuery = Joi.object<{ again?: Types.ObjectId }, true>({ again: objectId() });

export const chooseForm = Joi.object<{ slot: Types.ObjectId }, true>({ slot: objectId().required() });

/** A note of one meeting's form, cut to the length of its field. */
export function readNote(value: unknown): string {
  if (typeof value !== 'string') return '';
  return value
    .slice(0, NOTE_MAX * 2)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, ' ')
    .trim()
    .slice(0, NOTE_MAX);
}

/** What was typed on the plan's page, kept while one of its lines is changed. */
export function readTyped(body: unknown): Record<string, string> {
  const known = /^(note-\d{1,2}|meet-\d{1,2}|answer-[\w-]{1,40})$/;
  const pairs = Object.entries(typeof body === 'object' && body !== null ? body : {}).flatMap(
    ([name, value]): [string, string][] =>
      known.test(name) && typeof value === 'string' ? [[name, value.slice(0, 1000)]] : [],
  );
  return Object.fromEntries(pairs.slice(0, 150));
}
