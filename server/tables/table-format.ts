/** A column that Slotbell reads. */
export interface Column {
  name: string;
  /** Other headings that mean it (`lettersOf`). */
  also?: readonly string[];
  /** `value`: in the file and filled in every row. `column`: in the file, may be empty. Absent: may be missing. */
  need?: 'value' | 'column';
  /** Holds ids of the school's own system. */
  id?: true;
  /**
   * `name`: of a person, who may be called Null or Na. `email`: one address. `fact`: zeros alone are none. `day`: the same, and days may
   * stand in it, which are zeros as 00/00/0000. `number`: cleaned as an id is, and left blank where a spreadsheet spoilt it.
   */
  holds?: 'name' | 'email' | 'fact' | 'day' | 'number';
  /** The only words that it may hold, beside nothing; a row with another one is left out, for that fault. */
  words?: { are: RegExp; fault: 'unknown action' | 'unknown status' };
}

/** One file of a format. */
export interface TableFormat {
  /** Its usual name; also how pages call it. */
  name: string;
  /** Other names that are met, without ending. */
  also?: readonly string[];
  required?: true;
  columns: readonly Column[];
  /** Each row fills one of these at least: people may have one name only. */
  oneOf?: readonly string[];
  /** Names what a row is about: one that removes it fills no more. */
  key: readonly string[];
  /** Its rows tie what other files hold. */
  ties?: true;
  /** May come without a header, in the order of the columns. */
  headerless?: true;
}

/** An id that each row must have. */
export const id = (name: string): Column => ({ name, need: 'value', id: true });
export const filled = (name: string): Column => ({ name, need: 'value' });
/** An id that may be missing. */
export const tie = (name: string): Column => ({ name, id: true });
export const optional = (...names: string[]): Column[] => names.map((name) => ({ name }));
/** A part of a person's name, whose column must be there. */
export const called = (name: string): Column => ({ name, need: 'column', holds: 'name' });
/** A part of a person's name that may be missing. */
export const alsoCalled = (name: string): Column => ({ name, holds: 'name' });
/** A number that people know, beside the id. */
export const number = (name: string): Column => ({ name, holds: 'number' });
export const address = (name: string): Column => ({ name, holds: 'email' });
export const facts = (...names: string[]): Column[] => names.map((name) => ({ name, holds: 'fact' }));
export const days = (...names: string[]): Column[] => names.map((name) => ({ name, holds: 'day' }));

/** The columns with the other names that they are known by. */
export function named(
  columns: readonly Column[],
  names: Readonly<Record<string, readonly string[]>>,
): Column[] {
  return columns.map((column) => ({
    ...column,
    also: [...(column.also ?? []), ...(names[column.name] ?? [])],
  }));
}
