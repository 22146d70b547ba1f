/** One form of a page, as a browser would send it. */
export interface PageForm {
  action: string;
  fields: [string, string][];
}

const ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#34': '"',
  '#39': "'",
  '#x27': "'",
};

/** The text before it was escaped for a page. */
export function unescapeHtml(text: string): string {
  return text.replace(/&(\w+|#\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}

/**
 * Finds a form in one of our own pages by the address that it posts to, with the fields that it would send unchanged.
 * @param action its path; the form's own may have a query, which stays
 */
export function readForm(html: string, action: string, pagePath: string): PageForm | undefined {
  for (const [, head = '', body = ''] of html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)) {
    if (attribute(head, 'method')?.toLowerCase() !== 'post') continue;
    const targets = [attribute(head, 'action') ?? pagePath, ...attributesOf(body, 'formaction')];
    const target = targets.find((address) => address.split('?')[0] === action);
    if (target) return { action: target, fields: fieldsOf(body) };
  }
  return undefined;
}

/** Every value of one attribute in a part of a page. */
export function attributesOf(html: string, name: string): string[] {
  return [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value = '']) =>
    unescapeHtml(value),
  );
}

function fieldsOf(body: string): [string, string][] {
  const fields: [string, string][] = [];
  const add = (tag: string, value: string): void => {
    const name = attribute(tag, 'name');
    if (name !== undefined && !/\sdisabled\b/.test(tag)) fields.push([name, unescapeHtml(value)]);
  };
  for (const [tag] of body.matchAll(/<input\b[^>]*>/g)) {
    const ticked = /type="(checkbox|radio)"/.test(tag) ? /\schecked\b/.test(tag) : true;
    if (ticked) add(tag, attribute(tag, 'value') ?? (tag.includes('type="checkbox"') ? 'on' : ''));
  }
  for (const [, tag = '', options = ''] of body.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/g)) {
    const all = [...options.matchAll(/<option\b([^>]*)>([^<]*)/g)];
    const chosen = all.find(([, head = '']) => /\sselected\b/.test(head)) ?? all[0];
    if (chosen) add(tag, attribute(chosen[1] ?? '', 'value') ?? chosen[2]?.trim() ?? '');
  }
  for (const [, tag = '', text = ''] of body.matchAll(/<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/g))
    add(tag, text);
  return fields;
}

function attribute(tag: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(tag)?.[1];
  return found === undefined ? undefined : unescapeHtml(found);
}

/** The values that a page offers under one name: the tick boxes, radios and buttons of that name. */
export function choicesOf(html: string, name: string): string[] {
  const tags = [...html.matchAll(/<(?:input|button)\b[^>]*>/g)].map(([tag]) => tag);
  return tags.filter((tag) => attribute(tag, 'name') === name).map((tag) => attribute(tag, 'value') ?? '');
}

/** The words of a page without its tags, spaces joined. */
export function wordsOf(html: string): string {
  return unescapeHtml(html.replace(/<[^>]+>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

/** The page's message about what has just happened. */
export function flashOf(html: string): string {
  return wordsOf(/<div class="flash [\s\S]*?<p>([\s\S]*?)<\/p>/.exec(html)?.[1] ?? '');
}
