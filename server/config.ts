import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Joi from 'joi';
import { explainDiskFault } from './disk-faults.js';

export interface Config {
  production: boolean;
  port: number;
  /** The address to listen at; undefined: all of this machine's. */
  host: string | undefined;
  /** Where people reach this installation, without a slash at the end; every link that is sent is built from it. */
  publicUrl: string;
  /** Express' `trust proxy`: how many proxies stand in front. */
  trustProxy: number;
  /** Absolute path of the folder for the embedded database, the made secret and downloads in progress. */
  dataDir: string;
  /** Undefined: the embedded engine. */
  mongodbUri: string | undefined;
  appSecret: string;
  /** Undefined: mails are kept and shown on the outbox page. */
  smtpUrl: string | undefined;
  mailFrom: string;
  /** Whether this process runs jobs as well as pages. */
  runJobs: boolean;
  /** How long /readyz says no before a process that was told to end takes no more connections, in milliseconds. */
  stopPauseMs: number;
  /** How long such a process waits for requests and jobs under way, in milliseconds. */
  drainMs: number;
  /** How long mails that went out, runs and the audit are kept, in months. */
  keepMonths: number;
  clever: {
    apiUrl: string;
    tokensUrl: string;
    pageSize: number;
    /** The Clever application of whoever hosts this installation; serves every account. */
    application: { clientId: string; clientSecret: string } | undefined;
  };
}

interface Environment {
  NODE_ENV: string;
  PORT: number;
  HOST?: string;
  PUBLIC_URL?: string;
  TRUST_PROXY: number;
  DATA_DIR: string;
  MONGODB_URI?: string;
  APP_SECRET?: string;
  SMTP_URL?: string;
  MAIL_FROM: string;
  RUN_JOBS: boolean;
  STOP_PAUSE_SECONDS: number;
  DRAIN_SECONDS: number;
  KEEP_MONTHS: number;
  CLEVER_API_URL: string;
  CLEVER_TOKENS_URL: string;
  CLEVER_PAGE_SIZE: number;
  CLEVER_CLIENT_ID?: string;
  CLEVER_CLIENT_SECRET?: string;
}

const SHORTEST_SECRET = 32;
const httpUrl = Joi.string().uri({ scheme: ['http', 'https'] });

const keys: Joi.StrictSchemaMap<Environment> = {
  NODE_ENV: Joi.string().empty('').default('production'),
  PORT: Joi.number().port().default(3000),
  HOST: Joi.string().hostname().empty(''),
  PUBLIC_URL: httpUrl.empty(''),
  TRUST_PROXY: Joi.number().integer().min(0).max(10).default(0),
  DATA_DIR: Joi.string().default('./data'),
  MONGODB_URI: Joi.string()
    .uri({ scheme: ['mongodb', 'mongodb+srv'] })
    .empty(''),
  APP_SECRET: Joi.string()
    .min(SHORTEST_SECRET)
    .empty('')
    .when('MONGODB_URI', { is: Joi.exist(), then: Joi.required() }),
  SMTP_URL: Joi.string()
    .uri({ scheme: ['smtp', 'smtps'] })
    .empty(''),
  MAIL_FROM: Joi.string().max(200).default('Slotbell <slotbell@localhost>'),
  RUN_JOBS: Joi.boolean().default(true),
  STOP_PAUSE_SECONDS: Joi.number().min(0).max(60).default(1),
  DRAIN_SECONDS: Joi.number().min(1).max(600).default(25),
  KEEP_MONTHS: Joi.number().integer().min(12).max(120).default(24),
  CLEVER_API_URL: httpUrl.default('https://api.clever.com/v3.1'),
  CLEVER_TOKENS_URL: httpUrl.default('https://clever.com/oauth/tokens'),
  CLEVER_PAGE_SIZE: Joi.number().integer().min(1).max(10000).default(2000),
  CLEVER_CLIENT_ID: Joi.string().empty(''),
  CLEVER_CLIENT_SECRET: Joi.string().empty(''),
};
/** The names of all settings, but for LOG_LEVEL, which the log reads itself. */
export const SETTINGS = Object.keys(keys);

