import mongoose, { Schema, type Types } from 'mongoose';

/** Which kinds of people and guardians the sync brings in; sections, courses and terms always come. */
export interface CleverKinds {
  students: boolean;
  teachers: boolean;
  staff: boolean;
  contacts: boolean;
}

export interface AccountClever {
  districtId: string;
  districtName?: string;
  /** How the district's token is had: given here, by an application named here, or by the installation's own application. */
  credentials?:
    | { kind: 'token'; token: string }
    | { kind: 'application'; clientId: string; clientSecret: string }
    | { kind: 'installation' };
  credentialsAt?: Date;
  /** `waiting`: the district has not approved the application yet. `refused`: Clever no longer accepts our token. */
  approval: 'unknown' | 'waiting' | 'approved' | 'refused';
  checkedAt?: Date;
  /** What kept the last check from being finished, in words for people. */
  fault?: string;
  enabled: boolean;
  enabledAt?: Date;
  kinds: CleverKinds;
  /** The district's schools as last seen, for matching without asking Clever again. */
  schools: { id: string; name: string; number?: string }[];
}

/** The kinds of roster files that a school without Clever may have. */
export const FILE_FORMATS = ['pickatime', 'clever-csv', 'oneroster'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** Where an account's roster comes from; one at a time. */
export type RosterSource = 'clever' | FileFormat;

export interface AccountFiles {
  on: boolean;
  format: FileFormat;
  since: Date;
}

/** One tenant: a district or a school. */
export interface Account {
  _id: Types.ObjectId;
  name: string;
  /** IANA zone; nights, days and times shown are in it. */
  timeZone: string;
  clever?: AccountClever;
  /** Roster files as the source. Never on while Clever is enabled. */
  files?: AccountFiles;
  /** The source that gave the record ids which people and mirror carry; absent: Clever, if there are any. */
  recordsOf?: RosterSource;
  /** A change of source that was begun: both sources are off until it is done. Begun again, it goes on. */
  switching?: { to: RosterSource; at: Date };
  createdAt: Date;
}

const schema = new Schema<Account>(
  {
    name: { type: String, required: true },
    timeZone: { type: String, required: true },
    clever: {
      type: new Schema<AccountClever>(
        {
          districtId: { type: String, required: true },
          districtName: String,
          credentials: Schema.Types.Mixed,
          credentialsAt: Date,
          approval: { type: String, enum: ['unknown', 'waiting', 'approved', 'refused'], default: 'unknown' },
          checkedAt: Date,
          fault: String,
          enabled: { type: Boolean, default: false },
          enabledAt: Date,
          kinds: { students: Boolean, teachers: Boolean, staff: Boolean, contacts: Boolean },
          schools: [new Schema({ id: String, name: String, number: String }, { _id: false })],
        },
        { _id: false },
      ),
    },
    files: {
      type: new Schema<AccountFiles>(
        {
          on: { type: Boolean, required: true },
          format: { type: String, enum: FILE_FORMATS, required: true },
          since: { type: Date, required: true },
        },
        { _id: false },
      ),
    },
    recordsOf: String,
    switching: { type: new Schema({ to: String, at: Date }, { _id: false }) },
    createdAt: { type: Date, required: true },
  },
  { collection: 'account', strict: 'throw', versionKey: false },
);
schema.index({ 'clever.approval': 1 });
// The installation's application reads every district that approved it: so each such district belongs to one account.
schema.index(
  { 'clever.districtId': 1 },
  { unique: true, partialFilterExpression: { 'clever.credentials.kind': 'installation' } },
);

export const Account = mongoose.model<Account>('account', schema);
