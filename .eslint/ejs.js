// Checks on EJS templates, as an ESLint processor (no parser for EJS is needed and no comment can switch it off).
// Why: escaped output only, a content security policy without inline script or style, and CSRF on every change.

const tagPattern = /<([a-zA-Z][\w:-]*)((?:[^"'<>]|"[^"]*"|'[^']*')*)>/g;
const attributePattern = /([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>]+))?/g;

const blank = (text) => text.replace(/[^\n]/g, ' ');
const unquote = (value = '') => value.replace(/^["']|["']$/g, '').trim();

/**
 * True when the code of a `<%- %>` tag is one call and nothing else, of what gives out escaped text alone: include(…), marked(…) (a
 * sentence with a link or emphasis, server/web/words.ts) or written(…) (rows of a printed report, server/reports/write-rows.ts).
 */
function isOnlyInclude(code) {
  const call = /^\s*(?:include|marked|written)\(/.exec(code);
  if (!call) return false;
  let depth = 1;
  let quote = '';
  let at = call[0].length;
  for (; at < code.length && depth > 0; at += 1) {
    const char = code[at];
    if (quote) {
      if (char === '\\') at += 1;
      else if (char === quote) quote = '';
    } else if (`'"\``.includes(char)) quote = char;
    else if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
  }
  return depth === 0 && /^\s*;?\s*[-_]?$/.test(code.slice(at));
}

function* faultsOfCode(text) {
  for (const { index, 1: code } of text.matchAll(/<%(?!%)([\s\S]*?)%>/g)) {
    if (code.startsWith('#')) continue;
    if (code.startsWith('-') && !isOnlyInclude(code.slice(1))) {
      yield {
        index,
        message: '`<%-` is for one include(…), marked(…) or written(…) alone; print with `<%=`.',
      };
    }
    if (/\b__(append|output)\b/.test(code)) {
      yield { index, message: 'Unescaped output by the template engine’s own functions.' };
    }
  }
}

function* faultsOfAttributes(tag, index, attributes) {
  for (const [name, value] of attributes) {
    if (/^(on[a-z]+|hx-on\b.*)$/.test(name)) {
      yield { index, message: `<${tag} ${name}>: no inline script; listen in public/js.` };
    }
    if (name === 'style') yield { index, message: `<${tag} style>: no inline style; use a class.` };
    if (/^\s*javascript:/i.test(value)) yield { index, message: `<${tag} ${name}>: no javascript: address.` };
  }
}

/** In both texts comments, in `markup` also EJS tags, are blanked out, character for character: offsets agree. */
function* faultsOfMarkup(text, markup) {
  for (const { index, 0: whole, 1: name, 2: rest } of markup.matchAll(tagPattern)) {
    const tag = name.toLowerCase();
    const attributes = new Map();
    for (const [, key, value] of rest.matchAll(attributePattern)) {
      attributes.set(key.toLowerCase(), unquote(value));
    }
    yield* faultsOfAttributes(tag, index, attributes);
    if (tag === 'script' && !attributes.has('src')) {
      yield { index, message: '<script> without src: the content security policy blocks it.' };
    }
    if (tag === 'style') yield { index, message: '<style>: the content security policy blocks it.' };
    // A method printed by EJS is blank here, so it counts as one that changes something.
    if (tag === 'form' && attributes.has('method') && !/^(get|dialog)$/i.test(attributes.get('method'))) {
      const from = index + whole.length;
      const end = markup.indexOf('</form', from);
      const body = text.slice(from, end < 0 ? undefined : end);
      if (!/name=["']_csrf["']|include\(\s*["'][^"']*\/csrf["']/.test(body)) {
        yield { index, message: '<form method="post"> without the CSRF field (partials/csrf).' };
      }
    }
  }
}

/** Faults of one template: [{ index, message }] with the offset into the text. */
export function faultsOf(text) {
  const live = text.replace(/<!--[\s\S]*?-->|<%#[\s\S]*?%>/g, blank);
  const markup = live.replace(/<%[\s\S]*?%>/g, blank);
  return [...faultsOfCode(text), ...faultsOfMarkup(live, markup)].sort((a, b) => a.index - b.index);
}

const found = new Map();

/** ESLint processor for *.ejs. */
export const ejs = {
  meta: { name: 'slotbell/ejs' },
  preprocess(text, file) {
    found.set(file, { text, faults: faultsOf(text) });
    return [];
  },
  postprocess(_messages, file) {
    const { text, faults } = found.get(file);
    found.delete(file);
    return faults.map(({ index, message }) => {
      const before = text.slice(0, index).split('\n');
      return {
        ruleId: 'slotbell/ejs',
        severity: 2,
        message,
        line: before.length,
        column: before.at(-1).length + 1,
      };
    });
  },
};
