// The live feed of one page: server-sent events, read with fetch so that refusals and silence are seen.
import { Failure, address, learnTime, request } from './api.js';

const RETRY_SECONDS = [1, 2, 4, 8, 15];
/** The server comments every 15 s; thrice that without a byte is a dead connection. */
const SILENCE_MS = 45_000;
const HIDDEN_MS = 30_000;
const AWAY_MS = 5 * 60_000;
const OPENING_MS = 1000;

/**
 * Follows `GET /v1/live` until closed, over lost connections, pauses and hidden tabs, without a gap: it resumes after the
 * last event it saw, or calls `onReset` where the server has forgotten, or five minutes have passed.
 */
export class Live {
  /** 'connecting' at first, then 'live', 'paused' or 'reconnecting'. */
  state = 'connecting';
  /** While reconnecting: the failure, when the page last heard, and when it tries again (browser's clock, ms). */
  failure = null;
  heardAt = Date.now();
  retryAt = null;

  /**
   * Fulfilled once the feed is open, or has not been for a second. What a page loads then and hears from then on has no gap
   * between the two; a feed that opens later says `onReset`.
   */
  opened;

  #setOpened;
  #isOpening = true;
  #params;
  #handlers;
  #keepsWhenHidden;
  #lastId = null;
  #connection = null;
  #retries = 0;
  #retryTimer = null;
  #hiddenTimer = null;
  #silenceTimer = null;
  #isClosed = false;
  #pending = new Map();
  #deliverTimer = null;

  /**
   * @param {object} params Filters of the feed: `agent`, `status`, `execution`.
   * @param {object} handlers All optional: `onExecution(summary)`, the newest state of each execution once a burst;
   *   `onUpdate(realtime)`; `onReset()`: load anew; `onState(live)`: state, failure or retryAt changed.
   * @param {object} [options] `whileHidden`: stays connected in a hidden tab, where others let go after 30 s, since a
   *   browser opens but six connections to a server.
   */
  constructor(params, handlers, { whileHidden = false, isPaused = false } = {}) {
    this.#params = params;
    this.#handlers = handlers;
    this.#keepsWhenHidden = whileHidden;
    this.opened = new Promise((resolve) => { this.#setOpened = resolve; });
    setTimeout(() => this.#endOpening(), OPENING_MS);
    addEventListener('online', this.#wake);
    addEventListener('offline', this.#lose);
    document.addEventListener('visibilitychange', this.#showOrHide);
    if (isPaused) this.pause();
    else this.#connect();
  }

  /** Freezes the screen; recording goes on. */
  pause() {
    this.#disconnect();
    this.#endOpening();
    this.#change('paused');
  }

  resume() {
    if (this.state !== 'paused') return;
    this.state = 'connecting';
    this.#connect();
  }

  /** Does not wait for the next retry. */
  tryNow() {
    if (this.state === 'reconnecting') this.#connect();
  }

  close() {
    this.#isClosed = true;
    this.#disconnect();
    clearTimeout(this.#hiddenTimer);
    clearTimeout(this.#deliverTimer);
    removeEventListener('online', this.#wake);
    removeEventListener('offline', this.#lose);
    document.removeEventListener('visibilitychange', this.#showOrHide);
  }

  // Connecting

  async #connect() {
    this.#disconnect();
    const connection = new AbortController();
    this.#connection = connection;
    const isAway = Date.now() - this.heardAt > AWAY_MS;
    const since = isAway ? null : this.#lastId;
    try {
      const response = await request(address('/v1/live', { ...this.#params, since }), {
        signal: connection.signal, headers: { Accept: 'text/event-stream' }, cache: 'no-store',
      });
      this.#retries = 0;
      this.#hear(connection);
      this.#change('live');
      const isGap = since === null && !this.#isOpening;
      this.#endOpening();
      if (isGap) this.#handlers.onReset?.();
      await this.#read(response.body, connection);
      throw new Failure({ status: null, title: 'The server ended the connection' });
    } catch (failure) {
      if (this.#connection !== connection) return;
      this.#retryLater(failure instanceof Failure ? failure : Failure.nobodyAnswered('/v1/live'));
    }
  }

  #endOpening() {
    this.#isOpening = false;
    this.#setOpened();
  }

  #disconnect() {
    const connection = this.#connection;
    this.#connection = null;
    connection?.abort();
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#silenceTimer);
  }

  #retryLater(failure) {
    this.#disconnect();
    this.#endOpening();
    const step = RETRY_SECONDS[Math.min(this.#retries, RETRY_SECONDS.length - 1)];
    // Shorter by chance, so that after a restart not all come at once.
    const wait = 1000 * Math.max(step * (1 - 0.2 * Math.random()), failure.retryAfterSeconds ?? 0);
    this.#retries += 1;
    this.failure = failure;
    this.retryAt = Date.now() + wait;
    this.#retryTimer = setTimeout(() => this.#connect(), wait);
    this.#change('reconnecting');
  }

  #change(state) {
    if (this.#isClosed) return;
    this.state = state;
    if (state !== 'reconnecting') this.failure = this.retryAt = null;
    this.#handlers.onState?.(this);
  }

  // Events of the browser

  #wake = () => this.tryNow();

  #lose = () => {
    if (this.state === 'live') this.#retryLater(Failure.nobodyAnswered('/v1/live'));
  };

  #showOrHide = () => {
    clearTimeout(this.#hiddenTimer);
    if (document.hidden) {
      if (!this.#keepsWhenHidden) this.#hiddenTimer = setTimeout(() => this.#letGo(), HIDDEN_MS);
    } else if (this.state === 'reconnecting' || (this.state === 'live' && !this.#connection)) {
      this.#connect();
    }
  };

  /** Leaves the connection, not the state: the page catches up in one step when it is seen again. */
  #letGo() {
    if (this.state === 'paused') return;
    this.#disconnect();
    this.state = 'live';
  }

  // Reading

  async #read(stream, connection) {
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done || this.#connection !== connection) return;
      this.#hear(connection);
      const messages = (rest + value).split('\n\n');
      rest = messages.pop();
      for (const message of messages) this.#take(message);
    }
  }

  #hear(connection) {
    this.heardAt = Date.now();
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => {
      if (this.#connection === connection) this.#retryLater(Failure.nobodyAnswered('/v1/live'));
    }, SILENCE_MS);
  }

  #take(message) {
    const fields = { data: '' };
    for (const line of message.split('\n')) {
      const colon = line.indexOf(':');
      if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
    }
    if (fields.id) this.#lastId = fields.id;
    if (!fields.event) return;
    const data = JSON.parse(fields.data);
    if (fields.event === 'execution') this.#pending.set(data.id, data);
    if (fields.event === 'execution_update') {
      learnTime(data.timestamp);
      this.#pending.set(UPDATE, data);
    }
    if (fields.event === 'reset') {
      this.#pending.clear();
      this.#pending.set(RESET, data);
    }
    this.#deliverTimer ??= setTimeout(this.#deliver, 0);
  }

  /** A burst is told as one: each execution once, as it is now. */
  #deliver = () => {
    this.#deliverTimer = null;
    const pending = this.#pending;
    this.#pending = new Map();
    for (const [key, data] of pending) {
      if (key === RESET) this.#handlers.onReset?.();
      else if (key === UPDATE) this.#handlers.onUpdate?.(data);
      else this.#handlers.onExecution?.(data);
    }
  };
}

const UPDATE = Symbol('execution_update');
const RESET = Symbol('reset');
