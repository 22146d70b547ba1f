import mongoose, { Schema, type Types } from 'mongoose';
import { cleverFaultSchema, type CleverFault } from './clever-fault.js';
import { mappingSchema, type FieldMapping, type Identifier } from './field-mapping.js';
import { officeSchema, type Office } from './message.js';

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
  /** Where the district's token comes from: entered here, from an application named here, or from the installation's own application. */
  credentials?:
    | { kind: 'token'; token: string }
    | { kind: 'application'; clientId: string; clientSecret: string }
    | { kind: 'installation' };
  credentialsAt?: Date;
  /** `waiting`: the district has not approved the application yet. `refused`: Clever no longer accepts our token. */
  approval: 'unknown' | 'waiting' | 'approved' | 'refused';
  checkedAt?: Date;
  /** Why the last check could not be finished. */
  fault?: CleverFault;
  enabled: boolean;
  enabledAt?: Date;
  kinds: CleverKinds;
  /** The district's schools as last seen, for matching without asking Clever again. */
  schools: { id: string; name: string; number?: string }[];
  /** Where the district's events continue; absent: the next sync reads everything. */
  cursor?: EventCursor;
  /** The run (and its try) that changes the roster, or did when its worker died: only that run may set the cursor. */
  refreshing?: string;
}

/** How far the roster has followed a district's events. */
export interface EventCursor {
  /** Id of the newest event that was applied. */
  event: string;
  at: Date;
  /** When everything was last read. */
  fullAt: Date;
  /** Fingerprint of the settings that decide who belongs here: if it differs, everything is read. */
  setup: string;
  /** Lists that were unshared or empty, and so said of nobody that they left. */
  silent: string[];
  /**
   * The roster run that last changed what classes are made of: an event that was updated since has nothing to look for. Absent: a person
   * changed something of it.
   */
  mirror?: Types.ObjectId;
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

/** How dates, times and lists may be written, all in English. */
export const LOCALES = ['en-US', 'en-CA', 'en-GB', 'en-AU'] as const;
export type Locale = (typeof LOCALES)[number];

/** The school's logo, as pages need it; the picture itself is a `Logo`. */
export interface AccountLogo {
  /** Of the picture's content: another picture has another one. */
  version: string;
  width: number;
  height: number;
}

/** A year of Slotbell for one attached school, in dollars, until somebody enters another fee. */
export const USUAL_FEE = 230;

/** One tenant: a district or a school. */
export interface Account {
  _id: Types.ObjectId;
  name: string;
  /** IANA zone; nights, days and times shown are in it. */
  timeZone: string;
  /** How dates, times and lists are written; absent: en-US. */
  locale?: Locale;
  /** Codes of the languages that parents can choose from; absent: `USUAL_LANGUAGES`. */
  languages?: string[];
  /** How families reach the office; events begin with it, and mails that belong to no event name it. */
  office?: Office;
  logo?: AccountLogo;
  /** The school's own color, #rrggbb, as it was entered; shown as `web/match-color.ts` says. */
  color?: string;
  /** The last part of the school's public link: /s/<linkName>. */
  linkName?: string;
  /** Every link name that the school ever had: they all lead to it. Nobody else may have one of them. */
  linkNames?: string[];
  /** A year for one attached school, in dollars; absent: `USUAL_FEE`. */
  schoolFee?: number;
  /** Somebody is changing who may do what here; until then, should they die. */
  accessLock?: { by: string; until: Date };
  clever?: AccountClever;
  /** Absent until somebody maps an identifier; read it with `mappingOf`. */
  mapping?: FieldMapping;
  /** What this school calls the identifiers; read it with `identifierNamesOf`. */
  identifierNames?: Record<Identifier, string>;
  /** Roster files as the source. Never on while Clever is enabled. */
  files?: AccountFiles;
  /** The source of the record ids that people and mirror have; absent: Clever, if there are any. */
  recordsOf?: RosterSource;
  /** A change of source that has begun: both sources are off until it is done. Starting it again continues it. */
  switching?: { to: RosterSource; at: Date };
  createdAt: Date;
}

const schema = new Schema<Account>(
  {
    name: { type: String, required: true },
    timeZone: { type: String, required: true },
    locale: { type: String, enum: LOCALES },
    languages: { type: [String], default: undefined },
    office: { type: officeSchema },
    logo: {
      type: new Schema<AccountLogo>(
        {
          version: { type: String, required: true },
          width: { type: Number, required: true },
          height: { type: Number, required: true },
        },
        { _id: false },
      ),
    },
    color: String,
    linkName: String,
    linkNames: { type: [String], default: undefined },
    schoolFee: Number,
    accessLock: { type: new Schema({ by: String, until: Date }, { _id: false }) },
    clever: {
      type: new Schema<AccountClever>(
        {
          districtId: { type: String, required: true },
          districtName: String,
          credentials: Schema.Types.Mixed,
          credentialsAt: Date,
          approval: { type: String, enum: ['unknown', 'waiting', 'approved', 'refused'], default: 'unknown' },
          checkedAt: Date,
          fault: { type: cleverFaultSchema },
          enabled: { type: Boolean, default: false },
          enabledAt: Date,
          kinds: { students: Boolean, teachers: Boolean, staff: Boolean, contacts: Boolean },
          schools: [new Schema({ id: String, name: String, number: String }, { _id: false })],
          cursor: new Schema<EventCursor>(
            {
              event: String,
              at: Date,
              fullAt: Date,
              setup: String,
              silent: [String],
              mirror: Schema.Types.ObjectId,
            },
            { _id: false },
          ),
          refreshing: String,
        },
        { _id: false },
      ),
    },
    mapping: { type: mappingSchema },
    identifierNames: { type: new Schema({ communityId: String, barcode: String }, { _id: false }) },
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
schema.index({ linkNames: 1 }, { unique: true, partialFilterExpression: { linkNames: { $exists: true } } });
// The installation's application reads every district that approved it, so each such district belongs to one account.
schema.index(
  { 'clever.districtId': 1 },
  { unique: true, partialFilterExpression: { 'clever.credentials.kind': 'installation' } },
);

export const Account = mongoose.model<Account>('account', schema);

/** Where the account's roster comes from now; undefined while neither Clever nor roster files are on. */
export function sourceOf({
  clever,
  files,
}: {
  clever?: Pick<AccountClever, 'enabled'> | undefined;
  files?: Pick<AccountFiles, 'on'> | undefined;
}): 'clever' | 'files' | undefined {
  if (clever?.enabled) return 'clever';
  return files?.on ? 'files' : undefined;
}
