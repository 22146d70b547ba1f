import type { Account } from '../models/account.js';

/** A school as pages show it: its name, logo and color. */
export interface Brand {
  name: string;
  /** Address of the picture. */
  logo?: string;
  /** Address of the style sheet with its color. */
  sheet?: string;
}

export function brandOf({ name, logo, color }: Pick<Account, 'name' | 'logo' | 'color'>): Brand {
  return {
    name,
    ...(logo ? { logo: logoAddress(logo) } : {}),
    ...(color ? { sheet: `/brand/colors/${color.slice(1)}.css` } : {}),
  };
}

export function logoAddress({ version }: { version: string }): string {
  return `/brand/logos/${version}`;
}
