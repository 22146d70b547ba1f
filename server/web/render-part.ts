import type { Response } from 'express';

/** Renders a part of the page as text; `res.render` would end the answer with it. */
export function renderPart(res: Response, view: string, locals: object): Promise<string> {
  return new Promise((resolve, reject) => {
    res.app.render(view, { ...res.locals, ...locals }, (error: Error | null, html: string) => {
      if (error) reject(error);
      else resolve(html);
    });
  });
}
