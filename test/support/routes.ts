import type { Express, Router } from 'express';

export interface ListedRoute {
  method: string;
  /** With its parameters: `/events/:event/day-sheet`. */
  path: string;
}

interface Listing {
  listRoutes(): { path: unknown; methods?: string[]; router?: Router & Listing }[];
}

/** Every address that the app answers, as it was mounted; HEAD goes with GET. */
export function listRoutes(app: Express): ListedRoute[] {
  return walk(app.router as unknown as Listing, '');
}

function walk(router: Listing, mounted: string): ListedRoute[] {
  return router.listRoutes().flatMap(({ path, methods, router: below }) => {
    if (typeof path !== 'string') throw new Error(`A route at ${String(path)} cannot be listed.`);
    const whole = `${mounted}${path === '/' ? '' : path}`;
    if (below) return walk(below, whole);
    return (methods ?? [])
      .filter((method) => method !== 'HEAD')
      .map((method) => ({ method, path: whole || '/' }));
  });
}
