import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { viewEngine } from '../../server/web/render-view.js';

describe('views', () => {
  let folder: string;

  // Views stay compiled as long as the process.
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'slotbell-views-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (name: string, text: string) => writeFile(path.join(folder, `${name}.ejs`), text);

  function rendering(isKept: boolean): (locals?: object) => string {
    const engine = viewEngine();
    return (locals = {}) => {
      let shown = '';
      engine(
        path.join(folder, 'page.ejs'),
        { settings: { 'view cache': isKept }, ...locals },
        (error, html = '') => {
          if (error instanceof Error) throw error;
          shown = html;
        },
      );
      return shown;
    };
  }

  it('show to an include what the page knows and what it is given, which the page does not see', async () => {
    await write('page', `<%- include('./part', { name: 'Ana' }) %>|<%= name %>|<%- include('./part') %>`);
    await write('part', '<%= greeting %> <%= name %><% name = "gone" %>');
    assert.equal(rendering(true)({ greeting: 'Hi', name: '<b>' }), 'Hi Ana|&lt;b&gt;|Hi &lt;b&gt;');
  });

  it('know nothing that nobody told them', async () => {
    await write('page', '<%= typeof locals.hasOwnProperty %> <%= locals.toString %> <%= typeof other %>');
    assert.equal(rendering(true)(), 'undefined  undefined');
  });

  it('are read once where they are kept, and anew where they are not', async () => {
    const [kept, anew] = [rendering(true), rendering(false)];
    for (const [text, whatKept] of [
      ['one', 'one'],
      ['two', 'one'],
    ] as const) {
      await write('page', `<%- include('./part') %>`);
      await write('part', text);
      assert.deepEqual([kept(), anew()], [whatKept, text]);
    }
  });
});
