// What the charts of Overview show, from the answer of GET /v1/metrics.
import { durationTicks } from './chart-drawing.js';
import { about, count, duration, esc, hourMinute, instant, monthDay, percent, spanWords } from './formats.js';
import { legend, panel } from './signs.js';

const DAY_MS = 86_400_000;
/** The bars of the throughput are the newest of the range, few enough to be read and opened one by one: an hour of minutes. */
const barsOf = ({ stepSeconds }) => (stepSeconds === 60 ? 60 : 72);

const OUTCOMES = [
  { key: 'succeeded', name: 'succeeded', mark: 'ok' }, { key: 'failed', name: 'failed', mark: 'bad' },
  { key: 'timedOut', name: 'timed out', mark: 'time' }, { key: 'cancelled', name: 'cancelled', mark: 'slate' },
];
const outcomeBars = OUTCOMES.map((outcome) => ({ ...outcome, kind: 'bar' }));

/** One row a step: outcomes, rate, run times, and what the same step of the period before had. */
export function timelineRows(figures) {
  const step = figures.stepSeconds * 1000;
  const length = instant(figures.to) - instant(figures.from);
  const end = instant(figures.to);
  const trend = figures.latency.latencyTrend.map((point) => ({ ...point, t: instant(point.timestamp) }));
  const before = figures.previous.patterns.timeline.map((point) => ({ ...point, t: instant(point.timestamp) }));
  return figures.patterns.timeline.map((point) => {
    const t = instant(point.timestamp);
    const times = trend.findLast((candidate) => candidate.t <= t);
    return {
      ...point, t, until: t + step, partial: t + step > end, rate: point.successRate,
      before: before.findLast((candidate) => candidate.t <= t - length && candidate.t > t - length - step)?.executions ?? null,
      p50: times?.p50 ?? null, p95: times?.p95 ?? null,
    };
  });
}

const spanOf = ({ t, until }) => ({ from: t, to: until });

/** 14:00–14:05, with the day where the range is longer than one. */
function rowWords({ t, until }, isLong) {
  if (until - t >= DAY_MS) return monthDay(t);
  return `${isLong ? `${monthDay(t)} ` : ''}${hourMinute(t)}–${hourMinute(until)}`;
}

function tipOf(row, isLong, beforeWord) {
  const bad = OUTCOMES.slice(1).filter(({ key }) => row[key]).map(({ key, name }) => `${count(row[key])} ${name}`);
  return [rowWords(row, isLong) + (row.partial ? ', still filling' : ''), `<b>${count(row.executions)}</b> finished${bad.length ? `, ${bad.join(', ')}` : ''}`,
    row.before == null ? '' : `${esc(beforeWord)}: ${count(row.before)}`].filter(Boolean);
}

const isLongRange = (rows) => rows.length > 0 && rows.at(-1).until - rows[0].t > DAY_MS + 3_600_000;
const stepWords = (seconds) => (seconds % 86400 === 0 ? `${seconds / 86400} d` : seconds % 3600 === 0 ? `${seconds / 3600} h` : `${seconds / 60} min`);

export function throughputPanel(figures, range) {
  const hours = Math.round(Math.min(barsOf(figures), figures.patterns.timeline.length) * figures.stepSeconds / 3600);
  const span = hours <= 1 ? 'last hour' : hours <= 48 ? `last ${hours} h` : `last ${Math.round(hours / 24)} d`;
  const steps = figures.stepSeconds > 60 ? ` in steps of ${stepWords(figures.stepSeconds)}` : '';
  const note = figures.timeframe ? `finished per minute, ${span}${steps}` : `finished per minute${steps}`;
  return panel('Throughput', '<div class="body"><x-chart data-chart="throughput"></x-chart></div>', { note: esc(note), actions: legend([['ok', 'succeeded'], ['bad', 'failed'], ['time', 'timed out'], ['dash', range.before]]) });
}

