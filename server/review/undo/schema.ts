import Joi from 'joi';
import { line, tick } from '../../web/parse.js';

export interface UndoForm {
  reason: string;
  /** The people's part too. */
  whole: boolean;
  /** The nightly sync goes off. */
  stop: boolean;
}

export const undoSchema = Joi.object<UndoForm, true>({
  reason: line(500).required().label('a reason'),
  whole: tick(),
  stop: tick(),
});
