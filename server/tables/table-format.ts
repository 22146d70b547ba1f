/** A column that Slotbell reads. */
export interface Column {
  name: string;
  /** Other headings for it, as `lettersOf` writes them. */
  also?: readonly string[];
  /** `value`: every row fills the column. `column`: it exists, cells may be empty. Absent: it may be missing. */
  need?: 'value' | 'column';
  /** Whether it holds ids of the school's own system. */
  id?: true;
  /**
   * `name`: a person's, who may be called Null or Na. `email`: one address. `fact`: a value of only zeros is blank. `day`: a fact that may
   * be a date; 00/00/0000 is blank. `number`: cleaned like an id, and blank if a spreadsheet changed it.
   */
  holds?: 'name' | 'email' | 'fact' | 'day' | 'number';
  /** The only words that it may hold, besides nothing; a row with another word is left out for that fault. */
  words?: { are: RegExp; fault: 'unknown action' | 'unknown status' };
}

/** One file of a format. */
export interface TableFormat {
  /** Its usual name, which pages show too. */
  name: string;
  /** Other names in use, without an ending. */
  also?: readonly string[];
  required?: true;
  columns: readonly Column[];
  /** Each row fills at least one of these: some people have one name only. */
  oneOf?: readonly string[];
  /** Columns that identify what a row is about; a row that removes it fills no others. */
  key: readonly string[];
  /** Whether its rows only tie records of other files. */
  ties?: true;
  /** Whether it may come without a header, in the order of the columns. */
  headerless?: true;
}

/** An id that each row must have. */
export const id = (name: string): Column => ({ name, need: 'value', id: true });
export const filled = (name: string): Column => ({ name, need: 'value' });
/** An id that may be missing. */
export const tie = (name: string): Column => ({ name, id: true });
export const optional = (...names: string[]): Column[] => names.map((name) => ({ name }));
/** A part of a person's name; its column is required. */
export const called = (name: string): Column => ({ name, need: 'column', holds: 'name' });
/** A part of a person's name that may be missing. */
export const alsoCalled = (name: string): Column => ({ name, holds: 'name' });
/** A number that people know, besides the id. */
export const number = (name: string): Column => ({ name, holds: 'number' });
export const address = (name: string): Column => ({ name, holds: 'email' });
export const facts = (...names: string[]): Column[] => names.map((name) => ({ name, holds: 'fact' }));
export const days = (...names: string[]): Column[] => names.map((name) => ({ name, holds: 'day' }));

/** The columns, with the other names that they are known by. */
export function named(
  columns: readonly Column[],
  names: Readonly<Record<string, readonly string[]>>,
): Column[] {
  return columns.map((column) => ({
    ...column,
    also: [...(column.also ?? []), ...(names[column.name] ?? [])],
  }));
}
