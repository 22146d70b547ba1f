import Joi from 'joi';
import { ATTENDED, type Attended } from '../../models/appointment.js';

/** Appointments on one page of a teacher's attendance. Each has two fields, and a form may have a thousand. */
export const MARKS_A_PAGE = 100;

export interface MarksForm {
  /** The mark for everybody who has none yet. */
  rest: 'yes' | '';
  /** By `mark-` or `was-` with an appointment's id: the mark, and the one that the page showed. */
  [field: string]: Attended | '';
}

const mark = Joi.string()
  .valid(...ATTENDED, '')
  .label('who came');

export const marksForm = Joi.object<MarksForm>({ rest: Joi.string().valid('yes', '').default('') }).pattern(
  /^(mark|was)-[0-9a-f]{24}$/,
  mark,
);
