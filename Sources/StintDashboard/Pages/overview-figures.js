// The figures of Overview as markup: the status bar, and the tables.
import { spark } from './charts.js';
import { about, compact, count, duration, esc, instant, percent, usd } from './formats.js';
import { redraw } from './redraw.js';
import { change, meter, panel } from './signs.js';

/** Difference of two figures in percent; null without both. */
const changeOf = (now, before) => (now == null || !before ? null : 100 * (now - before) / before);
const difference = (now, before) => (now == null || before == null ? null : now - before);

/**
 * The status bar. Each tile leads to the list that it counts.
 * @param {object} figures The answer of GET /v1/metrics.
 * @param {object} realtime Its block of now, or a newer one.
 */
export function vitals(figures, realtime, lostWords, lists, range, nowMs) {
  return [runningTile(realtime, lostWords, lists), queueTile(figures, realtime, lists, nowMs), rateTile(figures, lists),
    successTile(figures, lists), runTimeTile(figures, lists), costTile(figures, lists, range)].join('');
}

function tile(name, href, value, small, beside) {
  return `<a href="${esc(href)}"><span class="name">${name}</span><span class="value">${value} <small>${small}</small></span><span class="beside">${beside}</span></a>`;
}

const besideChange = (changed, words) => [changed, words].filter(Boolean).join('&ensp;');

function runningTile({ currentlyRunning, systemLoad: { workers } }, lostWords, lists) {
  const slots = workers?.total ? `of ${count(workers.total)} slots` : '';
  const silent = workers?.silent ? `, ${count(workers.silent)} of them silent` : '';
  const busy = workers?.total ? `${count(workers.busy)} busy${silent}` : 'slots not reported';
  return tile('Running now', lists.running, count(currentlyRunning), slots, `${busy}${lostWords ? `, ${lostWords} lost` : ''}`);
}

function queueTile({ latency: { queueLatency } }, { queueDepth, queuedExecutions }, lists, nowMs) {
  const oldest = Math.min(...queuedExecutions.map(({ queuedAt }) => instant(queuedAt)));
  const small = Number.isFinite(oldest) ? `oldest ${about((nowMs - oldest) / 1000)}` : '';
  const wait = queueLatency.n ? `wait p50 ${duration(queueLatency.p50)}, p95 ${duration(queueLatency.p95)}` : 'nothing started';
  return tile('Queue', lists.queued, count(queueDepth), small, wait);
}

function rateTile({ throughput, previous, performance }, lists) {
  const rate = throughput.executionsPerMinute;
  const changed = change(changeOf(rate, previous.throughput.executionsPerMinute));
  return tile('Per minute', lists.finished(), ratePerMinute(rate), '', besideChange(changed, `${count(performance.totalExecutions)} finished`));
}

function ratePerMinute(rate) {
  if (rate == null) return '–';
  if (rate > 0 && rate < 0.005) return '&lt; 0.01';
  return rate.toFixed(rate < 1 ? 2 : 1);
}

function successTile({ performance, previous }, lists) {
  const { successRate, failedExecutions, timedOutExecutions } = performance;
  const changed = change(difference(successRate, previous.performance.successRate), { good: 1, unit: 'pt' });
  const value = successRate == null ? '–' : successRate.toFixed(1);
  return tile('Success rate', lists.finished({ status: ['failed', 'timed_out'] }), value, successRate == null ? '' : '%',
    besideChange(changed, `${count(failedExecutions)} failed, ${count(timedOutExecutions)} timed out`));
}

function runTimeTile({ latency: { executionLatency }, previous }, lists) {
  const changed = change(changeOf(executionLatency.p50, previous.latency.executionLatency.p50), { good: -1 });
  const words = duration(executionLatency.p50).split(' ');
  const [value, unit] = words.length === 2 ? words : [words.join(' '), ''];
  return tile('Median run', lists.finished(), value, unit, besideChange(changed, `p95 ${duration(executionLatency.p95)}`));
}

