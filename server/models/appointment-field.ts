import { Schema } from 'mongoose';

export const FIELD_KINDS = ['text', 'long text', 'choice', 'tick', 'phone'] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

/** A question that is asked when a meeting of the event is booked. */
export interface AppointmentField {
  /** Stays the same when the question is reworded: answers name it. */
  id: string;
  label: string;
  kind: FieldKind;
  /** The choices in their order, if it is a choice. */
  choices: string[];
  required: boolean;
  /** Asked of staff who book, and shown to staff alone. */
  staffOnly: boolean;
}

/** An answer, with the question as it read then, so that it stays readable when the question is changed or removed. */
export interface Answer {
  field: string;
  label: string;
  kind: FieldKind;
  /** 'yes' for a checkbox. Never empty. */
  value: string;
  staffOnly?: boolean;
}

export const fieldSchema = new Schema<AppointmentField>(
  {
    id: { type: String, required: true },
    label: { type: String, required: true },
    kind: { type: String, enum: FIELD_KINDS, required: true },
    choices: { type: [String], default: [] },
    required: { type: Boolean, default: false },
    staffOnly: { type: Boolean, default: false },
  },
  { _id: false, id: false },
);

export const answerSchema = new Schema<Answer>(
  {
    field: { type: String, required: true },
    label: { type: String, required: true },
    kind: { type: String, enum: FIELD_KINDS, required: true },
    value: { type: String, required: true },
    staffOnly: Boolean,
  },
  { _id: false },
);
