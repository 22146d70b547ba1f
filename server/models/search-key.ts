/** Letters that have no separable accent, as people write them without such a key. */
const LETTERS: Record<string, string> = {
  ...{ ł: 'l', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ß: 'ss', æ: 'ae', œ: 'oe', ı: 'i', ħ: 'h', ŋ: 'n', ŧ: 't' },
  ...{ ə: 'e', ɛ: 'e', ɔ: 'o', ɓ: 'b', ɗ: 'd', ƙ: 'k', ƴ: 'y', ƒ: 'f', ĸ: 'k', ȷ: 'j', ɨ: 'i', ʉ: 'u' },
};
const OTHER_LETTERS = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');
const APOSTROPHES =
  /[`\u00b4\u02b9-\u02bf\u02c8\u055a\u05f3\u2018-\u201b\u2032\u2035\ua78b\ua78c\uff07\uff40]/g;
const HYPHENS = /[\u058a\u05be\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d]/g;

/**
 * A stored key for searching and sorting without collations: lower case, accents and foreign letters folded, one kind of apostrophe
 * and hyphen, spaces joined. At most 200 characters. The key of a key is the key itself.
 */
export function searchKey(...parts: (string | undefined)[]): string {
  const text = parts.filter((part) => part).join(' ');
  return (isPlain(text) ? text.toLowerCase() : folded(text))
    .replace(/`/g, "'")
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
    .trimEnd();
}

function folded(text: string): string {
  return (
    text
      // Before accents are removed: an acute accent that stands alone is an apostrophe.
      .replace(APOSTROPHES, "'")
      .replace(HYPHENS, '-')
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      // Lower case leaves marks of its own: İ becomes i with a separate dot.
      .replace(/\p{M}/gu, '')
      .replace(OTHER_LETTERS, (letter) => LETTERS[letter] ?? letter)
      .replace(APOSTROPHES, "'")
      .replace(HYPHENS, '-')
      .replace(/\p{Cc}/gu, ' ')
      .replace(/\p{Cf}/gu, '')
  );
}

/** Whether a text has only visible ASCII characters and spaces. Most texts do, and the steps for others are slow. */
export function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/**
 * A filter for stored keys that contain every word of `text`, in any order and place; an empty text is no filter. The search reads all keys
 * that the rest of the filter leaves, so that must be few, found by an index: one event's teachers, one account's events.
 */
export function holdsWords(key: 'searchKey' | 'sortKey', text: string): { $and?: Record<string, RegExp>[] } {
  const words = searchWords(text);
  if (words.length === 0) return {};
  return { $and: words.map((word) => ({ [key]: inKey(word) })) };
}

/** The words of a search, folded as keys are. */
export function searchWords(text: string): string[] {
  return searchKey(text)
    .split(' ')
    .filter((word) => /[^'-]/.test(word));
}

/** An expression that finds a word in a key: "obrien" and "o'brien" are in either's key, "smithjones" in "smith-jones". */
export function inKey(word: string): RegExp {
  return new RegExp(lettersInKey(word));
}

/**
 * An expression that finds a word at the beginning of a name or of its second half: "jones" in "smith-jones". Leading zeros of a number may
 * be missing.
 */
export function beginsInKey(word: string): RegExp {
  return new RegExp(`(?:^|[ '-])${/^\d/.test(word) ? '0*' : ''}${lettersInKey(word)}`);
}

function lettersInKey(word: string): string {
  const letters = [...word.replace(/['-]/g, '')];
  return letters.map((letter) => letter.replace(/[.*+?^${}()|[\]\\/]/, '\\$&')).join("['-]*");
}
