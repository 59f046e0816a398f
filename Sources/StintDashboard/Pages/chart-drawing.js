// How a chart is drawn: where everything stands in pixels, and each layer as SVG.
import { esc, hourMinute, monthDay, zoneOffset } from './formats.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [1, 5, 10, 15, 30].map((n) => n * MINUTE).concat([1, 2, 3, 6, 12].map((n) => n * HOUR), [1, 2, 7, 14, 28].map((n) => n * DAY));
const LABEL_WIDTH = 62;

/** Round values from 0 to at least `max`, three or four of them; `whole`: of counts. */
function roundTicks(max, whole = false) {
  if (!(max > 0)) return [0, 1];
  const power = 10 ** Math.floor(Math.log10(max / 3));
  const round = power * [1, 2, 5, 10].find((factor) => max / 3 / power <= factor);
  const step = whole ? Math.max(1, round) : round;
  const ticks = [];
  for (let tick = 0; tick < max + step * 0.999; tick += step) ticks.push(Number(tick.toPrecision(12)));
  return ticks;
}

const DURATION_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** Round durations in seconds, from 0 to at least `max`. */
export function durationTicks(max) {
  const step = DURATION_STEPS.find((candidate) => max / candidate <= 3) ?? 86_400 * Math.ceil(max / 3 / 86_400);
  const steps = Math.max(1, Math.ceil(max / step));
  return Array.from({ length: steps + 1 }, (_, index) => index * step);
}

/** Indices of the first, least, greatest and last point of every pixel column: at most 4 a column, however many there are. */
function thinned(xs, ys, columns) {
  if (xs.length <= columns * 4) return xs.map((_, index) => index);
  const scale = (columns - 1) / (xs.at(-1) - xs[0]);
  const kept = new Set();
  let column = -1;
  let [first, least, greatest, last] = [0, 0, 0, 0];
  const keep = () => [first, least, greatest, last].sort((a, b) => a - b).forEach((index) => kept.add(index));
  xs.forEach((x, index) => {
    const here = Math.floor((x - xs[0]) * scale);
    if (here !== column) {
      if (column >= 0) keep();
      column = here;
      first = least = greatest = index;
    }
    if (ys[index] < ys[least]) least = index;
    if (ys[index] > ys[greatest]) greatest = index;
    last = index;
  });
  keep();
  return [...kept];
}

export const pixel = (value) => value.toFixed(1);

/** Where everything of a chart stands, in pixels. */
export function measure(spec, width) {
  const height = spec.height ?? 150;
  const left = spec.left ?? 34;
  const right = width - 6;
  const top = spec.top ?? 10;
  const bottom = height - (spec.axis === false ? 4 : 20);
  const ticks = spec.ticks ?? roundTicks(Math.max(...spec.rows.map((row) => highest(row, spec)), 0), spec.whole);
  const step = (right - left) / Math.max(1, spec.rows.length);
  const greatest = ticks.at(-1);
  const x = (index) => left + index * step;
  const y = (value) => bottom - Math.min(1, value / greatest) * (bottom - top);
  const start = spec.rows[0]?.t ?? 0;
  const rowTime = spec.rows.length > 1 ? spec.rows[1].t - start : 1;
  const xOfTime = (ms) => Math.max(left, Math.min(right, left + (ms - start) / rowTime * step));
  return { width, height, left, right, top, bottom, ticks, step, x, y, xOfTime };
}

function highest(row, spec) {
  let stacked = 0;
  let single = spec.before ? row[spec.before] ?? 0 : 0;
  for (const { key, kind } of spec.series) {
    if (kind === 'bar') stacked += row[key] ?? 0;
    else single = Math.max(single, row[key] ?? 0);
  }
  return Math.max(stacked, single);
}

const ofKind = (spec, kind) => spec.series.filter((series) => series.kind === kind);

function drawBands({ bands = [] }, { xOfTime, top, bottom }) {
  return bands.map(({ from, to, mark = '' }) =>
    `<rect class="band ${mark}" x="${pixel(xOfTime(from))}" y="${top}" width="${pixel(Math.max(2, xOfTime(to) - xOfTime(from)))}" height="${bottom - top}"/>`).join('');
}

function drawGrid({ format = String }, { ticks, left, right, y }) {
  return ticks.map((tick) => {
    const height = pixel(y(tick));
    return `<line class="grid${tick ? '' : ' zero'}" x1="${left}" x2="${right}" y1="${height}" y2="${height}"/>`
      + `<text class="tick" x="${left - 6}" y="${pixel(y(tick) + 3.5)}" text-anchor="end">${esc(format(tick))}</text>`;
  }).join('');
}

const barGap = (step) => (step > 5 ? Math.min(2, step * 0.18) : step > 2.2 ? 0.6 : 0);

