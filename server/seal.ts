import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  randomInt,
} from 'node:crypto';

/** In bytes. Node takes a shorter tag unless it is told, and a short one is soon guessed. */
const TAG_LENGTH = 16;

const keyOf = (appSecret: string): Buffer =>
  Buffer.from(hkdfSync('sha256', appSecret, '', 'slotbell sealed secrets', 32));

/** Encrypts a secret for keeping in the database (AES-256-GCM under a key made from APP_SECRET). */
export function seal(plain: string, appSecret: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(appSecret), iv);
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return ['v1', iv, body, cipher.getAuthTag()]
    .map((part) => (typeof part === 'string' ? part : part.toString('base64url')))
    .join('.');
}

/** Opens what `seal` made. Undefined when it was made under another APP_SECRET or is damaged: the secret must be entered again. */
export function unseal(sealed: string, appSecret: string): string | undefined {
  const [version, iv, body, tag] = sealed.split('.');
  if (version !== 'v1' || !iv || !body || !tag) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(appSecret), Buffer.from(iv, 'base64url'), {
      authTagLength: TAG_LENGTH,
    });
    decipher.setAuthTag(Buffer.from(tag, 'base64url'));
    return Buffer.concat([decipher.update(Buffer.from(body, 'base64url')), decipher.final()]).toString(
      'utf8',
    );
  } catch {
    return undefined;
  }
}

/** A fresh secret for a link or a code: 32 bytes, base64url. */
export function makeSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a link's secret. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Letters and digits that are not taken for each other on paper. */
const CODE_LETTERS = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';

const lettersOf = (count: number): string =>
  Array.from({ length: count }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]).join('');

/** The last part of an event's link, which is printed and typed: eight small letters and digits, some 40 bits. */
export function makeLink(): string {
  return lettersOf(8).toLowerCase();
}

/** A code to print and type: eight letters and digits, some 40 bits, like K7QM-4XPD. */
export function makeCode(): string {
  const letters = lettersOf(8);
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** What makes the hash of a known text a secret. */
export function makeSalt(): string {
  return randomBytes(16).toString('hex');
}

/** Such a code that can be made again: of one printing and one student it is always the same, and nobody makes it without the secret. */
export function makeCodeAgain(printing: string, of: string, appSecret: string): string {
  const bytes = createHmac('sha256', keyOf(appSecret)).update(`code ${printing} ${of}`).digest();
  const letters = Array.from({ length: 8 }, (_, at) => {
    // Of a number that large no letter is noticeably more likely than another.
    return CODE_LETTERS[bytes.readUInt32BE(at * 4) % CODE_LETTERS.length];
  }).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/**
 * What is kept of such a code. Keyed by APP_SECRET, as codes are short; capitals and dashes make no difference.
 * @param of whom it is of: the same code of another has another hash
 */
export function hashCode(code: string, of: string, appSecret: string): string {
  const typed = code
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '');
  return createHmac('sha256', keyOf(appSecret)).update(`${of} ${typed}`).digest('base64url');
}

/** Both hashes that are kept of a printed code: of the student's number and the code together, and of the code alone. */
export function hashesOf(
  code: string,
  { account, student }: Record<'account' | 'student', { toHexString(): string }>,
  appSecret: string,
): { hash: string; key: string } {
  return {
    hash: hashCode(code, student.toHexString(), appSecret),
    key: hashCode(code, account.toHexString(), appSecret),
  };
}

/** A secret that is the same each time for the same text, so that what must happen once can be tried again. */
export function secretFor(appSecret: string, text: string): string {
  const key = Buffer.from(hkdfSync('sha256', appSecret, '', 'slotbell links', 32));
  return createHmac('sha256', key).update(text).digest('base64url');
}
