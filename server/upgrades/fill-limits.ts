import { fillClaims } from './fill-claims.js';
import { rewriteDocuments } from './rewrite-documents.js';

/**
 * Until version 0.7 appointments were not counted by student, nor by teacher and day. Events get these limits, which are off, and what is
 * booked is counted for the day on which one is set.
 */
export async function fillLimits(): Promise<void> {
  const fields = ['booking.perStudent', 'booking.perTeacherAndDay'];
  await rewriteDocuments('event', { 'booking.perStudent': { $exists: false } }, fields, () =>
    Object.fromEntries(fields.map((field) => [field, 0])),
  );
  await fillClaims();
}
