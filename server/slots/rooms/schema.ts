import Joi from 'joi';
import { idText, line } from '../../web/parse.js';
import { MOST_CHOSEN, pastedList } from '../schema.js';

/** The page of all rooms as it is sent: the three lists go by the same order. */
export interface RoomsForm {
  teacher: string[];
  room: string[];
  /** What each was when the page was shown. */
  was: string[];
  /** A pasted list of two columns. */
  list: string;
}

const ROOM_MAX = 60;

/** One room, as on the teacher's page. */
export const oneRoom = line(ROOM_MAX).allow('');

const texts = () => Joi.array().items(oneRoom).single().max(MOST_CHOSEN).default([]);

export const roomsForm = Joi.object<RoomsForm, true>({
  // Not as a set: one that is named twice would shift the others.
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