export function throughputSpec(figures, rows, range, open) {
  const minutes = figures.stepSeconds / 60;
  const tail = rows.slice(-barsOf(figures)).map((row) => perMinute(row, minutes));
  const isLong = isLongRange(tail);
  const sum = (row) => OUTCOMES.reduce((total, { key }) => total + (row[key] ?? 0), 0);
  const peak = tail.reduce((best, row, index) => (sum(row) > sum(tail[best]) ? index : best), 0);
  const mean = tail.reduce((total, row) => total + sum(row), 0) / Math.max(1, tail.length);
  const rate = (value) => (minutes === 1 ? count(value) : value.toFixed(value < 10 ? 2 : 1));
  return {
    height: 236, time: true, rows: tail, peak: sum(tail[peak] ?? {}) > 0 ? peak : undefined, peakWord: rate,
    series: [...outcomeBars.map((bar) => ({ ...bar, format: rate })), { key: 'before', name: range.before, kind: 'line', mark: 'prev', format: rate }],
    label: `Executions finished per minute, mean ${mean.toFixed(2)}, peak ${rate(sum(tail[peak] ?? {}))}`,
    name: (row) => rowWords(row, isLong),
    tip: (row) => tipOf(row.whole, isLong, range.before).join('<br>'),
    open: (row) => open(spanOf(row)),
  };
}

function perMinute(row, minutes) {
  const scaled = { ...row, whole: row, before: row.before == null ? null : row.before / minutes };
  for (const { key } of OUTCOMES) scaled[key] = (row[key] ?? 0) / minutes;
  return scaled;
}

/** The bounds of the buckets in seconds; the last has none. */
const BUCKETS = { '0-1s': [0, 1], '1-5s': [1, 5], '5-10s': [5, 10], '10-30s': [10, 30], '30-60s': [30, 60], '60s+': [60, null] };
const bucketWords = (bucket) => (bucket === '60s+' ? 'over 60 s' : bucket.replace('-', '–').replace('s', ' s'));

export const latencyPanel = (table, range, words) => panel('Latency', `<div class="body"><x-chart data-chart="latency"></x-chart></div>${table}`,
  { note: `run time, ${esc(words)}`, actions: legend([['slate', 'now'], ['before', range.before]]) });

export function latencySpec(figures, range, open) {
  const before = new Map(figures.previous.latency.latencyDistribution.map(({ bucket, count: number }) => [bucket, number]));
  const rows = figures.latency.latencyDistribution.map((row) => ({ ...row, before: before.get(row.bucket) ?? null }));
  return {
    height: 120, rows, series: [{ key: 'count', name: 'executions', kind: 'bar', mark: 'slate' }], before: 'before', whole: true, format: (value) => count(value), left: 44,
    label: `Run times: ${rows.map(({ bucket, percentage }) => `${bucketWords(bucket)} ${percent(percentage)}`).join(', ')}`,
    name: ({ bucket }) => bucketWords(bucket),
    tip: (row) => `${bucketWords(row.bucket)}<br><b>${count(row.count)}</b> executions, ${percent(row.percentage)}${row.before == null ? '' : `<br>${esc(range.before)}: ${count(row.before)}`}`,
    open: ({ bucket }) => {
      const [minDurationSeconds, maxDurationSeconds] = BUCKETS[bucket];
      open({ minDurationSeconds: minDurationSeconds || null, maxDurationSeconds });
    },
  };
}

// The timeline of the range, with what is unusual in it

const KINDS = { drop: 'Drop', spike: 'Spike', failure_surge: 'Failure surge', burst: 'Burst' };
const MOST_SPANS = 9;
const WEIGHT = { high: 0, medium: 1, low: 2 };