function drawBars(spec, { x, y, step }) {
  const bars = ofKind(spec, 'bar');
  const gap = barGap(step);
  const width = pixel(Math.max(0.7, step - gap));
  return spec.rows.map((row, index) => {
    let below = 0;
    return bars.map(({ key, mark }) => {
      const value = row[key];
      if (!value) return '';
      const top = y(below + value);
      const height = pixel(Math.max(0.8, y(below) - top));
      below += value;
      return `<rect class="bar ${mark}${row.partial ? ' partial' : ''}" x="${pixel(x(index) + gap / 2)}" y="${pixel(top)}" width="${width}" height="${height}"/>`;
    }).join('');
  }).join('');
}

function drawBefore({ before, rows }, { x, y, step, bottom }) {
  if (!before) return '';
  const gap = barGap(step) + 1;
  return rows.map((row, index) => (row[before] == null ? ''
    : `<rect class="before" x="${pixel(x(index) + gap / 2)}" y="${pixel(y(row[before]))}" width="${pixel(step - gap)}" height="${pixel(bottom - y(row[before]))}"/>`)).join('');
}

function drawLines(spec, { x, y, step, left, right }) {
  const xs = spec.rows.map((_, index) => x(index) + step / 2);
  return ofKind(spec, 'line').map(({ key, mark }) => {
    const ys = spec.rows.map((row) => row[key] ?? null);
    let pen = 'M';
    let path = '';
    for (const index of thinned(xs, ys, Math.ceil(right - left))) {
      if (ys[index] === null) { pen = 'M'; continue; }
      path += `${pen}${pixel(xs[index])} ${pixel(y(ys[index]))}`;
      // A point between two gaps would be no line at all.
      if (pen === 'M' && (ys[index + 1] ?? null) === null) path += 'h.01';
      pen = 'L';
    }
    return `<path class="line ${mark}" d="${path}"/>`;
  }).join('');
}

function drawLimit({ limit }, { left, right, y }) {
  return limit == null ? '' : `<line class="limit" x1="${left}" x2="${right}" y1="${pixel(y(limit))}" y2="${pixel(y(limit))}"/>`;
}

function drawNumbers({ numbers = [] }, { xOfTime, top }) {
  return numbers.map(({ id, from, to }) => {
    const middle = pixel((xOfTime(from) + xOfTime(to)) / 2);
    return `<g class="mark"><circle cx="${middle}" cy="${top - 1}" r="8"/><text x="${middle}" y="${top + 3}" text-anchor="middle">${esc(id)}</text></g>`;
  }).join('');
}

function drawPeak(spec, { x, y, step, right }) {
  const row = spec.rows[spec.peak];
  if (!row) return '';
  const value = ofKind(spec, 'bar').reduce((sum, { key }) => sum + (row[key] ?? 0), 0);
  const middle = x(spec.peak) + step / 2;
  const isRight = middle > right - 60;
  return `<text class="note" x="${pixel(isRight ? middle - 4 : middle + 4)}" y="${pixel(y(value) - 4)}" text-anchor="${isRight ? 'end' : 'start'}">peak ${esc(spec.peakWord?.(value) ?? value)}</text>`;
}

function drawAxis(spec, plot) {
  if (spec.axis === false || !spec.rows.length) return '';
  return spec.time ? drawTimeAxis(spec, plot) : drawNames(spec, plot);
}

function drawNames({ rows, name }, { x, step, height }) {
  return rows.map((row, index) => `<text class="tick" x="${pixel(x(index) + step / 2)}" y="${height - 5}" text-anchor="middle">${esc(name(row))}</text>`).join('');
}

/** Labels stand at round times of the zone in force. */
function drawTimeAxis({ rows }, { left, right, height, xOfTime }) {
  const start = rows[0].t;
  const end = rows.at(-1).t;
  const atMost = Math.max(2, Math.floor((right - left) / LABEL_WIDTH));
  const step = TIME_STEPS.find((candidate) => (end - start) / candidate <= atMost) ?? TIME_STEPS.at(-1);
  const label = step >= DAY ? monthDay : (ms) => (hourMinute(ms) === '00:00' && end - start > DAY ? monthDay(ms) : hourMinute(ms));
  const offset = zoneOffset(start) * MINUTE;
  let text = '';
  for (let local = Math.ceil((start + offset) / step) * step; local - offset <= end; local += step) {
    const ms = local - zoneOffset(local - offset) * MINUTE;
    const x = xOfTime(ms);
    if (x > right - 14) continue;
    text += `<text class="tick" x="${pixel(Math.max(x, left + 12))}" y="${height - 5}" text-anchor="middle">${label(ms)}</text>`;
  }
  return text;
}

/** Everything of a chart but its crosshair, from back to front. */
export const drawLayers = (spec, plot) => [drawBands, drawGrid, drawBars, drawBefore, drawLines, drawLimit, drawNumbers, drawPeak, drawAxis]
  .map((layer) => layer(spec, plot)).join('');
