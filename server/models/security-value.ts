/** How spreadsheets write a formula without a result, in any of their languages: #N/A, #REF!, #¡VALOR!, #NV, ####. */
const FAULT_OF_FORMULA = /^#(?:#+|n\/[a-z]{1,4}|nv|¡?[\p{L}\p{N}/]+[!?])$/iu;

/** Words that stand for nothing, without what may stand around them. None of them is used for a name. */
const NOTHING =
  /^(?:n ?\/ ?a|n\.a\.?|n\/d|n\.d\.?|not (?:available|applicable|provided|given|known|on file)|no (?:data|value|email|e-mail|dob|date|birth ?date)|k\.\s?a\.?|\\n)$/;
/** The same for fields that hold no name: Na, Nil and Null are names of people. */
const NOTHING_BUT_A_NAME =
  /^(?:na|nan|nat|nd|nil|null|none|undefined|unknown|missing|blank|empty|tbd|tba|nothing)$/;

/**
 * Whether a text stands for nothing: blank, a dash or another mark alone, a formula without a result, "N/A" and the like.
 * @param name the text is a person's name, which may be Na or Null
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
 * Zeros alone, which a spreadsheet writes for an empty cell that it looked up, also as a date: 0, 00/00/0000, 1/0/1900; and the days by which
 * databases mean none: 1/1/1900, 12/30/1899, 12/31/9999.
 */
const ZERO =
  /^[0\s./:-]*$|^0?1[/.-]0?[01][/.-](?:19)?00$|^(?:12[/.-]3[01]|3[01][/.-]12)[/.-](?:1899|9999)$|^1900-0?1-0?[01](?:$|[\st])|^(?:1899|9999)-12-3[01](?:$|[\st])/i;

/** A security value that is one; '' for what stands for nothing, which proves nothing. */
export function securityValueOf(value: string | undefined): string {
  const text = (value ?? '').trim();
  return isPlaceholder(text) || ZERO.test(text) || lettersOf(text) === '' ? '' : text;
}

/** The second fact by which a parent proves a child theirs: the value that the school gave, else the birth date. '' for none. */
export function secondFactOf(student: { securityValue?: string; birthDate: string }): string {
  return securityValueOf(student.securityValue) || securityValueOf(student.birthDate);
}

/**
 * Whether a security value means what was kept: dates are compared as dates however they are written, numbers without their
 * leading zeros, everything else by its letters and digits. What stands for nothing is like nothing.
 */
export function sameSecurityValue(kept: string | undefined, given: string | undefined): boolean {
  const [one, other] = [securityValueOf(kept), securityValueOf(given)];
  if (one === '' || other === '' || one.length > 200 || other.length > 200) return false;
  const [oneDay, otherDay] = [readDay(one), readDay(other)];
  // 1/15/2015 and 11/5/2015 have the same digits.
  if (oneDay !== '' && otherDay !== '') return oneDay === otherDay;
  if (lettersOf(one) !== lettersOf(other)) return false;
  return oneDay === '' && otherDay === '' ? true : !separated(one) || !separated(other);
}

/** Letters and digits alone, small; a number without the zeros before it. */
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
 * A day as YYYY-MM-DD from the spellings met in the United States: 1/15/2015, 01-15-15, 2015-01-15, Jan 15, 2015, 15 January
 * 2015, 20150115, with or without a weekday or a time. The month comes first, unless it would be none: 15/1/2015. '' for no day
 * of the calendar.
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

/** Two digits of a year are of 1950 to 2049. */
function dayOf(year = '', month = '', day = ''): string {
  const [m, d] = [Number(month), Number(day)];
  const y = year.length === 2 ? (Number(year) < 50 ? 2000 : 1900) + Number(year) : Number(year);
  if (y < 1000 || m < 1 || m > 12 || d < 1) return '';
  const date = new Date(Date.UTC(y, m - 1, d));
  // The 30th of February would be a day in March.
  return date.getUTCMonth() === m - 1 ? date.toISOString().slice(0, 10) : '';
}

/**
 * What a student's number is looked up by where it is not found as it was typed: without spaces, dashes, capitals and the zeros
 * before it, which spreadsheets drop. Two children may share a key; then it names nobody.
 */
export function numberKey(number: string): string {
  return number
    .slice(0, 200)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Z}\p{C}\s-]+/gu, '')
    .replace(/^0+(?=.)/, '');
}
