import Joi from 'joi';
import { HAND_TICKED, type HandTicked } from '../models/event.js';
import { line, tick } from '../web/form-fields.js';
import { FIXES, type FixKind } from './plan-fixes.js';

export const stepSchema = Joi.object<{ step: HandTicked; done: boolean }, true>({
  step: Joi.string()
    .valid(...HAND_TICKED)
    .required()
    .label('a step'),
  done: tick(),
});

/** What is done for a teacher’s families; `print` identifies the slots that the page was about. */
export const fixSchema = Joi.object<{ fix: FixKind; print: string }, true>({
  fix: Joi.string()
    .valid(...FIXES)
    .required()
    .label('what to do'),
  print: line(60).allow('').default(''),
});
