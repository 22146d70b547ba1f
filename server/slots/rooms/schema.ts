import Joi from 'joi';
import { idText, line } from '../../web/form-fields.js';
import { MOST_CHOSEN, pastedList } from '../schema.js';

/** The form of all rooms as it is sent. The three lists have the same order. */
export interface RoomsForm {
  teacher: string[];
  room: string[];
  /** Each room at the time the page was shown. */
  was: string[];
  /** A pasted list of two columns. */
  list: string;
}

const ROOM_MAX = 60;

/** One room, as on the teacher's page. */
export const oneRoom = line(ROOM_MAX).allow('');

const texts = () => Joi.array().items(oneRoom).single().max(MOST_CHOSEN).default([]);

export const roomsForm = Joi.object<RoomsForm, true>({
  // This keeps duplicates: without them the other lists would be out of step.
  teacher: Joi.array()
    .items(idText())
    .single()
    .max(MOST_CHOSEN)
    .default([])
    .label('the teachers from the list'),
  room: texts().messages({ 'string.max': `Use ${ROOM_MAX} characters at most for a room.` }),
  was: texts(),
  list: pastedList,
});
