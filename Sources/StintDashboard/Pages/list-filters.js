// What narrows the list: the filter field, agent, range and status, and what the figures count beside them.
import './charts.js';
import { serverNow } from './api.js';
import { FILTER_ERROR, filterField, wireFilterField } from './filter-field.js';
import { count, esc, fieldTime, instant, instantOfField, iso, monthDay, spanWords } from './formats.js';
import { GROUPS, RANGES } from './list-view.js';
import { icon, statusWord } from './signs.js';

const DAY_MS = 86_400_000;
const UNFILTERED = '/executions?since=24h';

/** @param {import('./list-view.js').ListView} view */
export function filters(view) {
  const option = (value, words, isChosen) => `<option value="${value}"${isChosen ? ' selected' : ''}>${esc(words)}</option>`;
  const own = view.since ? null : view.rangeWords(serverNow());
  const ranges = [
    ...RANGES.map((range) => option(range, `last ${range.replace(/\d+/, '$& ')}`, range === view.since)),
    option('all', 'any time', own === 'any time'), own && own !== 'any time' ? option('', own, true) : '', option('ends', 'from … to …', false),
  ];
  const chip = ({ status }) => `<button type="button" class="chip" data-group="${status}" aria-pressed="${view.pressed.some((group) => group.status === status)}">${icon(status)}${statusWord(status)} <span></span></button>`;
  return `<form class="filters" role="search">${filterField(view.text)}
    <select name="agent" aria-label="Agent"></select><select name="range" aria-label="Time range">${ranges.join('')}</select>
    ${view.isFiltered ? '<button type="button" data-clear>Clear</button>' : ''}
    <span class="ends" hidden><label>from <input type="datetime-local" name="from"></label> <label>to <input type="datetime-local" name="to"></label> <button type="button" data-ends>Show</button></span>
    ${FILTER_ERROR}<span class="chips" role="group" aria-label="Status">${GROUPS.map(chip).join('')}</span></form>
    <div class="histogram" ${view.isCounted ? '' : 'hidden'}><x-chart></x-chart></div>`;
}

/**
 * @param {Element} root holds what `filters` made
 * @param {{go: (address: string) => void, agents: () => string[], ends: () => {from: string, to: string}}} page
 */
export function wireFilters(root, view, { go, agents, ends }) {
  const form = root.querySelector('form.filters');
  const { agent, range, from, to } = form.elements;
  wireFilterField(form, { agents, apply: (parameters) => go(view.withFilter(parameters)) });
  agent.addEventListener('change', () => go(view.address({ agent: agent.value })));
  range.addEventListener('change', () => {
    form.querySelector('.ends').hidden = range.value !== 'ends';
    if (range.value === 'ends') {
      from.value = fieldTime(instant(ends().from));
      to.value = fieldTime(instant(ends().to));
      from.focus();
    } else if (range.value) {
      go(view.address({ since: range.value, from: null, to: null, on: null }));
    }
  });
  form.querySelector('[data-ends]').addEventListener('click', () => {
    const [first, last] = [from, to].map((field) => instantOfField(field.value)).map((ms) => (ms === null ? null : iso(ms)));
    if (first || last) go(view.address({ since: null, from: first, to: last }));
  });
  form.querySelector('[data-clear]')?.addEventListener('click', () => go(UNFILTERED));
  for (const group of GROUPS) {
    form.querySelector(`[data-group="${group.status}"]`).addEventListener('click', () => go(view.withStatus(group)));
  }
}

/** Puts the names of agents into the field, unless it is in use. */
export function drawAgents(root, view, names) {
  const select = root.querySelector('select[name=agent]');
  const markup = ['', ...names].map((name) => `<option value="${esc(name)}"${name === view.agent ? ' selected' : ''}>${name ? esc(name) : 'All agents'}</option>`).join('');
  if (select.markup === markup || document.activeElement === select) return;
  select.markup = markup;
  select.innerHTML = markup;
}

/** Counts of what ended in the range, and of what is open now; none where the figures do not know the filter. */
export function drawCounts(root, view, { performance, realtime }) {
  const endsNow = !view.filters.has('to');
  const counts = {
    queued: endsNow ? realtime.queueDepth : null, running: endsNow ? realtime.currentlyRunning : null,
    lost: performance.lostExecutions, succeeded: performance.successfulExecutions, failed: performance.failedExecutions,
    timed_out: performance.timedOutExecutions, aborted: performance.cancelledExecutions,
  };
  const meanings = { queued: 'now', running: 'now', lost: 'last heard of in this range' };
  for (const chip of root.querySelectorAll('[data-group]')) {
    const { group } = chip.dataset;
    const number = view.isCounted ? counts[group] : null;
    chip.lastElementChild.textContent = number == null ? '' : count(number);
    chip.title = number == null ? '' : meanings[group] ?? 'ended in this range';
  }
}

/** What ended over the range, of the statuses that the list shows. */
export function drawHistogram(root, view, { patterns, stepSeconds }, go) {
  const chart = root.querySelector('x-chart');
  const series = [
    ['succeeded', 'succeeded', 'ok'], ['failed', 'failed', 'bad'], ['timed_out', 'timedOut', 'time'], ['aborted', 'cancelled', 'slate'], ['lost', 'lost', 'lost'],
  ].filter(([status]) => !view.statuses.length || view.statuses.includes(status))
    .map(([status, key, mark]) => ({ key, mark, kind: 'bar', name: statusWord(status) }));
  chart.parentElement.hidden = !view.isCounted || !series.length;
  if (chart.parentElement.hidden) return;
  const step = stepSeconds * 1000;
  const name = ({ t }) => (step >= DAY_MS ? monthDay(t) : spanWords(t, t + step, serverNow()));
  const total = (row) => series.reduce((sum, { key }) => sum + (row[key] ?? 0), 0);
  const told = (row) => series.filter(({ key }) => row[key]).map(({ key, name: word }) => `<br>${count(row[key])} ${word.toLowerCase()}`).join('');
  chart.spec = {
    height: 66, left: 30, time: true, series, name,
    rows: patterns.timeline.map((point) => ({ ...point, t: instant(point.timestamp) })),
    label: 'Ended executions over the range; Enter shows those of the chosen bar',
    tip: (row) => `${name(row)}<br><b>${count(total(row))}</b> ended${told(row)}`,
    open: ({ t }) => go(view.address({ since: null, from: iso(t), to: iso(t + step), on: 'finish' })),
  };
}