/** Numbered spans: drops, spikes, failure surges, and the bursts that are not told as spikes. */
export function unusualSpans({ patterns: { anomalies, bursts } }) {
  const spans = anomalies.map(({ timestamp, endTime, type, severity, description }) =>
    ({ type, severity, text: description, from: instant(timestamp), to: instant(endTime) }));
  const isTold = (from, to) => spans.some((span) => span.type === 'spike' && span.from < to && from < span.to);
  for (const { startTime, endTime, peakExecutions, totalExecutions, impact } of bursts) {
    const [from, to] = [instant(startTime), instant(endTime)];
    if (isTold(from, to)) continue;
    spans.push({ type: 'burst', severity: impact, text: `${count(totalExecutions)} executions in ${about((to - from) / 1000)}, peak ${count(peakExecutions)} in 5 minutes.`, from, to });
  }
  return spans.sort((one, other) => WEIGHT[one.severity] - WEIGHT[other.severity]).slice(0, MOST_SPANS)
    .sort((one, other) => one.from - other.from).map((span, index) => ({ ...span, id: String(index + 1) }));
}

function spanItem({ id, type, text, from, to }, lists, nowMs) {
  const span = { from, to };
  const href = type === 'failure_surge' ? lists.finished({ status: ['failed', 'timed_out'] }, span) : lists.started({}, span);
  return `<li><span class="dot" aria-hidden="true">${id}</span><b>${KINDS[type] ?? esc(type)}</b><p class="sub">${esc(text)}</p><a class="nowrap" href="${esc(href)}">${spanWords(from, to, nowMs)}</a></li>`;
}

export function timelinePanel(figures, spans, lists, range, nowMs) {
  const trend = figures.latency.latencyTrendStepSeconds;
  const note = `executions in steps of ${stepWords(figures.stepSeconds)}, success rate, run time (p50, p95 in steps of ${stepWords(trend)})${spans.length ? '; numbered spans differ from what is usual' : ''}`;
  const marks = spans.length ? `<ol class="marks">${spans.map((span) => spanItem(span, lists, nowMs)).join('')}</ol>` : '';
  return panel(esc(range.title(nowMs)), `<div class="body"><x-chart data-chart="executions"></x-chart><x-chart data-chart="rate"></x-chart><x-chart data-chart="times"></x-chart></div>${marks}`,
    { note, actions: legend([['ok', 'succeeded'], ['bad', 'failed'], ['time', 'timed out'], ['slate', 'cancelled'], ['dash', range.before]]) });
}

/** Three charts over one axis. @returns {Record<'executions'|'rate'|'times', object>} */
export function timelineSpecs(figures, rows, spans, range, open) {
  const isLong = isLongRange(rows);
  const tip = (row) => [...tipOf(row, isLong, range.before), row.rate == null ? '' : `success ${percent(row.rate)}`,
    row.p50 == null ? '' : `run time p50 ${duration(row.p50)}, p95 ${duration(row.p95)}`].filter(Boolean).join('<br>');
  const bands = spans.map(({ from, to, type }) => ({ from, to, mark: type === 'failure_surge' ? 'bad' : '' }));
  const shared = { rows, time: true, bands, group: 'range', left: 52, tip, name: (row) => rowWords(row, isLong), open: (row) => open(spanOf(row)) };
  const { performance, latency } = figures;
  return {
    executions: {
      ...shared, numbers: spans, height: 128, top: 16, axis: false, whole: true, format: (value) => count(value),
      series: [...outcomeBars, { key: 'before', name: range.before, kind: 'line', mark: 'prev' }],
      label: `${count(performance.totalExecutions)} executions finished${spans.length ? `; unusual: ${spans.map(({ type }) => KINDS[type]).join(', ')}` : ''}`,
    },
    rate: {
      ...shared, height: 62, axis: false, ticks: [0, 50, 100], format: (value) => `${value} %`,
      series: [{ key: 'rate', name: 'success rate', kind: 'line', mark: 'rate', format: percent }], label: `Success rate ${percent(performance.successRate)}`,
    },
    times: {
      ...shared, height: 88, ticks: durationTicks(Math.max(0, ...rows.map((row) => row.p95 ?? 0))), format: (value) => (value < 1 ? String(value && `${value} s`) : about(value)),
      series: [{ key: 'p95', name: 'p95', kind: 'line', mark: 'p95', format: duration }, { key: 'p50', name: 'p50', kind: 'line', mark: '', format: duration }],
      label: `Run time: median ${duration(latency.executionLatency.p50)}, p95 ${duration(latency.executionLatency.p95)}`,
    },
  };
}

