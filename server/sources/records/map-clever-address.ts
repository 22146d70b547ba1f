import type { CleverSchool } from '../../clever/schema.js';
import { ADDRESS_MAX } from '../../models/school.js';
import { cleanText, isSpoilt } from './clean-text.js';

/** A school's address as one line, "12 Main Street, Cedar Valley, CA 90210"; '' if the source gives neither street nor city. */
export function mapCleverAddress({ location }: Pick<CleverSchool, 'location'>): string {
  const read = (value: unknown) => (isSpoilt(value) ? '' : cleanText(value));
  const [street, city] = [read(location?.address), read(location?.city)];
  if (street === '' && city === '') return '';
  const region = [read(location?.state), read(location?.zip)].filter(Boolean).join(' ');
  return [street, city, region].filter(Boolean).join(', ').slice(0, ADDRESS_MAX).trim();
}
