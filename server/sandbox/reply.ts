/** An answer of the sandbox. A refusal is thrown as one, so that nested code can end a request. */
export interface Reply {
  status: number;
  body: string;
  contentType?: string;
  headers?: Record<string, string>;
}

export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** An answer in JSON. */
export function jsonReply(body: unknown, status = 200): Reply {
  return { status, body: JSON.stringify(body) };
}
