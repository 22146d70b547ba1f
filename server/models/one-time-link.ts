import mongoose, { Schema, type Types } from 'mongoose';
import { ACCESS_LEVELS, type AccessLevel, type Grant } from './user.js';

/** What somebody who is setting up this installation asked for, until it is done. */
export interface BegunSetUp {
  account: Types.ObjectId;
  accountName: string;
  timeZone: string;
  user: Types.ObjectId;
  name: string;
  email: string;
  passwordHash: string;
}

/** Access to an account. */
export interface Offer {
  account: Types.ObjectId;
  name: string;
  grants?: Omit<Grant, 'account'>[];
  /** Only in offers from before 0.6, to the whole account, which have no grants. */
  level?: AccessLevel;
}

/** The grants that are offered, one by one. */
export function offeredGrants({ account, grants, level }: Offer): Grant[] {
  return (grants ?? (level ? [{ level }] : [])).map((grant) => ({ account, ...grant }));
}

/** A link that works once: sent by mail, or printed at the first start. Only the hash of its secret is kept. */
export interface OneTimeLink {
  /** SHA-256 of the secret, base64url; for a setup that has begun, its kind, so that there is only one. */
  _id: string;
  kind:
    | 'first administrator'
    | 'set-up'
    | 'prove e-mail'
    | 'new password'
    | 'invitation'
    | 'offer'
    | 'new e-mail'
    | 'log in';
  user?: Types.ObjectId;
  /** For an `offer`: access to an account for an existing login. `name` is what the account calls the person. */
  offer?: Offer;
  /**
   * For a `new e-mail`: the address that it proves. For a `log in`: the address that was asked for, whether or not it has a login. For an `offer`: the invited address; only somebody who logs in with it may accept,
   * because a login may change its address. Offers from before 0.8 have none, and are made again.
   */
  email?: string;
  /** For a `new e-mail`: the address that the login had when it was requested. */
  from?: string;
  /** The path to go to afterwards. */
  next?: string;
  begun?: BegunSetUp;
  /** For a `log in`: the event at whose link it was asked for; absent: on the page to log in. */
  event?: Types.ObjectId;
  /** For a `log in`: what a stranger may have typed for a name, and, sealed, for a child. Both count once the link is used. */
  name?: string;
  proof?: string;
  /** For a `log in` with a proof: the hash of the mark of the browser in which it was typed. It counts in no other. */
  asker?: string;
  /** For a `log in`: it works until then. It is kept longer, so that an old one can be asked for again. */
  until?: Date;
  usedAt?: Date;
  /** For a `log in`: where it was asked from, for counting those that nobody used. */
  sender?: string;
  expiresAt: Date;
}

const schema = new Schema<OneTimeLink>(
  {
    _id: { type: String, required: true },
    kind: { type: String, required: true },
    user: Schema.Types.ObjectId,
    offer: new Schema(
      {
        account: { type: Schema.Types.ObjectId, required: true },
        level: { type: String, enum: ACCESS_LEVELS },
        grants: {
          type: [
            new Schema<Omit<Grant, 'account'>>(
              {
                level: { type: String, enum: ACCESS_LEVELS, required: true },
                event: Schema.Types.ObjectId,
                contact: Schema.Types.ObjectId,
              },
              { _id: false },
            ),
          ],
          default: undefined,
        },
        name: { type: String, required: true },
      },
      { _id: false },
    ),
    email: String,
    from: String,
    next: String,
    begun: {
      type: new Schema<BegunSetUp>(
        {
          account: { type: Schema.Types.ObjectId, required: true },
          accountName: { type: String, required: true },
          timeZone: { type: String, required: true },
          user: { type: Schema.Types.ObjectId, required: true },
          name: { type: String, required: true },
          email: { type: String, required: true },
          passwordHash: { type: String, required: true },
        },
        { _id: false },
      ),
    },
    event: Schema.Types.ObjectId,
    name: String,
    proof: String,
    asker: String,
    until: Date,
    usedAt: Date,
    sender: String,
    expiresAt: { type: Date, required: true },
  },
  { collection: 'oneTimeLink', strict: 'throw', versionKey: false },
);
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
schema.index({ kind: 1, user: 1 });
schema.index({ email: 1 });
schema.index({ 'offer.account': 1 }, { partialFilterExpression: { 'offer.account': { $exists: true } } });

export const OneTimeLink = mongoose.model<OneTimeLink>('oneTimeLink', schema);
