import Joi from 'joi';
import { ATTENDED, type Attended } from '../../models/appointment.js';

/** Appointments on one page of a teacher's attendance: two fields each, of the thousand that a form may have. */
export const MARKS_A_PAGE = 100;

export interface MarksForm {
  /** What everybody came to be who is not marked. */
  rest: 'yes' | '';
  /** By `mark-` or `was-` with an appointment's id: what is marked, and what the page showed. */
  [field: string]: Attended | '';
}

const mark = Joi.string()
  .valid(...ATTENDED, '')
  .label('who came');

export const marksForm = Joi.object<MarksForm>({ rest: Joi.string().valid('yes', '').default('') }).pattern(
  /^(mark|was)-[0-9a-f]{24}$/,
  mark,
);
