import type { Config } from '../config.js';

/**
 * A cookie of ours that no script reads and no other site's form sends: its name, and how a browser keeps it. Over HTTPS the name has the
 * prefix with which it counts for this host alone.
 */
export function ownCookie({ publicUrl }: Pick<Config, 'publicUrl'>, name: string) {
  const secure = publicUrl.startsWith('https:');
  return {
    name: secure ? `__Host-${name}` : name,
    options: { httpOnly: true, sameSite: 'lax', secure, path: '/' } as const,
  };
}
