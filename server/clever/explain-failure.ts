import type { CleverFailure, CleverFault } from '../models/clever-fault.js';

/** Details of a failure besides its kind. */
export interface FailureFacts {
  /** What was being read, in words: "sections", "the list of district tokens". */
  what: string;
  status?: number;
  /** The server's own words, shortened. They come from outside: escape them, and keep them out of logs. */
  detail?: string;
  /** Only for 429: milliseconds until the server takes requests again. */
  waitMs?: number;
}

/**
 * A failed read. `message` is plain English that an administrator can act on and holds no token, name or link; `kind`
 * says which failure it is. Thrown by everything in the Clever client.
 */
export class CleverError extends Error {
  override readonly name = 'CleverError';
  readonly kind: CleverFailure;
  readonly what: string;
  readonly status: number | undefined;
  readonly detail: string | undefined;
  readonly waitMs: number | undefined;

  constructor(kind: CleverFailure, facts: FailureFacts, cause?: unknown) {
    super(explain(kind, facts), cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.what = facts.what;
    this.status = facts.status;
    this.detail = facts.detail;
    this.waitMs = facts.waitMs;
  }

  /** The fault as records store it. */
  get fault(): CleverFault {
    return {
      code: this.kind,
      what: this.what,
      ...(this.status === undefined ? {} : { status: this.status }),
    };
  }

  /** Whether it may pass by itself. 400, 401 and 501 never do (Clever's reference on errors). */
  get temporary(): boolean {
    const byKind = ['rate-limited', 'time-out', 'connection'].includes(this.kind);
    return byKind || (this.kind === 'server' && [500, 502, 503, 504].includes(this.status ?? 0));
  }

  /**
   * Whether the same request may succeed a moment later. An answer that was cut short, or that is not Clever's although its status is 200,
   * comes from something in between.
   */
  get repeatable(): boolean {
    const spoilt = ['truncated', 'not-json', 'not-clever'].includes(this.kind) && this.status === 200;
    return this.temporary || spoilt;
  }
}

/** The name of the Events API's list. */
const EVENTS = 'events';
const NO_EVENTS =
  'Clever doesn’t offer its list of changes (Events API) to this application. Syncs download everything instead, with the same result.';

const OF_ACCESS = {
  'other district':
    'This token is for a different district than the one saved above. Check the district ID, or enter the right token.',
  'unreadable access':
    'The saved access can no longer be opened, because this installation’s secret or its Clever application changed. Enter the access again.',
} as const;

/** A stored fault as a sentence; '' for none. */
export function sayFault(fault: CleverFault | undefined): string {
  if (!fault) return '';
  if (fault.code === 'text') return fault.text;
  return 'what' in fault ? explain(fault.code, fault) : OF_ACCESS[fault.code];
}

function explain(kind: CleverFailure, { what, status }: Pick<FailureFacts, 'what' | 'status'>): string {
  switch (kind) {
    case 'unauthorized':
      return 'Clever rejected the district token or the client ID and secret. Enter them again on the Clever set-up page.';
    case 'not-approved':
      return 'The district hasn’t approved this application in Clever yet. Approval takes 24 to 36 hours; ask the district’s Clever administrator if it takes longer.';
    case 'forbidden':
      if (what === EVENTS) return NO_EVENTS;
      return `Clever doesn’t let this application read ${what}. Ask the district’s Clever administrator to share them. Nothing was removed here.`;
    case 'not-found':
      if (what === EVENTS) return NO_EVENTS;
      return `Nothing was found where ${what} should be. Check that the Clever address ends in the version, such as https://api.clever.com/v3.1.`;
    case 'bad-request':
      return `Clever didn’t understand the request for ${what}. If this was an update from changes only, run a full sync instead.`;
    case 'page-too-large':
      return `Clever said a page of ${what} is too large. Set a smaller page size (Clever allows up to 10,000).`;
    case 'rate-limited':
      return 'Clever isn’t taking more requests from this district right now. Try again in a few minutes.';
    case 'server':
      return `Clever has a problem (${String(status)}) and didn’t send ${what}. Try again later.`;
    case 'time-out':
      return `Clever didn’t answer in time when asked for ${what}. Try again later. If it keeps happening, check the network.`;
    case 'connection':
      return `Slotbell couldn’t reach Clever, or the connection broke, while reading ${what}. Check the network and the Clever address.`;
    case 'redirect':
      return `The server sent the request for ${what} to another address. Slotbell didn’t follow it, because the token must stay with the configured address. Check the Clever address.`;
    case 'not-json':
      return `A web page came back instead of ${what}. There may be a proxy, a filter, or a login page between this server and Clever. Check the Clever address.`;
    case 'truncated':
      return `The answer with ${what} was cut off. Try again. If it keeps happening, a proxy may be cutting answers short.`;
    case 'not-clever':
      return `The answer with ${what} doesn’t look like Clever’s. Check the Clever address.`;
    case 'too-large':
      return `The answer with ${what} is too large to read safely. Set a smaller page size.`;
    case 'loop':
      return `Clever’s pages of ${what} never end, so the list couldn’t be read completely. Nothing was removed here. Try again later.`;
    case 'stopped':
      return 'The download was stopped.';
  }
}
