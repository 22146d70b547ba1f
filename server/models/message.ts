import { Schema } from 'mongoose';

/** The kinds of emails to families about their appointments. */
export const MESSAGE_KINDS = ['booked', 'changed', 'cancelled', 'reminder'] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/** A mail's text with macros such as {student}. */
export interface MessageText {
  subject: string;
  text: string;
}

/** How families reach the office; '' if not given. */
export interface Office {
  phone: string;
  email: string;
  /** Where replies to emails go; '': to `email`. */
  replyTo: string;
}

const text = {
  type: new Schema<MessageText>(
    { subject: { type: String, required: true }, text: { type: String, required: true } },
    { _id: false },
  ),
};

export const messagesSchema = new Schema<Partial<Record<MessageKind, MessageText>>>(
  { booked: text, changed: text, cancelled: text, reminder: text },
  { _id: false },
);

export const officeSchema = new Schema<Office>(
  {
    phone: { type: String, default: '' },
    email: { type: String, default: '' },
    replyTo: { type: String, default: '' },
  },
  { _id: false },
);
