import Joi from 'joi';
import { Types } from 'mongoose';
import { CLASS_TYPES, type ClassType } from '../models/class.js';
import { addressOf } from '../web/paging.js';
import { idText, line, objectId, objectIds, tick } from '../web/form-fields.js';
import type { WantedType } from './set-types.js';
import { SORTS, TYPE_FILTERS, type Sort, type TypeFilter } from './filter-rows.js';

/** The parameters of the list's address. */
export interface ListView {
  q: string;
  type: TypeFilter | '';
  only: 'classes' | '';
  /** A school's id; '' means all. */
  school: string;
  sort: Sort;
  page: number;
  size: 50 | 100;
}

export const PAGE_SIZES = [50, 100] as const;

export const listSchema = Joi.object<ListView, true>({
  q: line(100).allow('').default(''),
  type: Joi.string()
    .valid('', ...TYPE_FILTERS)
    .default(''),
  only: Joi.string().valid('', 'classes').default(''),
  school: idText().allow('').default(''),
  sort: Joi.string()
    .valid(...SORTS.flatMap((sort) => [sort, `-${sort}`]))
    .default('name'),
  page: Joi.number().integer().min(1).max(100_000).default(1),
  size: Joi.number()
    .valid(...PAGE_SIZES)
    .default(50),
});

/** The address of `path` with the list's filters; defaults are left out. */
export function viewAddress(path: string, view: ListView, change: Partial<ListView> = {}): string {
  const { q, type, only, school, sort, page, size } = { ...view, page: 1, ...change };
  return addressOf(path, {
    q,
    type,
    only,
    school,
    sort: sort === 'name' ? '' : sort,
    page: page === 1 ? '' : page,
    size: size === 50 ? '' : size,
  });
}

/** The rows that a change is about: the row whose own button was pressed, otherwise the selected ones. At most one page. */
export interface Chosen {
  one?: Types.ObjectId;
  ids: Types.ObjectId[];
  /** The person has seen what will happen. */
  sure: boolean;
  /** The number of appointments that the page named when it asked. */
  appointments?: number;
}

export const chosenSchema = Joi.object<Chosen, true>({
  one: objectId().label('a class from the list'),
  ids: objectIds(200).default([]).label('the classes from the list'),
  sure: tick(),
  appointments: Joi.number().integer().min(0).label('the appointments'),
});

export function chosenIds(chosen: Chosen): Types.ObjectId[] {
  return chosen.one ? [chosen.one] : chosen.ids;
}

/** Rows named in an address: `ids=a,b,c`. */
export const idsInAddress = Joi.object<{ ids: Types.ObjectId[] }, true>({
  ids: Joi.string()
    .max(200 * 25)
    .pattern(/^[0-9a-f]{24}(,[0-9a-f]{24})*$/)
    .custom((value: string) => [...new Set(value.split(','))].map((id) => new Types.ObjectId(id)))
    .default([]) as unknown as Joi.ArraySchema<Types.ObjectId[]>,
});

export const pageSchema = Joi.object<{ page: number }, true>({
  page: Joi.number().integer().min(1).max(100_000).default(1),
});

/** `was-<id>` is what a row's select showed, `type-<id>` its value now. With `set`, the selected rows become `to`. */
export interface TypesForm {
  action: 'save' | 'set';
  ids: Types.ObjectId[];
  to?: ClassType;
  [select: `was-${string}` | `type-${string}`]: ClassType;
}

const classType = () =>
  Joi.string()
    .valid(...CLASS_TYPES)
    .label('a type');

export const typesSchema = Joi.object<TypesForm>({
  action: Joi.string().valid('save', 'set').default('save'),
  ids: objectIds(200).default([]).label('the classes from the list'),
  to: classType(),
}).pattern(/^(was|type)-[0-9a-f]{24}$/, classType());

/** The requested types by class id. Selects that were left alone are not included. */
export function wantedTypes(form: TypesForm): Map<string, WantedType> {
  const wanted = new Map<string, WantedType>();
  for (const [key, to] of Object.entries(form) as [string, ClassType][]) {
    if (!key.startsWith('type-')) continue;
    const id = key.slice('type-'.length);
    const was = form[`was-${id}`];
    if (was !== to) wanted.set(id, { to, ...(was ? { was } : {}) });
  }
  if (form.action === 'set' && form.to)
    for (const id of form.ids) {
      const was = form[`was-${id.toHexString()}`];
      wanted.set(id.toHexString(), { to: form.to, ...(was ? { was } : {}) });
    }
  return wanted;
}

/** A person's decision on one class; '' and absent mean "as the roster has it". */
export interface EditForm {
  name: string;
  type: ClassType;
  room: string;
  allowed?: number;
  /** What the page showed, so that two people do not overwrite each other unawares. */
  seen: string;
}

const room = () => line(60).allow('').default('').label('a room');
const typeField = () => classType().required().label('a type');

export const editSchema = Joi.object<EditForm, true>({
  name: line(120).allow('').default('').label('a name'),
  type: typeField(),
  room: room(),
  allowed: Joi.number().integer().min(0).max(20).empty('').label('the appointments per student'),
  seen: Joi.string().max(100).allow('').default(''),
});

/** A class made by hand. */
export interface NewClassForm {
  /** The id is made with the form: sending it twice makes one class. */
  id: Types.ObjectId;
  name: string;
  type: Exclude<ClassType, 'Hide'>;
  teacher: Types.ObjectId;
  room: string;
  /** Whose students: everybody's in the event, or those of chosen classes. */
  from: 'event' | 'classes';
  ids: Types.ObjectId[];
}

export const newClassSchema = Joi.object<NewClassForm, true>({
  id: objectId().required(),
  name: line(120).required().label('a name'),
  type: classType().invalid('Hide').required().label('a type'),
  teacher: objectId().required().label('a teacher').messages({ 'string.empty': 'Select a teacher.' }),
  room: room(),
  from: Joi.string().valid('event', 'classes').required().label('the students'),
  ids: objectIds(200).default([]),
});
