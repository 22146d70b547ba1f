import Joi from 'joi';
import { Types } from 'mongoose';
import { ACTIONS } from '../audit/say-action.js';
import { isDay } from '../web/local-time.js';
import { line, objectId } from '../web/form-fields.js';

/** Whose audit is read: that of an account, or of one of its events. */
export interface AuditScope {
  account: Types.ObjectId;
  event?: Types.ObjectId;
  /** The time zone of the filter's days. */
  timeZone: string;
}

/** The end of a page of the audit: the next page has older entries. */
export interface Cursor {
  at: Date;
  id: Types.ObjectId;
}

export interface AuditQuery {
  /** Words from the action, or from the name of a person or thing involved. */
  q: string;
  /** A login, or `slotbell` for what no person did. */
  who: string;
  /** A code, or '' for all. */
  what: string;
  event?: Types.ObjectId;
  /** Local days, the first and the last. */
  from: string;
  to: string;
  before?: Cursor;
}

const day = () =>
  Joi.string()
    .max(10)
    .custom((value: string, check) => (isDay(value) ? value : check.error('any.only')))
    .allow('')
    .default('');

export const auditQuery = Joi.object<AuditQuery, true>({
  q: line(100).allow('').default(''),
  who: Joi.string()
    .max(24)
    .pattern(/^([0-9a-f]{24}|slotbell)$/)
    .allow('')
    .default(''),
  what: Joi.string()
    .valid('', ...Object.keys(ACTIONS))
    .default(''),
  event: objectId().empty(''),
  from: day(),
  to: day(),
  before: Joi.string()
    .max(40)
    .pattern(/^\d{1,15}-[0-9a-f]{24}$/)
    .empty('')
    .custom(cursorOf) as unknown as Joi.ObjectSchema<Cursor>,
});

function cursorOf(text: string, check: Joi.CustomHelpers): unknown {
  const [time = '', id = ''] = text.split('-');
  const at = new Date(Number(time));
  return Number.isNaN(at.getTime()) ? check.error('any.only') : { at, id: new Types.ObjectId(id) };
}

/** A cursor as an address contains it. */
export function cursorText({ at, id }: Cursor): string {
  return `${at.getTime()}-${id.toHexString()}`;
}
