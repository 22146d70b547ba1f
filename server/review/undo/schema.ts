import Joi from 'joi';
import { line, tick } from '../../web/form-fields.js';

export interface UndoForm {
  reason: string;
  /** Whether the people's part is undone too. */
  whole: boolean;
  /** Whether the nightly sync goes off. */
  stop: boolean;
}

export const undoSchema = Joi.object<UndoForm, true>({
  reason: line(500).required().label('a reason'),
  whole: tick(),
  stop: tick(),
});
