// The range of the figures on a page, and the lists that lead from figures to their executions.
import { about, esc, fieldTime, instant, instantOfField, iso, spanWords } from './formats.js';

const HOURS = { '1h': 1, '6h': 6, '24h': 24, '7d': 168, '30d': 720, '90d': 2160 };
const TITLES = { '1h': 'Last hour', '6h': 'Last 6 hours', '24h': 'Last 24 hours', '7d': 'Last 7 days', '30d': 'Last 30 days', '90d': 'Last 90 days' };
const BEFORE = { '1h': 'hour before', '24h': 'day before', '7d': 'week before' };

/** The period that figures are about, as the address says it: `timeframe`, or `from` and `to`; 24 hours where it says none. */
export class FiguresRange {
  static names = Object.keys(HOURS);

  /** @param {URLSearchParams} query */
  constructor(query) {
    const [from, to] = [query.get('from'), query.get('to')];
    const isGiven = instant(from) !== null && instant(to) !== null;
    const named = query.get('timeframe');
    this.timeframe = isGiven ? null : named in HOURS ? named : '24h';
    this.from = isGiven ? from : null;
    this.to = isGiven ? to : null;
  }

  /** Members of the query that ask for it. */
  get parameters() { return this.timeframe ? { timeframe: this.timeframe } : { from: this.from, to: this.to }; }

  /** 24 h; Nov 20 14:00–15:00 */
  words(nowMs) {
    if (this.timeframe) return this.timeframe.replace(/\d+/, '$& ');
    return spanWords(instant(this.from), instant(this.to), nowMs);
  }

  title(nowMs) { return TITLES[this.timeframe] ?? this.words(nowMs); }

  /** What the period just before is called. */
  get before() { return BEFORE[this.timeframe] ?? 'period before'; }

  get against() { return `against the ${this.timeframe ? `${this.words()} before` : 'period before'}`; }

  /**
   * What the figures are held against; or, where records begin within the range, how much of it they cover.
   * @param {object} figures The answer of GET /v1/metrics with `previous`.
   */
  comparedWords({ from, to, patterns, previous }, nowMs) {
    const first = patterns.timeline.find(({ executions }) => executions > 0);
    const [start, end, begun] = [instant(from), instant(to), instant(first?.timestamp)];
    const isPartial = previous.performance.totalExecutions === 0 && begun - start > (end - start) / 10;
    return isPartial ? `the last ${about((end - begun) / 1000)} of ${this.words(nowMs)}; nothing is recorded before` : this.against;
  }

  get command() {
    return this.timeframe ? `stint stats --since ${this.timeframe}` : `stint stats --from ${this.from} --to ${this.to}`;
  }
}

/**
 * The buttons of the ranges, and two fields for one from–to.
 * @param {{from: string, to: string}} shown The instants of the figures on screen.
 */
export function rangeChooser(range, shown) {
  const button = (name) => `<button type="button" data-range="${name}" aria-pressed="${name === range.timeframe}">${name}</button>`;
  const field = (name) => `<label>${name} <input type="datetime-local" name="${name}" value="${fieldTime(instant(shown[name]))}" required></label>`;
  return `<div class="seg" role="group" aria-label="Time range">${FiguresRange.names.map(button).join('')}</div>
    <details class="menu"><summary class="btn" title="Choose from and to">${range.timeframe ? 'from – to' : esc(range.words(Date.now()))}</summary>
    <form>${field('from')}${field('to')}<button>Show</button></form></details>`;
}

/** Calls `choose` with members of the query when a range is chosen in `root`. */
export function listenForRange(root, choose) {
  root.querySelector('.seg').addEventListener('click', ({ target }) => {
    if (target.dataset.range) choose({ timeframe: target.dataset.range, from: null, to: null });
  });
  const form = root.querySelector('.menu form');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const [from, to] = [instantOfField(form.elements.from.value), instantOfField(form.elements.to.value)];
    form.elements.to.setCustomValidity(from < to ? '' : 'The end comes after the beginning.');
    if (form.reportValidity()) choose({ timeframe: null, from: iso(from), to: iso(to) });
  });
  form.addEventListener('input', () => form.elements.to.setCustomValidity(''));
}

const ENDED = ['succeeded', 'failed', 'timed_out', 'aborted'];

/** Addresses of lists that hold exactly what a figure counted: same instants, same statuses, no tests. */
export class FigureLists {
  /** @param {{from: string, to: string}} answer The instants of the figures as the server told them. */
  constructor({ from, to }) {
    this.from = from;
    this.to = to;
  }

  get running() { return list({ status: ['running', 'waiting'] }); }
  get queued() { return list({ status: ['queued'] }); }
  get lost() { return list({ status: ['lost'] }); }

  /** What finished; `more` are further filters, and may narrow `status`. */
  finished(more = {}, span = null) { return list({ on: 'finish', ...this.#within(span), status: ENDED, ...more }); }

  /** What arrived. */
  started(more = {}, span = null) { return list({ on: 'start', ...this.#within(span), ...more }); }

  /** The borders of a span within those of the figures, which are finer than a millisecond. */
  #within(span) {
    const from = span && span.from > instant(this.from) ? iso(span.from) : this.from;
    const to = span && span.to < instant(this.to) ? iso(span.to) : this.to;
    return { from, to };
  }
}

function list(filters) {
  const query = new URLSearchParams();
  // Figures leave out what ran as a test.
  for (const [name, value] of Object.entries({ ...filters, counted: 'true' })) {
    for (const one of [value].flat()) if (one != null && one !== '') query.append(name, one);
  }
  return `/executions?${query}`;
}
