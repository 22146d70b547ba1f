/** Why a booking cannot be. None of them says anything about another household. */
export type Refusal =
  | 'not open'
  | 'not here'
  | 'not offered'
  | 'too late'
  | 'not your child'
  | 'no class'
  | 'taken'
  | 'teacher busy'
  | 'household busy'
  | 'teacher limit'
  | 'class limit'
  | 'household limit'
  | 'too late to change'
  | 'changed meanwhile'
  | 'hold ended';

/** What a parent reads. */
const SENTENCES: Record<Refusal, string> = {
  'not open': 'Booking is not open now.',
  'not here': 'This time is no longer offered.',
  'not offered': 'The school does not offer this time any more.',
  'too late': 'It is too late to book this time.',
  'not your child': 'Add your child first.',
  'no class': 'Your child has no class with this teacher that takes part.',
  taken: 'This time has just been taken.',
  'teacher busy': 'The teacher has another meeting at this time.',
  'household busy': 'You have another meeting at this time, or too close to it.',
  'teacher limit': 'There is already a meeting with this teacher for your child.',
  'class limit': 'There is already a meeting for this class.',
  'household limit': 'You have as many meetings as the school allows.',
  'too late to change': 'It is too late to change this meeting. Call the school.',
  'changed meanwhile': 'This meeting is being moved to another time already.',
  'hold ended': 'This time was not kept for you any longer.',
};

export function sayRefusal(reason: Refusal): string {
  return SENTENCES[reason];
}

export function isRefusal(text: string | undefined): text is Refusal {
  return text !== undefined && text in SENTENCES;
}
