/** Of whom an entry's wishes are. */
export interface Sharing {
  code: string;
  students: string[];
}

/**
 * By which code each entry's turn is drawn: its own, or that of the oldest entry that wishes for a common child, directly or by way of
 * others. Else a child that is added to several logins had a turn for each of them.
 * @param entries the oldest first
 */
export function shareTurns(entries: Sharing[]): Map<string, string> {
  const turns = new Map<string, string>();
  const ofStudent = new Map<string, string>();
  for (const { code, students } of entries) {
    const met = [...new Set(students.flatMap((student) => ofStudent.get(student) ?? []))];
    // Codes come into the map from the oldest to the youngest.
    const turn = [...turns.values()].find((known) => met.includes(known)) ?? code;
    turns.set(code, turn);
    for (const student of students) ofStudent.set(student, turn);
    // Who joins two that shared nothing before makes them one.
    for (const map of [turns, ofStudent])
      for (const [key, known] of map) if (met.includes(known)) map.set(key, turn);
  }
  return turns;
}
