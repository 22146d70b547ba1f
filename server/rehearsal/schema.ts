import Joi from 'joi';
import type { RehearsalPlan } from '../models/rehearsal.js';
import { LONGEST_MINUTES, minutesOf, PACES } from './policy.js';

const count = (min: number, max: number, label: string) =>
  Joi.number().integer().min(min).max(max).required().label(label);

/**
 * The form of how families come.
 * @param most how many families the event has
 */
export function planSchema(most: number): Joi.ObjectSchema<RehearsalPlan> {
  return Joi.object<RehearsalPlan, true>({
    families: count(1, most, 'how many families come'),
    firstPercent: count(0, 100, 'how many of a hundred families come first'),
    firstMinutes: count(1, 60, 'the first minutes'),
    restMinutes: count(1, 180, 'the minutes for the others'),
    perChild: count(0, 12, 'how many teachers a family meets about each child'),
    planPercent: count(0, 100, 'how many of a hundred families use “Plan all my meetings”'),
    pace: Joi.number()
      .required()
      .label('how fast it is played')
      // A list of valid values would end Joi's further checks of the value.
      .custom((pace: number, check): unknown => {
        if (!PACES.some((one) => one === pace)) return check.error('any.only');
        const { firstMinutes, restMinutes } = (check.state.ancestors as RehearsalPlan[])[0] ?? {};
        const minutes = minutesOf({ firstMinutes: firstMinutes ?? 0, restMinutes: restMinutes ?? 0, pace });
        return minutes > LONGEST_MINUTES ? check.error('pace.slow') : pace;
      })
      .messages({
        'pace.slow': `At this speed it takes more than ${LONGEST_MINUTES} minutes. Play it faster, or let families come in fewer minutes.`,
      }),
  });
}
