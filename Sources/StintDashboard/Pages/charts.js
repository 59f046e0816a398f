// Charts in hand-written SVG, one custom element. Colours come from the style sheet, so a theme needs no drawing.
// Focused: arrows and Page keys move the crosshair, Enter opens, d shows the figures as a table.
import { drawLayers, measure, pixel } from './chart-drawing.js';

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

class Chart extends HTMLElement {
  #spec = null;
  #plot = null;
  #svg = null;
  #tip = null;
  #at = -1;
  #width = 0;
  /** The width comes from the observer, which knows it; asking for it would lay the page out once a chart. */
  #resizes = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === this.#width) return;
    this.#width = contentRect.width;
    this.#draw();
  });

  /** @param {Spec} spec */
  set spec(spec) {
    this.#spec = spec;
    this.#draw();
  }

  get spec() { return this.#spec; }

  connectedCallback() { this.#resizes.observe(this); }

  disconnectedCallback() { this.#resizes.disconnect(); }

  /** Moves the crosshair to a row; −1 takes it away. `quietly` leaves out the words: another chart of the group says them. */
  point(index, quietly = false) {
    this.#at = index;
    if (!this.#plot) return;
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
    const width = this.#width;
    if (!spec || !width) return;
    if (!this.#svg) this.#build();
    const plot = this.#plot = measure(spec, width);
    this.#svg.setAttribute('width', width);
    this.#svg.setAttribute('height', plot.height);
    this.#svg.setAttribute('viewBox', `0 0 ${width} ${plot.height}`);
    this.#svg.setAttribute('aria-label', `${spec.label}. Arrow keys read values, d shows a table.`);
    this.#svg.classList.toggle('opens', Boolean(spec.open));
    this.#svg.innerHTML = `${drawLayers(spec, plot)}<line class="cross" y1="${plot.top}" y2="${plot.bottom}" visibility="hidden"/>`;
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
    const from = { ArrowRight: [1, 0], ArrowLeft: [-1, last], PageUp: [-10, last], PageDown: [10, 0], Home: [-Infinity, 0], End: [Infinity, last] }[event.key];
    if (from) {
      const [step, atFirst] = from;
      this.#pointAll(this.#at < 0 ? atFirst : Math.max(0, Math.min(last, this.#at + step)));
    }
    else if (event.key === 'Escape' && this.#at >= 0) this.#pointAll(-1);
    else if (event.key === 'Enter') this.#open(this.#at);
    else if (event.key === 'd') this.dispatchEvent(new CustomEvent('chart-table', { bubbles: true, detail: chartTable(this.#spec) }));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
customElements.define('x-chart', Chart);

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