function costTile({ performance, previous }, lists, range) {
  const { costUsd, costKnownRate, tokens } = performance;
  const changed = change(changeOf(costUsd, previous.performance.costUsd));
  const tokenWords = tokens == null ? 'tokens not reported' : `${compact(tokens)} tokens`;
  if (costUsd == null) return tile('Cost', lists.finished(), '–', 'no price', tokenWords);
  // What has no price is missing from the sum.
  const isPartial = costKnownRate < 99.995;
  const value = isPartial ? `<span title="The price is known of ${percent(costKnownRate)} of the calls">≥ ${usd(costUsd)}</span>` : usd(costUsd);
  return tile('Cost', lists.finished(), value, `in ${esc(range)}`, besideChange(changed, tokenWords));
}

const PERCENTILES = ['p50', 'p75', 'p90', 'p95', 'p99', 'avg'];

/** Percentiles of the three times of an execution. */
export function latencyTable({ latency }) {
  const row = (name, values) => `<tr><th scope="row">${name}</th>${PERCENTILES.map((key) => `<td class="num">${duration(values[key])}</td>`).join('')}</tr>`;
  const bound = latency.bound ? `<p class="empty-line">Read from sketches: each within ${percent(100 * latency.bound)}.</p>` : '';
  return `<div class="scroll"><table><thead><tr><td></td>${PERCENTILES.map((key) => `<th scope="col" class="num">${key === 'avg' ? 'mean' : key}</th>`).join('')}</tr></thead>
    <tbody>${row('Queue wait', latency.queueLatency)}${row('Execution', latency.executionLatency)}${row('End to end', latency.endToEndLatency)}</tbody></table></div>${bound}`;
}

/** Columns of the table by agent: how each is sorted, and shown. */
const AGENT_COLUMNS = [
  { key: 'agentName', title: 'Agent' },
  { key: 'executions', title: 'Executions', show: (agent) => count(agent.executions) },
  { key: 'executionsChange', title: 'vs before', kind: 'opt', show: (agent) => change(agent.executionsChange) },
  { key: null, title: 'Trend', kind: 'opt', show: (agent) => (agent.trend ? spark(agent.trend, { width: 110 }) : '') },
  { key: 'successRate', title: 'Success', show: (agent) => (agent.successRate < POOR ? `<b class="s-failed">${percent(agent.successRate)}</b>` : percent(agent.successRate)) },
  { key: 'successChange', title: 'vs before', kind: 'hide-s', show: (agent) => change(agent.successChange, { good: 1, unit: 'pt' }) },
  { key: 'p50', title: 'p50', kind: 'hide-s', show: (agent) => duration(agent.p50) },
  { key: 'p95', title: 'p95', kind: 'hide-s', show: (agent) => duration(agent.p95) },
  { key: 'tokens', title: 'Tokens', kind: 'opt', show: (agent) => compact(agent.tokens) },
  { key: 'costUsd', title: 'Cost', kind: 'hide-s', show: (agent) => (agent.costUsd == null && agent.tokens ? 'no price' : usd(agent.costUsd)) },
];
const POOR = 95;

/** A table by agent that keeps its order while figures change, until a column is chosen. */
export class AgentTable {
  #sort = { column: 1, isDescending: true };
  #agents = [];
  #lists;

  /** @param {Element} root The panel goes in here. */
  constructor(root) {
    this.root = root;
    root.addEventListener('click', (event) => {
      const button = event.target.closest('[data-column]');
      if (button) this.#sortBy(Number(button.dataset.column));
    });
  }

