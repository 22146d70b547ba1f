/** Whose wishes an entry has. */
export interface Sharing {
  code: string;
  students: string[];
}

/**
 * The code by which each entry's turn is drawn: its own, or that of the oldest entry that wishes for a common child, directly or through
 * others. Otherwise a child of several logins would have several turns.
 * @param entries the oldest first
 */
export function shareTurns(entries: Sharing[]): Map<string, string> {
  const turns = new Map<string, string>();
  const ofStudent = new Map<string, string>();
  for (const { code, students } of entries) {
    const met = [...new Set(students.flatMap((student) => ofStudent.get(student) ?? []))];
    // The map has the codes from the oldest to the youngest.
    const turn = [...turns.values()].find((known) => met.includes(known)) ?? code;
    turns.set(code, turn);
    for (const student of students) ofStudent.set(student, turn);
    // An entry that shares with two groups joins them.
    for (const map of [turns, ofStudent])
      for (const [key, known] of map) if (met.includes(known)) map.set(key, turn);
  }
  return turns;
}
