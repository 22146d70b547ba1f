export type Level = 'elementary' | 'middle' | 'high';

/** Places of the terms in the district's list. */
export const TERMS = { fall: 0, spring: 1, year: 2 } as const;

export interface Subject {
  name: string;
  /** Clever's subject. */
  subject: string;
  term: keyof typeof TERMS;
}

/** The subjects of each grade of a level. The first is the homeroom. */
export const SUBJECTS: Record<Level, readonly Subject[]> = {
  elementary: [
    { name: 'Homeroom', subject: 'homeroom/advisory', term: 'year' },
    { name: 'Art', subject: 'arts and music', term: 'year' },
    { name: 'Music', subject: 'arts and music', term: 'year' },
    { name: 'Physical Education', subject: 'PE and health', term: 'year' },
  ],
  middle: [
    { name: 'Advisory', subject: 'homeroom/advisory', term: 'year' },
    { name: 'English Language Arts', subject: 'english/language arts', term: 'year' },
    { name: 'Mathematics', subject: 'math', term: 'year' },
    { name: 'Science', subject: 'science', term: 'year' },
    { name: 'Social Studies', subject: 'social studies', term: 'year' },
    { name: 'Physical Education', subject: 'PE and health', term: 'year' },
    { name: 'World Languages', subject: 'language', term: 'year' },
  ],
  high: [
    { name: 'English', subject: 'english/language arts', term: 'year' },
    { name: 'Mathematics', subject: 'math', term: 'year' },
    { name: 'Science', subject: 'science', term: 'year' },
    { name: 'History', subject: 'social studies', term: 'year' },
    { name: 'World Languages', subject: 'language', term: 'year' },
    { name: 'Health', subject: 'PE and health', term: 'fall' },
    { name: 'Computer Science', subject: 'technology and engineering', term: 'fall' },
    { name: 'Economics', subject: 'social studies', term: 'spring' },
    { name: 'Studio Art', subject: 'arts and music', term: 'spring' },
  ],
};
