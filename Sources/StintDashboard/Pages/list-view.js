// What an address of the list asks for, in the words of the interface and in those of the terminal.
import { instant, spanWords, stamp } from './formats.js';
import { STATUSES, print, statusNamed } from './query.js';

export const RANGES = ['1h', '6h', '24h', '7d', '30d', '90d'];
const HOUR_MS = 3_600_000;
const RANGE_HOURS = { '1h': 1, '6h': 6, '24h': 24, '7d': 168, '30d': 720, '90d': 2160 };

/** The shortest range up to now that holds an instant; the longest where none does. */
export const rangeSince = (ms, nowMs) => RANGES.find((range) => nowMs - ms < RANGE_HOURS[range] * HOUR_MS) ?? RANGES.at(-1);

/** The seven statuses of the buttons; two of the interface share a word on two of them. */
export const GROUPS = [
  { status: 'queued', statuses: ['pending', 'queued'] },
  { status: 'running', statuses: ['running', 'waiting'] },
  ...['lost', 'succeeded', 'failed', 'timed_out', 'aborted'].map((status) => ({ status, statuses: [status] })),
];

/**
 * A list as its address names it: the parameters of GET /v1/executions, and `since` for the range up to now.
 *
 * A bare address means the last 24 hours; one that filters and names no range means all that is kept,
 * as it does in the terminal.
 */
export class ListView {
  /** @param {URLSearchParams} query of the address */
  constructor(query) {
    const since = query.get('since');
    const hasRange = since !== null || query.has('from') || query.has('to');
    this.cursor = query.get('cursor');
    /** A name of `RANGES`, or null where the range is given by its ends or is all. */
    this.since = RANGES.includes(since) && !query.has('from') ? since : [...query].length || hasRange ? null : '24h';
    /** All but `since` and `cursor`. */
    this.filters = new URLSearchParams([...query].filter(([name]) => !['since', 'cursor', 'limit'].includes(name))
      .map(([name, value]) => [name, name === 'status' ? statusNamed(value) ?? value : value]));
  }

  get statuses() { return this.filters.getAll('status'); }
  get agent() { return this.filters.get('agent') ?? ''; }
  get isNewestFirst() { return this.filters.get('order') !== 'asc'; }
  get goesByFinish() { return this.filters.get('on') === 'finish'; }
  /** Nothing but range, agent and status, of what counts: what the figures of the server can count. */
  get isCounted() {
    const isAll = !this.since && !this.filters.has('from');
    const told = ['agent', 'status', 'from', 'to', 'on', 'order'];
    return !isAll && [...this.filters].every(([name, value]) => told.includes(name) || (name === 'counted' && value === 'true'));
  }

  /** Whether a range or any filter but the usual 24 hours is in force. */
  get isFiltered() { return this.since !== '24h' || [...this.filters.keys()].length > 0; }

  /** The groups whose every status is asked for. */
  get pressed() {
    return GROUPS.filter(({ statuses }) => statuses.every((status) => this.statuses.includes(status)));
  }

  /** The parameters of the interface, the range counted from `nowMs`. */
  parameters(nowMs) {
    const parameters = new URLSearchParams(this.filters);
    if (this.since) parameters.set('from', new Date(nowMs - RANGE_HOURS[this.since] * HOUR_MS).toISOString());
    return parameters;
  }

  /** The range in the words of GET /v1/metrics. */
  metricsRange(nowMs) {
    if (this.since) return { timeframe: this.since };
    const from = this.filters.get('from');
    if (!from) return { timeframe: '24h' };
    return { from, to: this.filters.get('to') ?? new Date(nowMs).toISOString() };
  }

  /** The filter field: what neither the agent's field, the range nor the buttons show. */
  get text() {
    const covered = new Set(this.pressed.flatMap(({ statuses }) => statuses));
    return print([...this.filters].filter(([name, value]) => name !== 'agent' && !(name === 'status' && covered.has(value))));
  }

  /** The address of the list with these members changed; always of its first page, its range told. */
  address(change) {
    const query = new URLSearchParams(this.filters);
    if (this.since) query.set('since', this.since);
    for (const [name, value] of Object.entries(change)) {
      query.delete(name);
      for (const one of [value].flat()) if (one !== null && one !== '') query.append(name, one);
    }
    if (!query.size) query.set('since', 'all');
    return `/executions?${query}`;
  }

  /** The address with another filter text: what the field shows is replaced, the rest stays. */
  withFilter(parameters) {
    const kept = new Set(this.pressed.flatMap(({ statuses }) => statuses));
    const change = {};
    for (const name of this.filters.keys()) {
      if (!['agent', 'status', 'from', 'to', 'on', 'order'].includes(name)) change[name] = null;
    }
    for (const [name, value] of parameters) {
      if (name === 'status') kept.add(value);
      else change[name] = value;
    }
    return this.address({ ...change, status: STATUSES.filter((status) => kept.has(status)) });
  }

  withStatus({ statuses }) {
    const isPressed = statuses.every((status) => this.statuses.includes(status));
    const others = this.statuses.filter((status) => !statuses.includes(status));
    return this.address({ status: isPressed ? others : [...others, ...statuses] });
  }

  /** `last 24 h`, `Nov 20 14:00–15:00`, `any time` */
  rangeWords(nowMs) {
    if (this.since) return `last ${this.since.replace(/\d+/, '$& ')}`;
    const [from, to] = ['from', 'to'].map((name) => instantOf(this.filters.get(name)));
    if (from === null && to === null) return 'any time';
    if (to === null) return `since ${stamp(from, nowMs)}`;
    return from === null ? `until ${stamp(to, nowMs)}` : spanWords(from, to, nowMs);
  }

  /** The command that prints the same list. */
  get command() {
    const words = ['stint', 'list'];
    const add = (name, value) => { if (value) words.push(`--${name}`, shellQuoted(value)); };
    add('since', this.since);
    add('from', this.filters.get('from'));
    add('to', this.filters.get('to'));
    add('agent', this.agent);
    add('status', this.statuses.join(','));
    add('query', print([...this.filters].filter(([name]) => name !== 'agent' && name !== 'status')));
    add('on', this.filters.get('on'));
    add('order', this.filters.get('order'));
    add('cursor', this.cursor);
    return words.join(' ');
  }

  /** Names what is filtered, but not the range: one reader's same list on another day. */
  get identity() { return String(this.filters); }
}

/** RFC 3339, or milliseconds since 1970. */
const instantOf = (text) => (/^\d+$/.test(text ?? '') ? Number(text) : instant(text));

/** A text as one word of a shell's command. */
export function shellQuoted(text) {
  if (/^[\w./:=,@+%][\w./:=,@+%-]*$/.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}
