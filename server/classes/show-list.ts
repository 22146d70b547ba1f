import type { Request, Response } from 'express';
import type { Deps } from '../deps.js';
import { CLASS_TYPES } from '../models/class.js';
import { eventOf } from '../web/guards.js';
import { pagerOf } from '../web/paging.js';
import { parseQuery } from '../web/parse.js';
import { listClasses } from './queries.js';
import { listSchema, PAGE_SIZES, viewAddress, type ListView } from './schema.js';
import { addressHere, editorPage, editorPath, whenOf } from './show-editor.js';
import { sayReturn } from './say-return.js';

/** The list of an event's classes, with the filters and the order in the address. */
export async function showList(deps: Deps, req: Request, res: Response): Promise<void> {
  const event = eventOf(res);
  const view = parseQuery(listSchema, req.query);
  const list = await listClasses(event, view);
  const path = editorPath(event);
  const hrefOf = (change: Partial<ListView>) => viewAddress(path, view, change);
  res.render('classes/list', {
    ...editorPage(event),
    path,
    handmade: `/events/${event._id.toHexString()}/handmade`,
    view,
    list,
    types: CLASS_TYPES,
    hrefOf,
    actionOf: (name: string) => addressHere(req, res, `/${name}`),
    pager: {
      ...pagerOf(
        list.total,
        list.page,
        view.size,
        view.only ? ['class', 'classes'] : ['row', 'rows'],
        (page) => hrefOf({ page }),
      ),
      sizes: PAGE_SIZES.map((size) => ({
        label: String(size),
        href: hrefOf({ size }),
        current: size === view.size,
      })),
    },
    returns: sayReturn(list.deleted.imported, list.deleted.byHand, whenOf(deps, res)),
  });
}
