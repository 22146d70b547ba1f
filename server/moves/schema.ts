import Joi from 'joi';
import { Types } from 'mongoose';
import type { Event } from '../models/event.js';
import { dateField, objectId, tick, timeField } from '../web/form-fields.js';
import { NOTICE_MAX } from './policy.js';

/** What moves and where it goes: all slots of a day, or those of one teacher or one room. */
export interface MoveForm {
  kind: 'move' | 'cancel';
  /** YYYY-MM-DD. */
  day: string;
  /** Only this teacher's slots; absent: everybody's. */
  teacher?: Types.ObjectId;
  /** Only this room's slots; '' means every room. */
  room: string;
  /** '' means the same day. */
  toDay: string;
  /** The new start of the first slot, local HH:mm; '' keeps the present one. */
  toTime: string;
  notice: string;
  /** Also move slots to times at which the teacher has slots in another event. */
  elsewhere: boolean;
  /** Identifies the click: the same one twice moves once. */
  key: Types.ObjectId;
}

export function moveForm(event: Pick<Event, 'days'>): Joi.ObjectSchema<MoveForm> {
  return Joi.object<MoveForm>({
    kind: Joi.string().valid('move', 'cancel').default('move').label('what to do'),
    day: Joi.string()
      .valid(...event.days)
      .required()
      .label('a day'),
    teacher: objectId().empty('').label('a teacher from the list'),
    room: Joi.string().trim().max(60).allow('').default('').label('a room from the list'),
    toDay: dateField().default('').label('the new day as a date, like 12/9/2026'),
    toTime: timeField().default('').label('when the first slot begins'),
    notice: Joi.string().trim().max(NOTICE_MAX).allow('').default('').label('the message to families'),
    elsewhere: tick(),
    key: objectId().default(() => new Types.ObjectId()),
  });
}
