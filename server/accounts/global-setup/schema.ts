import Joi from 'joi';
import { LOCALES, USUAL_FEE, type Account, type Locale } from '../../models/account.js';
import { ADDRESS_MAX, type School } from '../../models/school.js';
import type { SettingsFields } from '../../web/compare-seen.js';
import { zoneLabel } from '../../web/format-zone.js';
import { readColor } from '../../web/match-color.js';
import { emailAddress, line, phoneNumber } from '../../web/form-fields.js';
import { timeZone } from '../schema.js';
import { USUAL_LANGUAGES } from '../../web/words.js';
import { nameLanguages } from '../../web/name-languages.js';
import { LANGUAGE_CHOICES } from './offer-languages.js';
import { nameLocale } from './offer-locales.js';

/** The settings of a school account as its form has them; '' means none. */
export interface AccountSettings {
  name: string;
  timeZone: string;
  locale: Locale;
  /** Codes of what parents can choose from, between commas. */
  languages: string;
  officePhone: string;
  officeEmail: string;
  replyTo: string;
  linkName: string;
  color: string;
  schoolFee: number;
}

/** What the school account's form calls its fields. */
export const ACCOUNT_FIELDS: SettingsFields = {
  name: { label: 'School or district' },
  timeZone: { label: 'Time zone', say: zoneLabel },
  locale: { label: 'Dates and times', say: nameLocale },
  languages: { label: 'Languages for parents', say: (codes) => nameLanguages(codes.split(',')) },
  officePhone: { label: 'Office phone' },
  officeEmail: { label: 'Office email' },
  replyTo: { label: 'Replies go to' },
  linkName: { label: 'Link name' },
  color: { label: 'Color' },
  schoolFee: { label: 'Fee for each school' },
};

/** Names that are first parts of addresses, now or possibly later, or that could be taken for Slotbell itself. */
export const RESERVED = new Set(
  `account accounts admin administrator api app assets brand calendar choose-school data-browser e email events forgot global-setup
  healthz help home importer invitation join login logout mail my new outbox parents password privacy prove public readyz
  register reports s school schools security settings setup slotbell staff static status support teachers terms unsubscribe www`.split(
    /\s+/,
  ),
);

const LINK_NAME = 'Use 3 to 40 letters (a–z), digits, and single hyphens, like maple-school.';

const linkName = () =>
  line(200)
    .lowercase()
    .allow('')
    .default('')
    .custom((value: string, check) => {
      if (value === '') return value;
      if (!/^(?=.{3,40}$)[a-z\d]+(-[a-z\d]+)*$/.test(value)) return check.error('link.form');
      return RESERVED.has(value) ? check.error('link.reserved') : value;
    })
    .messages({
      'link.form': LINK_NAME,
      'string.max': LINK_NAME,
      'string.base': LINK_NAME,
      'link.reserved':
        'Slotbell needs this name itself. Choose another link name, like the name of your school.',
    });

const color = () =>
  line(200)
    .allow('')
    .default('')
    .custom((value: string, check) => (value === '' ? '' : (readColor(value) ?? check.error('color.form'))))
    .messages({
      'color.form': 'Enter the color as # and six digits or letters from a to f, like #0b5a5e.',
      'string.max': 'Enter the color as # and six digits or letters from a to f, like #0b5a5e.',
      'string.base': 'Enter the color once.',
    });

const officeEmail = (label: string) =>
  emailAddress()
    .allow('')
    .default('')
    .label(label)
    .messages({ 'string.email': `Enter ${label}, like office@example.org.` });

const FEE = 'Enter the fee in dollars, from 0 to 99,999, with two decimals at most, like 230 or 199.50.';

const fee = () =>
  line(40)
    .empty('')
    .default(USUAL_FEE)
    .pattern(/^\d{1,5}(?:\.\d{1,2})?$/)
    .custom((value: string) => Number(value))
    .messages({
      'string.pattern.base': FEE,
      'string.max': FEE,
      'string.base': FEE,
    }) as unknown as Joi.NumberSchema;

export const accountSettingsSchema = Joi.object<AccountSettings, true>({
  name: line(120).required().label('the name of your school or district'),
  timeZone: timeZone().required(),
  locale: Joi.string()
    .valid(...LOCALES)
    .required()
    .label('how dates and times are written'),
  languages: Joi.string()
    .valid(...LANGUAGE_CHOICES)
    .default(USUAL_LANGUAGES.join())
    .label('the languages for parents'),
  officePhone: phoneNumber().allow('').default('').label('the office’s phone number'),
  officeEmail: officeEmail('the office’s email address'),
  replyTo: officeEmail('the address for replies'),
  linkName: linkName(),
  color: color(),
  schoolFee: fee(),
});

export const ADDRESS_FIELDS: SettingsFields = { address: { label: 'Address' } };

const ADDRESS = 'Enter the street and the city, like 12 Main Street, Cedar Valley, CA 90210.';

/** Where a school is, in one line; a link to a map is none. */
export const addressForm = Joi.object<{ address: string }, true>({
  address: line(ADDRESS_MAX)
    .allow('')
    .default('')
    .label('the address')
    .pattern(/\p{L}/u)
    .pattern(/^\s*[a-z]+:\/\//i, { invert: true })
    .messages({
      'string.pattern.base': ADDRESS,
      'string.pattern.invert.base': 'Enter the address itself, not a link to a map.',
      'string.max': `Use ${String(ADDRESS_MAX)} characters at most for the address.`,
    }),
});

/** Where a school's roster comes from; '' if from nowhere. */
export function sourceOf({ clever, file }: Pick<School, 'clever' | 'file'>): string {
  return clever ? 'Clever' : file ? 'Roster files' : '';
}

/** Who said the address that the roster's source says, as in "from Clever"; '' where none did. */
export function addressSource({ synced, clever }: Pick<School, 'synced' | 'clever'>): string {
  if (!synced) return '';
  return (synced.from ?? (clever ? 'clever' : 'file')) === 'clever' ? 'Clever' : 'your roster files';
}

export const schoolsView = Joi.object<{ page: number }, true>({
  page: Joi.number().integer().min(1).max(10_000).default(1),
});

/** The stored fields of an account that the form is about. */
export const SETTINGS = {
  name: 1,
  timeZone: 1,
  locale: 1,
  languages: 1,
  office: 1,
  linkName: 1,
  color: 1,
  schoolFee: 1,
} as const;
export type StoredSettings = Pick<Account, keyof typeof SETTINGS>;

/** A fee as its field shows it: "230", "199.10". */
export function sayFee(fee: number): string {
  return Number.isInteger(fee) ? String(fee) : fee.toFixed(2);
}

/** The settings as the form shows them. */
export function shownOf({
  name,
  timeZone,
  locale,
  languages,
  office,
  linkName,
  color,
  schoolFee,
}: StoredSettings) {
  return {
    name,
    timeZone,
    locale: locale ?? 'en-US',
    languages: (languages ?? USUAL_LANGUAGES).join(),
    officePhone: office?.phone ?? '',
    officeEmail: office?.email ?? '',
    replyTo: office?.replyTo ?? '',
    linkName: linkName ?? '',
    color: color ?? '',
    schoolFee: sayFee(schoolFee ?? USUAL_FEE),
  };
}
