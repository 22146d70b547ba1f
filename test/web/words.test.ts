import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../../server/root.js';

/** What nobody at a school's front desk says, each with what to write instead. */
const BANNED: [RegExp, string][] = [
  [/\be-mails?\b/i, 'email'],
  [/\bcancell(ed|ing)\b/i, 'canceled, canceling'],
  [/\b(un)?tick(s|ed|ing)?\b/i, 'select'],
  [/\b(colour|grey|favourite|behaviour|programme|enrol|enrolment)\b/i, 'the American spelling'],
  [/\bOops\b/i, 'what is wrong'],
  [/\bErrors?\b/, 'what is wrong'],
  [/\bsuccessful(ly)?\b/i, 'what is done'],
  [/\binvalid\b/i, 'what is wrong with which field'],
  [/\b(shall|thereby|besides|anew|of a kind|as yet)\b/i, 'a word that people say'],
  [/\bany more\b(?! (than|of)\b)/i, 'no longer, or anymore'],
  [/\blog-in\b/i, 'login, or log in'],
  [/\bheld until\b/i, 'waits for your review'],
  [/\bat the source\b/i, 'the name of the source: Clever, the roster files'],
  [/\bonce more\b/i, 'again'],
  [/\bmail servers?\b/i, 'email server'],
  [/\bSync Now\b/, 'Sync now'],
  [/\b(Record|School|District|Client|Student) id\b/, 'ID'],
];

/** Words that the school was promised (the two published help pages): nobody may change them. */
const PROMISED = [
  'Sync now',
  'Stop Sync For the Selected Event',
  'Stop Sync For All Events',
  'Importer',
  'This account is set up for Clever.',
  'Match',
  'Begin',
  'Delete Class',
  'show only classes',
  'Transferred',
  'Global Setup',
  'Contacts',
  'Event administrator',
];

/** Plays Clever, whose words are its own. Sentences that an older version stored stand in upgrades. */
const NOT_OURS = ['server/sandbox/', 'server/upgrades/'];

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(ROOT, folder, name));
}

/** The texts of a view: between its tags, in attributes that are read out, and in its code's sentences. */
function textsOfView(source: string): string[] {
  const bare = source.replace(/<%#[\s\S]*?%>/g, '');
  const code = [...bare.matchAll(/<%[\s\S]*?%>/g)].join('\n');
  const literals = [...code.matchAll(/'((?:[^'\\\n]|\\.)*)'|`([^`]*)`/g)].map(
    ([, plain, template]) => plain ?? template ?? '',
  );
  const html = bare.replace(/<%[\s\S]*?%>/g, ' … ');
  const attributes = [
    ...html.matchAll(/(?:aria-label|placeholder|title|alt|data-label|data-sending)="([^"]*)"/g),
  ].map(([, value]) => value ?? '');
  const between = html.replace(/<[^>]*>/g, '\n').split('\n');
  return [...literals.filter(isSentence), ...attributes, ...between];
}

/** The sentences among a module's texts. */
function textsOfModule(source: string, path: string): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) texts.push(node.text);
    else if (ts.isTemplateExpression(node))
      texts.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…'));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest));
  return texts.filter(isSentence);
}

/** The sentences of a language's catalog, by whatever keys. */
function textsOfCatalog(source: string): string[] {
  const texts: string[] = [];
  JSON.parse(source, (_key, value: unknown) => {
    if (typeof value === 'string') texts.push(value);
    return value;
  });
  return texts;
}

/** Codes and keys are in lower case or one word; what is read begins with a capital or has a sentence's end. */
function isSentence(text: string): boolean {
  return /^[“"…\s]*[A-Z]/.test(text) || /[a-z’)…]\.(\s|$)/.test(text);
}

function textsIn(source: string, path: string): string[] {
  if (path.endsWith('.ejs')) return textsOfView(source);
  return path.endsWith('.json') ? textsOfCatalog(source) : textsOfModule(source, path);
}

function allTexts(): { file: string; text: string }[] {
  const files = [
    ...filesIn('views', '.ejs'),
    ...filesIn('server', '.ts'),
    ...filesIn('public/js', '.js'),
    // The other languages have words of their own.
    ...filesIn('views/words', 'en.json'),
  ];
  return files.flatMap((path) => {
    const file = relative(ROOT, path);
    if (NOT_OURS.some((folder) => file.startsWith(folder))) return [];
    const source = readFileSync(path, 'utf8');
    return textsIn(source, path).map((text) => ({ file, text: text.trim() }));
  });
}

describe('words that people read', () => {
  const texts = allTexts();
  const sources = [...filesIn('views', '.ejs'), ...filesIn('server', '.ts')].map((path) =>
    readFileSync(path, 'utf8'),
  );

  it('are found in views, in modules and in the English catalog', () => {
    assert.ok(texts.filter(({ file }) => file.startsWith('views/')).length > 1000);
    assert.ok(texts.filter(({ file }) => file.startsWith('server/')).length > 1000);
    assert.ok(texts.filter(({ file }) => file === 'views/words/en.json').length > 20);
  });

  for (const [banned, instead] of BANNED)
    it(`have no ${banned.source}: write ${instead}`, () => {
      const found = texts.filter(({ text }) => banned.test(text));
      assert.deepEqual(
        found.map(({ file, text }) => `${file}: ${text}`),
        [],
      );
    });

  for (const promised of PROMISED)
    it(`say “${promised}”, as promised`, () => {
      assert.ok(sources.some((source) => source.includes(promised)));
    });

  it('are told from codes, and read in markup, in attributes and in code', () => {
    const view = `<%# An e-mail %><p class="tick">An <b><%= tick ? 'The tick' : 'off' %></b></p><a aria-label="Oops"></a>`;
    assert.deepEqual(textsOfView(view).filter(Boolean), ['The tick', 'Oops', 'An ', ' … ']);
    assert.deepEqual(textsOfModule("const a = 'withheld besides'; b(`Your ${a} e-mail`); // Oops", 'a.ts'), [
      'Your … e-mail',
    ]);
    assert.deepEqual(textsOfCatalog('{"tick":{"one":"Your e-mail","two":["Oops"]}}'), [
      'Your e-mail',
      'Oops',
    ]);
  });
});
