import { readFileSync } from 'node:fs';
import path from 'node:path';
import ejs from 'ejs';

type Locals = Record<string, unknown>;
type Render = (locals: Locals) => string;
type Done = (error: unknown, html?: string) => void;

/** Of all apps of this process: a test's is one of hundreds. */
const compiled = new Map<string, Render>();

/**
 * The engine of Express for views. EJS would look for an included file on the disk, and copy all locals twice, at every include of every
 * page: a page has hundreds. Here a view is compiled once, and an include sees the locals of the page behind its own.
 */
export function viewEngine(): (file: string, locals: object, done: Done) => void {
  return (file, locals, done) => {
    const { settings } = locals as { settings: Record<string, unknown> };
    let html: string;
    try {
      html = viewIn(settings['view cache'] ? compiled : new Map<string, Render>(), file)(ownOf(null, locals));
    } catch (error) {
      done(error);
      return;
    }
    done(null, html);
  };
}

function viewIn(known: Map<string, Render>, file: string): Render {
  const found = known.get(file);
  if (found) return found;
  // The locals have no prototype but those of the page, so nothing of `Object` is visible to a view.
  const options = { filename: file, unsafePrototypeLocals: true };
  const render = ejs.compile(readFileSync(file, 'utf8'), options);
  const included = new Map<string, Render>();
  const view: Render = (locals) => {
    locals.include = (name: string, own?: object): string => {
      let part = included.get(name);
      if (!part) {
        part = viewIn(known, path.resolve(path.dirname(file), `${name}.ejs`));
        included.set(name, part);
      }
      return part(ownOf(locals, own));
    };
    return render(locals);
  };
  known.set(file, view);
  return view;
}

function ownOf(behind: Locals | null, own: object | undefined): Locals {
  return Object.assign(Object.create(behind) as Locals, own);
}