  load({ performance, previous }, lists, range) {
    const before = new Map(previous.performance.byAgent.map((agent) => [agent.agentName, agent]));
    const order = new Map(this.#agents.map((agent, index) => [agent.agentName, index]));
    const isFirst = this.#agents.length === 0;
    this.#lists = lists;
    this.#agents = performance.byAgent.map((agent) => ({
      ...agent,
      executionsChange: changeOf(agent.executions, before.get(agent.agentName)?.executions),
      successChange: difference(agent.successRate, before.get(agent.agentName)?.successRate),
    }));
    if (isFirst) this.#agents.sort(this.#compare);
    else this.#agents.sort((one, other) => (order.get(one.agentName) ?? Infinity) - (order.get(other.agentName) ?? Infinity));
    this.#draw(range);
  }

  #sortBy(column) {
    const isSame = column === this.#sort.column;
    this.#sort = { column, isDescending: isSame ? !this.#sort.isDescending : column !== 0 };
    this.#agents.sort(this.#compare);
    this.#draw();
  }

  /** What is unknown stands last, either way. */
  #compare = (one, other) => {
    const { key } = AGENT_COLUMNS[this.#sort.column];
    const [a, b] = [one[key], other[key]];
    if (a == null || b == null) return (a == null) - (b == null);
    return (a > b ? 1 : a < b ? -1 : 0) * (this.#sort.isDescending ? -1 : 1);
  };

  #draw(range = this.range) {
    this.range = range;
    const head = AGENT_COLUMNS.map(({ key, title, kind = '' }, index) => {
      const isSorted = index === this.#sort.column;
      const arrow = this.#sort.isDescending ? '↓' : '↑';
      const sorted = isSorted ? ` aria-sort="${this.#sort.isDescending ? 'descending' : 'ascending'}"` : '';
      const label = key ? `<button type="button" data-column="${index}">${title}${isSorted ? ` <span aria-hidden="true">${arrow}</span>` : ''}</button>` : title;
      return `<th scope="col" class="${index && key ? 'num' : ''} ${kind}"${sorted}>${label}</th>`;
    });
    const body = this.#agents.length ? this.#agents.map((agent) => this.#row(agent)).join('') : `<tr><td class="dim" colspan="${AGENT_COLUMNS.length}">Nothing finished in this range.</td></tr>`;
    redraw(this.root, panel('By agent', `<div class="scroll"><table class="by-agent"><thead><tr>${head.join('')}</tr></thead><tbody>${body}</tbody></table></div>`, { note: `${esc(range)}, finished` }));
  }

  #row(agent) {
    const cells = AGENT_COLUMNS.slice(1).map(({ key, kind = '', show }) => `<td class="${key ? 'num' : ''} ${kind}">${show(agent)}</td>`).join('');
    if (!agent.agentName) return `<tr><td class="dim">unnamed</td>${cells}</tr>`;
    const href = this.#lists.finished({ agent: agent.agentName });
    return `<tr data-href="${esc(href)}"><td><a href="${esc(href)}">${esc(agent.agentName)}</a></td>${cells}</tr>`;
  }
}

/** What each model was asked for, and its share of the cost. */
export function modelPanel({ resources, performance }, range) {
  const models = Object.entries(resources.modelUsage ?? {}).sort(([, one], [, other]) => (other.cost ?? -1) - (one.cost ?? -1) || other.calls - one.calls);
  const rows = models.map(([model, { calls, tokens, avgLatency, cost }]) => `<tr><td class="nowrap">${esc(model)}</td><td class="num">${count(calls)}</td><td class="num">${compact(tokens)}</td>
    <td class="num hide-s">${duration(avgLatency)}</td><td class="num">${cost == null ? 'no price' : usd(cost)}</td><td class="share">${cost != null && performance.costUsd ? meter(100 * cost / performance.costUsd) : ''}</td></tr>`);
  const body = rows.length ? rows.join('') : '<tr><td class="dim" colspan="6">No model was called by what finished in this range.</td></tr>';
  return panel('By model', `<div class="scroll"><table><thead><tr><th scope="col">Model</th><th scope="col" class="num">Calls</th><th scope="col" class="num">Tokens</th>
    <th scope="col" class="num hide-s">Mean call</th><th scope="col" class="num">Cost</th><th scope="col" class="share">Share of cost</th></tr></thead><tbody>${body}</tbody></table></div>`,
  { note: `${esc(range)}; every model call counts once` });
}
