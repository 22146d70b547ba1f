/** A column that Slotbell reads. */
export interface Column {
  name: string;
  /** `value`: in the file and filled in every row. `column`: in the file, may be empty. Absent: may be missing. */
  need?: 'value' | 'column';
  /** Holds ids of the school's own system. */
  id?: true;
}

/** One file of a format. */
export interface TableFormat {
  /** Its usual name; also how pages call it. */
  name: string;
  /** Other names that are met, without ending. */
  also?: readonly string[];
  required?: true;
  columns: readonly Column[];
  /** May come without a header, in the order of the columns. */
  headerless?: true;
}

/** An id that each row must have. */
export const id = (name: string): Column => ({ name, need: 'value', id: true });
export const filled = (name: string): Column => ({ name, need: 'value' });
export const there = (name: string): Column => ({ name, need: 'column' });
/** An id that may be missing. */
export const tie = (name: string): Column => ({ name, id: true });
export const optional = (...names: string[]): Column[] => names.map((name) => ({ name }));