const schema = Joi.object<Environment, true>(keys)
  .and('CLEVER_CLIENT_ID', 'CLEVER_CLIENT_SECRET')
  .prefs({ abortEarly: false, stripUnknown: true, errors: { label: 'key', wrap: { label: false } } });

/** The environment asks for something that cannot be; `faults` has one line each, without any value. */
export class ConfigError extends Error {
  constructor(readonly faults: string[]) {
    super(faults.join('\n'));
  }
}

/**
 * Reads and checks the environment.
 * @throws ConfigError with one plain line a fault; no line repeats a value, as it may be a secret.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const checked = schema.validate(env);
  if (checked.error) throw new ConfigError(checked.error.details.map((fault) => faultLine(fault)));
  const value = checked.value;
  const dataDir = path.resolve(value.DATA_DIR);
  return {
    production: value.NODE_ENV !== 'development',
    port: value.PORT,
    host: value.HOST,
    publicUrl: (value.PUBLIC_URL ?? `http://localhost:${String(value.PORT)}`).replace(/\/+$/, ''),
    trustProxy: value.TRUST_PROXY,
    dataDir,
    mongodbUri: value.MONGODB_URI,
    appSecret: value.APP_SECRET ?? madeSecret(dataDir),
    smtpUrl: value.SMTP_URL,
    mailFrom: value.MAIL_FROM,
    runJobs: value.RUN_JOBS,
    stopPauseMs: value.STOP_PAUSE_SECONDS * 1000,
    keepMonths: value.KEEP_MONTHS,
    drainMs: value.DRAIN_SECONDS * 1000,
    clever: {
      apiUrl: value.CLEVER_API_URL.replace(/\/+$/, ''),
      tokensUrl: value.CLEVER_TOKENS_URL,
      pageSize: value.CLEVER_PAGE_SIZE,
      application:
        value.CLEVER_CLIENT_ID && value.CLEVER_CLIENT_SECRET
          ? { clientId: value.CLEVER_CLIENT_ID, clientSecret: value.CLEVER_CLIENT_SECRET }
          : undefined,
    },
  };
}

function faultLine(fault: Joi.ValidationErrorItem): string {
  const name = fault.path.join('.') || 'CLEVER_CLIENT_ID and CLEVER_CLIENT_SECRET';
  if (fault.type === 'any.required')
    return `${name} is required when MONGODB_URI is set (at least 32 characters).`;
  if (fault.type === 'object.and') return 'CLEVER_CLIENT_ID and CLEVER_CLIENT_SECRET must be set together.';
  return `${fault.message.replace(/ with value .*? (?=must|fails)/, ' ')}.`;
}

/**
 * A secret made once for an installation on the embedded engine, which has one DATA_DIR; mode 0600, part of the backup.
 * @throws ConfigError where the folder cannot be used, or holds a secret that is none
 */
function madeSecret(dataDir: string): string {
  const file = path.join(dataDir, 'app-secret');
  let secret: string;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (!existsSync(file)) makeSecret(file);
    secret = readFileSync(file, 'utf8').trim();
    chmodSync(file, 0o600);
  } catch (error) {
    throw new ConfigError([`Slotbell can’t use DATA_DIR: ${explainDiskFault(error) ?? 'unknown'}.`]);
  }
  // Not made again by itself: what was saved under the old one would stay shut.
  if (secret.length < SHORTEST_SECRET)
    throw new ConfigError([
      'The file app-secret in DATA_DIR is empty or too short. Restore it from your backup. If nothing has been saved yet, delete it.',
    ]);
  return secret;
}

/** Whole or not at all: a disk that is full leaves no empty one. Of two who start at once the first one's counts. */
function makeSecret(file: string): void {
  const draft = `${file}.${String(process.pid)}`;
  try {
    writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600, flush: true });
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
