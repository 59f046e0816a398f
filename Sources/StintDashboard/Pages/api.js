// Requests to the server, and its clock.

/** Why a request was not answered as asked. */
export class Failure extends Error {
  /**
   * @param {object} told
   * @param {number|null} told.status HTTP status; null where nobody answered.
   * @param {string} told.title What went wrong, in the server's words where it said any.
   * @param {string} [told.detail]
   * @param {string} [told.requestId] Names the request in the server's log.
   * @param {number|null} [told.retryAfterSeconds] When the server asks to come again.
   */
  constructor({ status, title, detail = '', requestId = '', retryAfterSeconds = null }) {
    super(detail ? `${title}: ${detail}` : title);
    Object.assign(this, { status, title, detail, requestId, retryAfterSeconds });
  }

  /** Nobody answered, or only a proxy that found nobody. */
  get isOffline() { return this.status === null || this.status === 502 || this.status === 504; }

  static async of(response) {
    const problem = await response.json().catch(() => ({}));
    return new Failure({
      status: response.status,
      title: problem.title ?? `The server answered ${response.status}`,
      detail: problem.detail,
      requestId: response.headers.get('X-Request-ID') ?? problem.requestId,
      retryAfterSeconds: Number(response.headers.get('Retry-After')) || null,
    });
  }

  static nobodyAnswered(path) {
    return new Failure({ status: null, title: 'No connection to the server', detail: `No answer from ${path}` });
  }
}

let needLogin = () => {};
/** Tells whom to call when a request needs a key that this browser has not given. */
export const onLoginNeeded = (handler) => { needLogin = handler; };

/** `path` with query members; null and '' are left out, an array repeats its name. */
export function address(path, params = {}) {
  const query = new URLSearchParams();
  const entries = params instanceof URLSearchParams ? params : Object.entries(params);
  for (const [name, value] of entries) {
    for (const one of Array.isArray(value) ? value : [value]) if (one != null && one !== '') query.append(name, one);
  }
  return query.size ? `${path}?${query}` : path;
}

/**
 * The response to a request, its failures as `Failure`, and 401 told to the frame. Cancelled: `AbortError`.
 * For what is not JSON: streams and downloads.
 */
export async function request(path, options = {}) {
  const askedAt = Date.now();
  let response;
  try {
    response = await fetch(path, { credentials: 'same-origin', cache: 'no-cache', ...options });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw Failure.nobodyAnswered(path);
  }
  readClock(response.headers.get('Date'), askedAt, Date.now());
  if (response.ok) return response;
  if (response.status === 401 && !path.startsWith('/v1/session')) needLogin();
  throw await Failure.of(response);
}

/** The body that `GET path` answers. */
export async function get(path, params, { signal } = {}) {
  const response = await request(address(path, params), { signal, headers: { Accept: 'application/json' } });
  return body(response, path);
}

/** Sends a change under this browser's session. Answers the body, or null for 204. */
export async function send(method, path, content) {
  const headers = { Accept: 'application/json' };
  if (content !== undefined) headers['Content-Type'] = 'application/json';
  const token = path === '/v1/session' && method === 'POST' ? null : (await session()).token;
  if (token) headers['Stint-Token'] = token;
  const response = await request(path, { method, headers, body: content === undefined ? undefined : JSON.stringify(content) });
  return response.status === 204 ? null : body(response, path);
}

async function body(response, path) {
  try {
    return await response.json();
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Failure({ status: null, title: 'The answer broke off', detail: `from ${path}` });
  }
}

// Session

const OPEN_SERVER = { required: false, authenticated: true, workspace: null, scopes: null, token: null, expiresAt: null };
let sessionAnswer = null;

/** Who this browser is to the server; asked once, and again after `forgetSession`. */
export function session() {
  sessionAnswer ??= get('/v1/session').catch((failure) => {
    sessionAnswer = null;
    if (failure.status === 404) return OPEN_SERVER;
    throw failure;
  });
  return sessionAnswer;
}

/** Call after logging in or out. */
export const forgetSession = () => { sessionAnswer = null; };

// Clock

let offset = 0;

/** The server's time in milliseconds: the browser's may be wrong by hours. */
export const serverNow = () => Date.now() + offset;

/** Learns from an instant that the server has just told. */
export function learnTime(text) {
  const told = Date.parse(text);
  if (!Number.isNaN(told)) offset = told - Date.now();
}

/** The header names a second; the clock is moved only where it lies outside of that second and the time the answer took. */
function readClock(header, askedAt, answeredAt) {
  const second = Date.parse(header ?? '');
  if (Number.isNaN(second)) return;
  const [earliest, latest] = [second - answeredAt, second + 1000 - askedAt];
  if (offset < earliest - 1000 || offset > latest + 1000) offset = second + 500 - (askedAt + answeredAt) / 2;
}
