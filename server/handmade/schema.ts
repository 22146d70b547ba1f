import Joi from 'joi';
import type { Types } from 'mongoose';
import { HAND_KINDS, type HandKind, type Resource } from '../models/resource.js';
import type { SettingsFields } from '../web/compare-seen.js';
import { line, objectId, objectIds } from '../web/form-fields.js';

export interface HandmadeForm {
  name: string;
  kind: HandKind;
  room: string;
  school?: Types.ObjectId;
  /** An email address or a name, as typed. */
  staff: string;
  schools: Types.ObjectId[];
  grades: string[];
}

const MOST_GRADES = 60;

const fields = {
  name: line(120).required().label('a name'),
  kind: Joi.string()
    .valid(...HAND_KINDS)
    .required()
    .label('a kind'),
  room: line(60).allow('').default('').label('a room'),
  school: objectId().empty('').label('a school'),
  staff: line(200).allow('').default('').label('the staff contact'),
  schools: objectIds(500).default([]).label('the schools'),
  grades: Joi.array().items(line(60)).single().max(MOST_GRADES).default([]).label('the grades'),
};

export const handmadeForm = Joi.object<HandmadeForm, true>(fields);

/** The form of a new one. Its `id` is made with the form: sending it twice makes one. */
export const newHandmadeForm = Joi.object<HandmadeForm & { id: Types.ObjectId }, true>({
  ...fields,
  id: objectId().required(),
});

/** The number of appointments that the page named when it asked. */
export const hidingForm = Joi.object<{ to: 'hidden' | 'shown' }, true>({
  to: Joi.string().valid('hidden', 'shown').required().label('whether parents see it'),
});

/**
 * The labels of the form.
 * @param nameOf names a school by its id
 */
export function handmadeFields(nameOf: (id: string) => string): SettingsFields {
  const names = (value: string) => value.split(', ').map(nameOf).join(', ');
  return {
    name: { label: 'Name' },
    kind: { label: 'Kind' },
    room: { label: 'Room' },
    school: { label: 'School', say: nameOf },
    staff: { label: 'Staff contact' },
    schools: { label: 'Only these schools', say: names },
    grades: { label: 'Only these grades' },
  };
}

/**
 * What the form shows.
 * @param staff the name of its staff contact
 */
export function formOf(resource: Resource, staff: string): Record<string, unknown> {
  const { byHand } = resource;
  return {
    name: resource.name,
    kind: byHand?.kind,
    room: resource.room,
    school: byHand?.school?.toHexString() ?? '',
    staff,
    schools: byHand?.schools.map((id) => id.toHexString()) ?? [],
    grades: byHand?.grades ?? [],
  };
}
