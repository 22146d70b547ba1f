import { readForm } from './read-form.js';

/** A received page: its address after redirects, its status and its text. */
export interface Page {
  path: string;
  status: number;
  text: string;
  headers: Headers;
}

type Fields = Record<string, string | string[]>;

/** A person at a browser: real requests, cookies, and forms with their tokens as the pages offer them. No script runs. */
export class Browser {
  readonly #cookies: Map<string, string>;

  /** @param cookies of somebody who is logged in already */
  constructor(
    readonly origin: string,
    cookies: Record<string, string> = {},
  ) {
    this.#cookies = new Map(Object.entries(cookies));
  }

  /** Opens a page, following redirects. */
  get(path: string): Promise<Page> {
    return this.#request('GET', path);
  }

  /**
   * Fills a form of a page and sends it: fields that are not named stay as the page has them.
   * @param action where the form posts to, as the page spells it
   * @throws if the page has no such form, or the answer is not the page that follows
   */
  async submit(pagePath: string, action: string, fields: Fields = {}): Promise<Page> {
    const answer = await this.trySubmit(pagePath, action, fields);
    if (answer.status >= 400)
      throw new Error(`${action} answered ${String(answer.status)}: ${saidOn(answer)}`);
    return answer;
  }

  /** Does the same, for an answer that may be a refusal. */
  async trySubmit(pagePath: string, action: string, fields: Fields = {}): Promise<Page> {
    return this.submitOn(await this.get(pagePath), action, fields);
  }

  /** Does the same on a page that is open already, such as a preview. */
  async submitOn(page: Page, action: string, fields: Fields = {}): Promise<Page> {
    const form = readForm(page.text, action, page.path);
    if (!form)
      throw new Error(`${page.path} (${String(page.status)}) has no form for ${action}: ${saidOn(page)}`);
    const body = new URLSearchParams(form.fields.filter(([name]) => !(name in fields)));
    for (const [name, value] of Object.entries(fields)) {
      for (const one of Array.isArray(value) ? value : [value]) body.append(name, one);
    }
    return this.#request('POST', form.action, body);
  }

  async #request(method: 'GET' | 'POST', path: string, body?: URLSearchParams): Promise<Page> {
    let at = new URL(path, this.origin);
    let answer = await this.#send(method, at, body);
    for (let hops = 0; [302, 303].includes(answer.status) && hops < 8; hops++) {
      await answer.body?.cancel();
      at = new URL(answer.headers.get('location') ?? '/', at);
      answer = await this.#send('GET', at);
    }
    const text = await answer.text();
    return { path: at.pathname + at.search, status: answer.status, text, headers: answer.headers };
  }

  async #send(method: string, url: URL, body?: URLSearchParams): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { accept: 'text/html', cookie },
      ...(body && { body }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
      this.#cookies.set(name, value);
    }
    return answer;
  }
}

/** What a page says, for a message about it: its headline and the problems on it. */
function saidOn(page: Page): string {
  const parts = [
    ...page.text.matchAll(/<(h1|li|p class="(?:lead|error)[^"]*")[^>]*>([\s\S]*?)<\/(?:h1|li|p)>/g),
  ];
  return parts
    .map(([, , text = '']) =>
      text
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter(Boolean)
    .slice(0, 8)
    .join(' · ');
}
