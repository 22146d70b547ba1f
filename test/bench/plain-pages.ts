import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import express, { type Express } from 'express';

/** A table, a cell of which is what a page of ours has: a class, a link, a name and a number. */
const VIEW = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title><%= title %></title></head><body><main>
<table><% for (const row of rows) { %>
<tr<% if (row.off) { %> class="is-off"<% } %>><td data-label="Name"><a href="/rows/<%= row.id %>"><%= row.name %></a></td><td data-label="Count" class="num"><%= row.count %></td></tr>
<% } %></table></main></body></html>`;

/** Bytes of a row, roughly; the page that comes out is never smaller than what is asked for. */
const ROW = 115;

/**
 * Bare Express with a page of each of these sizes at `/0`, `/1`, …: EJS with cached views, every value escaped, no middleware.
 * @param sizes in bytes
 */
export async function plainPages(sizes: number[]): Promise<{ app: Express; remove: () => Promise<void> }> {
  const views = await mkdtemp(path.join(os.tmpdir(), 'slotbell-plain-'));
  await writeFile(path.join(views, 'plain.ejs'), VIEW);
  const app = express();
  app.set('views', views);
  app.set('view engine', 'ejs');
  app.set('view cache', true);
  app.get('/:index', (req, res) => {
    const bytes = sizes[Number(req.params.index)] ?? 0;
    const rows = Array.from({ length: Math.ceil(bytes / ROW) }, (_, index) => ({
      ...{ id: 100_000 + index, name: `Ava Adams ${String(index)}`, count: index, off: index % 9 === 0 },
    }));
    res.render('plain', { title: 'Plain', rows });
  });
  return { app, remove: () => rm(views, { recursive: true, force: true }) };
}
