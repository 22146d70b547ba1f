import { fillClaims } from './fill-claims.js';
import { rewriteDocuments } from './rewrite-documents.js';

/**
 * Until version 0.7 appointments were not counted by student, or by teacher and day. This gives events these limits, turned off, and counts
 * what is booked, in case one is set later.
 */
export async function fillLimits(): Promise<void> {
  const fields = ['booking.perStudent', 'booking.perTeacherAndDay'];
  await rewriteDocuments('event', { 'booking.perStudent': { $exists: false } }, fields, () =>
    Object.fromEntries(fields.map((field) => [field, 0])),
  );
  await fillClaims();
}

/** Until version 1.0 appointments were not counted by the household of a student and teacher. */
export async function fillFamilyLimits(): Promise<void> {
  await fillClaims();
}
