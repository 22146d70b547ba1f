export interface RateLimit {
  /** Requests in a window. */
  limit: number;
  windowMs: number;
}

/** Clever's budget for a token. */
export const CLEVER_RATE: RateLimit = { limit: 1200, windowMs: 60_000 };

/** Counts requests by token in fixed windows; gives Clever's headers and whether the request is still within the budget. */
export function createRateLimiter({ limit, windowMs }: RateLimit) {
  const windows = new Map<string, { endsAt: number; used: number }>();
  return (token: string): { allowed: boolean; headers: Record<string, string> } => {
    const now = Date.now();
    let window = windows.get(token);
    if (!window || window.endsAt <= now) window = { endsAt: now + windowMs, used: 0 };
    windows.set(token, window);
    window.used += 1;
    const headers = {
      'x-ratelimit-bucket': 'bearer',
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(Math.max(0, limit - window.used)),
      'x-ratelimit-reset': String(Math.ceil(window.endsAt / 1000)),
    };
    return { allowed: window.used <= limit, headers };
  };
}
