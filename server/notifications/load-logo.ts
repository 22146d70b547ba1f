import type { Types } from 'mongoose';
import { Account } from '../models/account.js';
import { Logo } from '../models/logo.js';

/** A school's logo for its mails. */
export interface MailLogo {
  school: string;
  type: Logo['type'];
  data: Buffer;
  /** Its size in mails: 40 pixels high, no wider than a phone. */
  width: number;
  height: number;
}

export type LogoOf = (account: Types.ObjectId | undefined) => Promise<MailLogo | undefined>;

const [HEIGHT, WIDTH] = [40, 280];

/** Loads logos for one round of sending, each school's once. */
export function findLogos(): LogoOf {
  const known = new Map<string, Promise<MailLogo | undefined>>();
  return (account) => {
    if (!account) return Promise.resolve(undefined);
    const key = account.toHexString();
    const found = known.get(key) ?? load(account);
    known.set(key, found);
    return found;
  };
}

async function load(account: Types.ObjectId): Promise<MailLogo | undefined> {
  const school = await Account.findById(account, { name: 1, logo: 1 }).lean();
  const picture = school?.logo && (await Logo.findById(school.logo.version).lean());
  if (!school?.logo || !picture) return undefined;
  const { width, height } = school.logo;
  const scale = Math.min(HEIGHT / height, WIDTH / width, 1);
  return {
    school: school.name,
    type: picture.type,
    data: Buffer.from(picture.data.buffer),
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}
