import { Schema } from 'mongoose';

/** The kinds of emails to families about their appointments; `plan` is about all that were booked together. */
export const MESSAGE_KINDS = ['booked', 'changed', 'cancelled', 'reminder', 'plan'] as const;
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

/** A text with its subject, as a part of a document. */
export const messageText = {
  type: new Schema<MessageText>(
    { subject: { type: String, required: true }, text: { type: String, required: true } },
    { _id: false },
  ),
};

export const messagesSchema = new Schema<Partial<Record<MessageKind, MessageText>>>(
  {
    booked: messageText,
    changed: messageText,
    cancelled: messageText,
    reminder: messageText,
    plan: messageText,
  },
  { _id: false },
);

/** What a school wrote itself for families who read another language than the school's own. */
export interface Translation {
  messages?: Partial<Record<MessageKind, MessageText>>;
  letter?: MessageText;
}

export const translationSchema = new Schema<Translation>(
  { messages: { type: messagesSchema }, letter: messageText },
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
