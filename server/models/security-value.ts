/** How spreadsheets show a formula without a result, in any language: #N/A, #REF!, #¡VALOR!, #NV, ####. */
const FAULT_OF_FORMULA = /^#(?:#+|n\/[a-z]{1,4}|nv|¡?[\p{L}\p{N}/]+[!?])$/iu;

/** Words for nothing, without the marks around them. None of them is a name. */
const NOTHING =
  /^(?:n ?\/ ?a|n\.a\.?|n\/d|n\.d\.?|not (?:available|applicable|provided|given|known|on file)|no (?:data|value|email|e-mail|dob|date|birth ?date)|k\.\s?a\.?|\\n)$/;
/** Words for nothing in fields that hold no name: Na, Nil and Null are names of people. */
const NOTHING_BUT_A_NAME =
  /^(?:na|nan|nat|nd|nil|null|none|undefined|unknown|missing|blank|empty|tbd|tba|nothing)$/;

/**
 * Whether a text means nothing: blank, only a dash or another mark, a formula without a result, "N/A" and the like.
 * @param name whether it is a person's name, which may be Na or Null
 */
export function isPlaceholder(value: string, name = false): boolean {
  const text = value.normalize('NFKC').trim();
  if (text === '' || FAULT_OF_FORMULA.test(text)) return true;
  if (text.length > 40) return false;
  if (!/[\p{L}\p{N}]/u.test(text)) return /^[\p{P}\p{Z}\p{C}]*$/u.test(text);
  // (none), <null>, [blank], "n/a"
  const word = text.toLowerCase().replace(/^[(<[{"'\s]+|[)>\]}"'\s]+$/g, '');
  return NOTHING.test(word) || (!name && NOTHING_BUT_A_NAME.test(word));
}

/**
 * Only zeros, which a spreadsheet writes for an empty cell that it looked up, also as a date (0, 00/00/0000, 1/0/1900), and the dates by
 * which databases mean none: 1/1/1900, 12/30/1899, 12/31/9999.
 */
const ZERO =
  /^[0\s./:-]*$|^0?1[/.-]0?[01][/.-](?:19)?00$|^(?:12[/.-]3[01]|3[01][/.-]12)[/.-](?:1899|9999)$|^1900-0?1-0?[01](?:$|[\st])|^(?:1899|9999)-12-3[01](?:$|[\st])/i;

/** A usable security value; '' for a text that means nothing and so proves nothing. */
export function securityValueOf(value: string | undefined): string {
  const text = (value ?? '').trim();
  return isPlaceholder(text) || ZERO.test(text) || lettersOf(text) === '' ? '' : text;
}

/** The second fact by which a parent proves that a child is theirs: the school's value, else the birth date. '' if there is neither. */
export function secondFactOf(student: { securityValue?: string; birthDate: string }): string {
  return securityValueOf(student.securityValue) || securityValueOf(student.birthDate);
}

/**
 * Whether a security value equals the stored one: dates are compared as dates, numbers without leading zeros, everything else by letters
 * and digits. A text that means nothing equals nothing.
 */
export function sameSecurityValue(kept: string | undefined, given: string | undefined): boolean {
  const [one, other] = [securityValueOf(kept), securityValueOf(given)];
  if (one === '' || other === '' || one.length > 200 || other.length > 200) return false;
  const [oneDay, otherDay] = [readDay(one), readDay(other)];
  // The digits alone do not tell 1/15/2015 from 11/5/2015.
  if (oneDay !== '' && otherDay !== '') return oneDay === otherDay;
  if (lettersOf(one) !== lettersOf(other)) return false;
  return oneDay === '' && otherDay === '' ? true : !separated(one) || !separated(other);
}

/** Only letters and digits, in lower case; a number without leading zeros. */
function lettersOf(value: string): string {
  const letters = value
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
  return /^\d+$/.test(letters) ? letters.replace(/^0+(?=.)/, '') : letters;
}

function separated(value: string): boolean {
  return /\d[^\p{L}\p{N}]+\d/u.test(value);
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const TIME = /[\st]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(?:z|[+-]\d{2}:?\d{2})?$/;
const WEEKDAY = /^(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?[.,]?\s+/;
const YEAR_FIRST = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/;
const YEAR_LAST = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})$/;
const NAMED_FIRST = new RegExp(`^${MONTH}[.\\s-]*(\\d{1,2})(?:st|nd|rd|th)?[,.\\s-]+(\\d{4}|\\d{2})$`);
const NAMED_SECOND = new RegExp(
  `^(\\d{1,2})(?:st|nd|rd|th)?[.\\s-]*(?:of\\s+)?${MONTH}[.,\\s-]*(\\d{4}|\\d{2})$`,
);

/**
 * A date as YYYY-MM-DD from the spellings used in the United States: 1/15/2015, 01-15-15, 2015-01-15, Jan 15, 2015, 15 January 2015,
 * 20150115, with or without a weekday or a time. The month comes first, unless it cannot be one: 15/1/2015. '' if it is not a day of the
 * calendar.
 */
export function readDay(value: string): string {
  const text = value.normalize('NFKC').trim().toLowerCase();
  if (text.length < 6 || text.length > 60) return '';
  const plain = text.replace(TIME, '').replace(WEEKDAY, '');
  const yearFirst = YEAR_FIRST.exec(plain) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(plain);
  if (yearFirst) {
    const day = dayOf(yearFirst[1], yearFirst[2], yearFirst[3]);
    if (day !== '') return day;
  }
  const yearLast = YEAR_LAST.exec(plain) ?? /^(\d{2})()(\d{2})(\d{4})$/.exec(plain);
  if (yearLast) {
    const [, first, , second, year] = yearLast;
    return dayOf(year, first, second) || dayOf(year, second, first);
  }
  const first = NAMED_FIRST.exec(plain);
  if (first) return dayOf(first[3], monthOf(first[1]), first[2]);
  const second = NAMED_SECOND.exec(plain);
  return second ? dayOf(second[3], monthOf(second[2]), second[1]) : '';
}

function monthOf(name = ''): string {
  return String(MONTHS.indexOf(name.slice(0, 3)) + 1);
}

/** Two-digit years stand for 1950 to 2049. */
function dayOf(year = '', month = '', day = ''): string {
  const [m, d] = [Number(month), Number(day)];
  const y = year.length === 2 ? (Number(year) < 50 ? 2000 : 1900) + Number(year) : Number(year);
  if (y < 1000 || m < 1 || m > 12 || d < 1) return '';
  const date = new Date(Date.UTC(y, m - 1, d));
  // JavaScript reads the 30th of February as a day in March.
  return date.getUTCMonth() === m - 1 ? date.toISOString().slice(0, 10) : '';
}

/**
 * The key of a student's number, for finding it when it is not typed exactly: without spaces, dashes, capitals and leading zeros, which
 * spreadsheets drop. Two children may share a key; then it identifies nobody.
 */
export function numberKey(number: string): string {
  // Most numbers are their own key, and there are as many as students.
  if (/^(?:[1-9]\d{0,99})?$/.test(number)) return number;
  return number
    .slice(0, 200)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Z}\p{C}\s-]+/gu, '')
    .replace(/^0+(?=.)/, '');
}

/** Of students whose numbers read the same (`numberKey`): those with exactly this number, else the only student there is. */
export function withNumber<T extends { schoolId: string }>(students: T[], number: string): T[] {
  const exact = students.filter(({ schoolId }) => schoolId === number.trim());
  if (exact.length > 0) return exact;
  return students.length === 1 ? students : [];
}
