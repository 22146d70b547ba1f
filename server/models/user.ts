import mongoose, { Schema, type Types } from 'mongoose';

/** Access levels from low to high. */
export const ACCESS_LEVELS = [
  'customer',
  'appointment viewer',
  'appointment maker',
  'resource administrator',
  'event administrator',
  'administrator',
] as const;
export type AccessLevel = (typeof ACCESS_LEVELS)[number];

/** Whether `level` is `least` or above. */
export function atLeast(level: AccessLevel, least: AccessLevel): boolean {
  return ACCESS_LEVELS.indexOf(level) >= ACCESS_LEVELS.indexOf(least);
}

/** What a login may do in one account; with `event` only in that event; `contact` is the person it is on the roster. */
export interface Grant {
  account: Types.ObjectId;
  level: AccessLevel;
  event?: Types.ObjectId;
  contact?: Types.ObjectId;
}

/** What a grant applies to: one event, the person that the login is on the roster, or with neither the whole account. */
export type Reach = Pick<Grant, 'event' | 'contact'>;

/** The part of a filter that finds the grants of exactly this reach. */
export function ofReach({ event, contact }: Reach) {
  return { event: event ?? { $exists: false }, contact: contact ?? { $exists: false } };
}

/** An account that no longer lets a parent's login in. */
export interface Block {
  account: Types.ObjectId;
  at: Date;
  /** Who at the school blocked it. */
  by: Types.ObjectId;
}

/** One login. It may hold several grants: a teacher who is also a parent, an administrator of two accounts. */
export interface User {
  _id: Types.ObjectId;
  /** Trimmed and lower-cased; unique over the installation. */
  email: string;
  name: string;
  passwordHash?: string;
  /** The code of the language in which they read parents' pages and mails; absent: nobody has said. */
  language?: string;
  /** When a one-time link sent to the address was opened; until then the address proves nothing. */
  emailProvenAt?: Date;
  grants: Grant[];
  /** Absent if there are none. */
  blocks?: Block[];
  /** Sessions begun before this moment are over (the password was changed, or somebody logged out everywhere). */
  sessionsFrom?: Date;
  createdAt: Date;
}

const schema = new Schema<User>(
  {
    email: { type: String, required: true },
    name: { type: String, required: true },
    passwordHash: String,
    language: String,
    emailProvenAt: Date,
    grants: [
      new Schema<Grant>(
        {
          account: { type: Schema.Types.ObjectId, required: true },
          level: { type: String, enum: ACCESS_LEVELS, required: true },
          event: Schema.Types.ObjectId,
          contact: Schema.Types.ObjectId,
        },
        { _id: false },
      ),
    ],
    blocks: {
      type: [
        new Schema<Block>(
          {
            account: { type: Schema.Types.ObjectId, required: true },
            at: { type: Date, required: true },
            by: { type: Schema.Types.ObjectId, required: true },
          },
          { _id: false },
        ),
      ],
      default: undefined,
    },
    sessionsFrom: Date,
    createdAt: { type: Date, required: true },
  },
  { collection: 'user', strict: 'throw', versionKey: false },
);
schema.index({ email: 1 }, { unique: true });
schema.index({ 'grants.account': 1, email: 1 });
schema.index({ 'blocks.account': 1 }, { partialFilterExpression: { 'blocks.account': { $exists: true } } });
schema.index({ 'grants.contact': 1 }, { partialFilterExpression: { 'grants.contact': { $exists: true } } });

export const User = mongoose.model<User>('user', schema);

/** Whether an account no longer lets this login in. */
export function isBlocked(user: Pick<User, 'blocks'>, account: Types.ObjectId): boolean {
  return user.blocks?.some((block) => block.account.equals(account)) ?? false;
}
