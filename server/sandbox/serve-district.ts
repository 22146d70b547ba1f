import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { District } from './district.js';
import type { createRateLimiter } from './limit-rate.js';
import { spoil, type createMisbehaviour, type Treatment } from './misbehave.js';
import { jsonReply, Refusal, type Reply } from './reply.js';
import { routePath } from './route-path.js';

/** The server's settings besides the district; tests change them while it runs. */
export interface Access {
  token: string;
  clientId: string;
  clientSecret: string;
  /** Whether the district has approved the application. */
  approved: boolean;
}

export interface ServedDistrict {
  district: District;
  access: Access;
  limitRate: ReturnType<typeof createRateLimiter>;
  misbehaviour: ReturnType<typeof createMisbehaviour>;
  /** A proxy's path before the version. */
  prefix: string;
  /** Called with every request: path and query without prefix. */
  onRequest: (address: string) => void;
}

/** Serves a district over HTTP as Clever would. */
export function serveDistrict(served: ServedDistrict): RequestListener {
  return (request, response) => {
    const raw = request.url ?? '/';
    const address = raw.startsWith(`${served.prefix}/v`) ? raw.slice(served.prefix.length) : raw;
    served.onRequest(address);
    const good = answer(served, request, raw === address && served.prefix !== '' ? null : address, raw);
    const order = served.misbehaviour.next(address);
    send(response, order ? spoil(order, address, good) : { reply: good }, good.headers ?? {});
  };
}

/** `address` is null if the prefix is missing; the token endpoint has no prefix. */
function answer(
  served: ServedDistrict,
  request: IncomingMessage,
  address: string | null,
  raw: string,
): Reply {
  let headers: Record<string, string> = {};
  try {
    if (request.method !== 'GET') throw new Refusal(405, 'only GET');
    const url = new URL(address ?? raw, 'http://sandbox');
    if (url.pathname === '/oauth/tokens')
      return listTokens(served, request.headers.authorization, url.searchParams);
    if (address === null) throw new Refusal(404, 'no such path');
    if (request.headers.authorization !== `Bearer ${served.access.token}`)
      throw new Refusal(401, 'unauthorized');
    const rate = served.limitRate(served.access.token);
    headers = rate.headers;
    if (!rate.allowed) return { status: 429, body: '', headers };
    return { ...routePath(served.district, url.pathname, url.searchParams), headers };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...jsonReply({ message: error.message }, error.status), headers };
  }
}

function listTokens(
  { access, district }: ServedDistrict,
  authorization: string | undefined,
  query: URLSearchParams,
): Reply {
  const pair = Buffer.from(`${access.clientId}:${access.clientSecret}`).toString('base64');
  if (authorization !== `Basic ${pair}`)
    return jsonReply({ code: 'unauthorized', error: 'bad client id or secret' }, 401);
  if (query.get('owner_type') !== 'district') throw new Refusal(400, 'owner_type must be district');
  const { districtId, baseTime, ids } = district.world;
  const wanted = query.get('district');
  const entry = {
    id: ids.idOf('event', 0xffffff),
    created: baseTime,
    owner: { type: 'district', id: districtId },
    access_token: access.token,
    scopes: ['read:sections', 'read:student_contacts', 'read:students', 'read:teachers'],
  };
  const listed = access.approved && (wanted === null || wanted === districtId);
  return jsonReply({
    data: listed ? [entry] : [],
    links: [{ rel: 'self', uri: `/oauth/tokens?${query.toString()}` }],
  });
}

function send(response: ServerResponse, treatment: Treatment, headers: Record<string, string>): void {
  if ('never' in treatment) return;
  if ('trickle' in treatment) {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => {
      clearInterval(timer);
    });
    return;
  }
  const reply = 'cut' in treatment ? treatment.cut : treatment.reply;
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, {
    'content-type': reply.contentType ?? 'application/json; charset=utf-8',
    'content-length': String(body.length),
    ...headers,
    ...reply.headers,
  });
  if ('cut' in treatment)
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
  else response.end(body);
}
