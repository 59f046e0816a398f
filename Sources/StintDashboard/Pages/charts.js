// Charts in hand-written SVG, one custom element. Colours come from the style sheet, so a theme needs no drawing.
// Focused: arrows and Page keys move the crosshair, Enter opens, d shows the figures as a table.
import { esc, hourMinute, monthDay, zoneOffset } from './formats.js';

/**
 * @typedef {object} Series
 * @property {string} key Member of a row; null there is a gap.
 * @property {string} name For the table.
 * @property {'bar'|'line'} kind Bars of one row stack in the order of the series.
 * @property {string} mark Class that colours it.
 * @property {(value: number) => string} [format] For the table.
 *
 * @typedef {object} Spec
 * @property {string} label One sentence that says what the chart shows.
 * @property {object[]} rows At most 400 bars. With `time`, each has `t` (ms), its start; `partial` draws it pale.
 * @property {Series[]} series
 * @property {boolean} [time] The axis is one of time; else rows stand side by side, named by `name(row)`.
 * @property {string} [before] Member drawn as a dashed outline: the same bar in the period before.
 * @property {number} [height] @property {number} [left] @property {number} [top] Pixels.
 * @property {boolean} [axis] false: no labels below.
 * @property {number[]} [ticks] @property {(value: number) => string} [format] Of the vertical axis.
 * @property {boolean} [whole] The values are counts.
 * @property {{from: number, to: number, mark?: string}[]} [bands] Shaded spans (ms).
 * @property {{id: string, from: number, to: number}[]} [numbers] Numbered spans (ms).
 * @property {number} [peak] Index of the row to be named as the peak. @property {(value: number) => string} [peakWord]
 * @property {number} [limit] A line across.
 * @property {string} [group] Charts of one group share their crosshair.
 * @property {(row: object) => string} tip Markup told at the crosshair.
 * @property {(row: object) => string} [name] What a row is called, in the table and on an axis without time.
 * @property {(row: object) => void} [open] On click and Enter.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [1, 5, 10, 15, 30].map((n) => n * MINUTE).concat([1, 2, 3, 6, 12].map((n) => n * HOUR), [1, 2, 7, 14, 28].map((n) => n * DAY));
const LABEL_WIDTH = 62;

/** Round values from 0 to at least `max`, three or four of them; `whole`: of counts. */
export function roundTicks(max, whole = false) {
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
export function thinned(xs, ys, columns) {
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

const pixel = (value) => value.toFixed(1);

class Chart extends HTMLElement {
  #spec = null;
  #plot = null;
  #svg = null;
  #tip = null;
  #at = -1;
  #resizes = new ResizeObserver(() => { if (this.clientWidth !== this.#plot?.width) this.#draw(); });

  /** @param {Spec} spec */
  set spec(spec) {
    this.#spec = spec;
    this.#draw();
  }

  get spec() { return this.#spec; }

  connectedCallback() {
    this.#resizes.observe(this);
    this.#draw();
  }

  disconnectedCallback() { this.#resizes.disconnect(); }

  /** Moves the crosshair to a row; −1 takes it away. `quietly` leaves out the words: another chart of the group says them. */
  point(index, quietly = false) {
    this.#at = index;
    const row = this.#spec.rows[index];
    const cross = this.#svg.querySelector('.cross');
    this.#tip.hidden = !row || quietly;
    cross.setAttribute('visibility', row ? 'visible' : 'hidden');
    if (!row) return;
    const x = this.#plot.x(index) + this.#plot.step / 2;
    cross.setAttribute('x1', x);
    cross.setAttribute('x2', x);
    if (quietly) return;
    this.#tip.innerHTML = this.#spec.tip(row);
    const { width, top } = this.#plot;
    const tipWidth = this.#tip.offsetWidth;
    const beside = x + (x > width / 2 ? -tipWidth - 10 : 10);
    this.#tip.style.transform = `translate(${Math.max(0, Math.min(width - tipWidth, beside))}px, ${top + 2}px)`;
  }

  #draw() {
    const spec = this.#spec;
    const width = this.clientWidth;
    if (!spec || !width) return;
    if (!this.#svg) this.#build();
    const plot = this.#plot = measure(spec, width);
    this.#svg.setAttribute('width', width);
    this.#svg.setAttribute('height', plot.height);
    this.#svg.setAttribute('viewBox', `0 0 ${width} ${plot.height}`);
    this.#svg.setAttribute('aria-label', `${spec.label}. Arrow keys read values, d shows a table.`);
    this.#svg.classList.toggle('opens', Boolean(spec.open));
    this.#svg.innerHTML = [drawBands, drawGrid, drawBars, drawBefore, drawLines, drawLimit, drawNumbers, drawPeak, drawAxis]
      .map((part) => part(spec, plot)).join('')
      + `<line class="cross" y1="${plot.top}" y2="${plot.bottom}" visibility="hidden"/>`;
    if (this.#at >= spec.rows.length) this.#at = -1;
    this.point(this.#at, this.#tip.hidden);
  }

  #build() {
    this.innerHTML = '<svg role="img" tabindex="0"></svg><div class="tip" aria-live="polite" hidden></div>';
    [this.#svg, this.#tip] = this.children;
    this.#svg.addEventListener('pointermove', (event) => this.#pointAll(this.#rowAt(event.offsetX)));
    this.#svg.addEventListener('pointerleave', () => this.#pointAll(-1));
    this.#svg.addEventListener('blur', () => this.#pointAll(-1));
    this.#svg.addEventListener('click', (event) => this.#open(this.#rowAt(event.offsetX)));
    this.#svg.addEventListener('keydown', (event) => this.#press(event));
  }

  #rowAt(x) {
    const { left, step } = this.#plot;
    const index = Math.floor((x - left) / step);
    return this.#spec.rows[index] ? index : -1;
  }

  #pointAll(index) {
    const { group } = this.#spec;
    if (!group) return this.point(index);
    for (const chart of document.querySelectorAll('x-chart')) if (chart.spec?.group === group) chart.point(index, chart !== this);
  }

  #open(index) {
    const row = this.#spec.rows[index];
    if (row) this.#spec.open?.(row);
  }

  #press(event) {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const last = this.#spec.rows.length - 1;
    const steps = { ArrowRight: 1, ArrowLeft: -1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step) this.#pointAll(Math.max(0, Math.min(last, this.#at < 0 ? (step < 0 && step > -Infinity ? last : step > 0 && step < Infinity ? 0 : this.#at + step) : this.#at + step)));
    else if (event.key === 'Escape' && this.#at >= 0) this.#pointAll(-1);
    else if (event.key === 'Enter') this.#open(this.#at);
    else if (event.key === 'd') this.dispatchEvent(new CustomEvent('chart-table', { bubbles: true, detail: chartTable(this.#spec) }));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
customElements.define('x-chart', Chart);

/** Where everything of a chart stands, in pixels. */
function measure(spec, width) {
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

/** The figures of a chart as rows of text, for a table. */
function chartTable({ label, rows, series, name, before, time }) {
  const columns = series.map(({ name: title, key, format = tableNumber }) => ({ title, text: (row) => (row[key] == null ? '–' : format(row[key])) }));
  if (before) columns.push({ title: 'before', text: (row) => (row[before] == null ? '–' : tableNumber(row[before])) });
  return { title: label, head: [time ? 'Time' : 'Range', ...columns.map((column) => column.title)], rows: rows.map((row) => [name(row), ...columns.map((column) => column.text(row))]) };
}

const tableNumber = (value) => String(Math.round(value * 100) / 100);

/** A small trend without axes, null a gap; the number beside it carries the value. `max` is its least full height. */
export function spark(values, { width = 96, height = 22, max = 0 } = {}) {
  const greatest = Math.max(max, ...values.map((value) => value ?? 0)) * 1.06 || 1;
  const step = (width - 2) / Math.max(1, values.length - 1);
  let pen = 'M';
  const path = values.map((value, index) => {
    if (value == null) { pen = 'M'; return ''; }
    const point = `${pen}${pixel(1 + index * step)} ${pixel(height - 1.5 - value / greatest * (height - 3))}`;
    pen = 'L';
    return point;
  }).join('');
  return `<svg class="spark" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true"><path d="${path}"/></svg>`;
}

/** Small columns without axes: counts over time. */
export function columns(values, { width = 90, height = 20 } = {}) {
  const greatest = Math.max(...values, 1);
  const step = width / Math.max(1, values.length);
  const bars = values.map((value, index) => {
    const tall = Math.max(value ? 1.5 : 0.7, value / greatest * height);
    return `<rect x="${pixel(index * step)}" y="${pixel(height - tall)}" width="${pixel(Math.max(0.7, step - 1))}" height="${pixel(tall)}"/>`;
  }).join('');
  return `<svg class="cols" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" aria-hidden="true">${bars}</svg>`;
}
