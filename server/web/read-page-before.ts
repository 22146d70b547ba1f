import type { Request } from 'express';

/** The page of ours from which a request was sent, as path and query; '/' where the browser does not say or it was another host's. */
export function readPageBefore(req: Request): string {
  const from = req.get('referer') ?? '';
  const page = URL.canParse(from) ? new URL(from) : undefined;
  return page && page.host === req.get('host') ? page.pathname + page.search : '/';
}
