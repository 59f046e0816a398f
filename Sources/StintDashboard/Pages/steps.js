// The steps of an execution on its time axis: a row each, that opens to its tries. However many there are, only those
// near the window are in the document.
import { isFailure } from './account.js';
import { serverNow } from './api.js';
import { clock, compact, count, duration, esc, offset, ticking, usd } from './formats.js';
import { longText, said, saidInBrief, textOf } from './said.js';
import { icon, statusSign, statusWord } from './signs.js';
import { tickOf } from './step-rows.js';

/** Up to so many rows all are drawn at once. */
const ALL_AT_ONCE = 200;
const CHUNK = 40;
const MARGIN = '900px';
/** Of the failed steps, so many start open. */
const OPEN_AT_FIRST = 20;
const DEEPEST = 6;

/**
 * @typedef {object} StepsShown
 * @property {import('./step-rows.js').StepRow[]} rows
 * @property {number} start of the attempt, in milliseconds
 * @property {number} span of the axis, in seconds
 * @property {Map<string, {median: number, n: number}>} usual seconds by the name of a step
 * @property {object[]} modelCalls
 * @property {number | null} silentFrom since when nothing was heard, in seconds since `start`
 */
export class StepList {
  #element;
  #shown = null;
  #visible = [];
  #open = new Set();
  #folded = new Set();
  #wasOpened = new Set();
  #chunks = [];
  #rowHeight = 46;
  #observer;

  /** @param {HTMLElement} element that the rows are put into */
  constructor(element, signal) {
    this.#element = element;
    this.#observer = new IntersectionObserver((entries) => entries.forEach((entry) => this.#cross(entry)), {
      root: element.closest('.peek'), rootMargin: MARGIN,
    });
    element.addEventListener('click', (event) => this.#press(event));
    signal.addEventListener('abort', () => this.#observer.disconnect());
  }

  /** @param {StepsShown} shown @param {number} nowMs */
  show(shown, nowMs) {
    const isSameAxis = this.#shown?.span === shown.span && this.#shown.start === shown.start;
    this.#shown = shown;
    this.#openFailures(shown.rows);
    const before = this.#visible;
    this.#visible = this.#unfolded(shown.rows);
    const isSame = isSameAxis && before.length === this.#visible.length
      && before.every((row, index) => row.key === this.#visible[index].key && row.depth === this.#visible[index].depth);
    if (isSame) this.#renew(nowMs);
    else this.#redraw(nowMs);
  }

  /** Moves the clocks and the bars of what works. @returns {number} how long the longest has been at it, on the axis */
  tick(nowMs) {
    if (!this.#shown) return 0;
    const { start, span } = this.#shown;
    const reached = (nowMs - start) / 1000;
    for (const bar of this.#element.querySelectorAll('[data-from]')) {
      bar.setAttribute('width', share(reached - Number(bar.dataset.from), span));
    }
    for (const time of this.#element.querySelectorAll('[data-since]')) {
      time.textContent = ticking((nowMs - Number(time.dataset.since)) / 1000);
    }
    return reached;
  }

  /** Opens every step, or closes them all where most are open. */
  toggleAll(nowMs) {
    const { rows } = this.#shown;
    const opens = this.#open.size < rows.length / 2;
    this.#open = new Set(opens ? rows.map(({ key }) => key) : []);
    this.#redraw(nowMs);
  }

  #openFailures(rows) {
    for (const { key, status } of rows) {
      if (!isFailure(status) || this.#wasOpened.has(key) || this.#wasOpened.size >= OPEN_AT_FIRST) continue;
      this.#wasOpened.add(key);
      this.#open.add(key);
    }
  }

  #unfolded(rows) {
    const visible = [];
    for (let index = 0; index < rows.length; index += 1) {
      visible.push(rows[index]);
      if (this.#folded.has(rows[index].key)) index += rows[index].inner;
    }
    return visible;
  }

  // Drawing

  #redraw(nowMs) {
    const focused = this.#focused();
    this.#observer.disconnect();
    this.#element.style.setProperty('--grid', `${(100 * tickOf(this.#shown.span) / this.#shown.span).toFixed(3)}%`);
    this.#chunks = [];
    const isAll = this.#visible.length <= ALL_AT_ONCE;
    const parts = [];
    for (let first = 0; first < this.#visible.length; first += CHUNK) {
      const chunk = { element: document.createElement('div'), first, drawn: null };
      chunk.element.className = 'chunk';
      this.#chunks.push(chunk);
      parts.push(chunk.element);
      if (isAll || first === 0) this.#fill(chunk, nowMs);
    }
    this.#element.replaceChildren(...parts);
    if (!isAll) {
      this.#rowHeight = this.#element.querySelector('.r')?.offsetHeight || this.#rowHeight;
      for (const chunk of this.#chunks) {
        if (!chunk.drawn) this.#empty(chunk);
        this.#observer.observe(chunk.element);
      }
    }
    this.#focus(focused);
  }

  #rowsOf({ first }) { return this.#visible.slice(first, first + CHUNK); }

  #fill(chunk, nowMs) {
    chunk.drawn = this.#rowsOf(chunk).map((row, index) => this.#row(row, chunk.first + index, nowMs));
    chunk.element.innerHTML = chunk.drawn.join('');
    chunk.element.style.removeProperty('height');
  }

  /** Leaves its room behind. */
  #empty(chunk) {
    const height = chunk.drawn ? chunk.element.offsetHeight : this.#rowsOf(chunk).length * this.#rowHeight;
    chunk.element.style.height = `${height}px`;
    chunk.element.replaceChildren();
    chunk.drawn = null;
  }

  #cross({ target, isIntersecting }) {
    const chunk = this.#chunks.find(({ element }) => element === target);
    if (!chunk || isIntersecting === Boolean(chunk.drawn)) return;
    if (isIntersecting) this.#fill(chunk, serverNow());
    else if (!chunk.element.contains(document.activeElement)) this.#empty(chunk);
  }

  /** Replaces the rows that changed, but not one that is being read. */
  #renew(nowMs) {
    for (const chunk of this.#chunks) {
      if (!chunk.drawn) continue;
      this.#rowsOf(chunk).forEach((row, index) => {
        const markup = this.#row(row, chunk.first + index, nowMs);
        const element = chunk.element.children[index];
        if (markup === chunk.drawn[index] || isBusy(element)) return;
        const focused = element.contains(document.activeElement) ? this.#focused() : null;
        chunk.drawn[index] = markup;
        element.outerHTML = markup;
        this.#focus(focused);
      });
    }
  }

  // What the reader does

  #press(event) {
    const button = event.target.closest('button[data-act]');
    const row = this.#visible[Number(button?.closest('[data-index]').dataset.index)];
    if (!row) return;
    if (button.dataset.act === 'fold') {
      toggle(this.#folded, row.key);
      this.#visible = this.#unfolded(this.#shown.rows);
      this.#redraw(serverNow());
    } else {
      toggle(this.#open, row.key);
      this.#renew(serverNow());
    }
  }

  #focused() {
    const element = document.activeElement;
    if (!this.#element.contains(element) || !element.dataset.act) return null;
    return { key: this.#visible[Number(element.closest('[data-index]').dataset.index)]?.key, act: element.dataset.act };
  }

  #focus(focused) {
    if (!focused) return;
    const index = this.#visible.findIndex(({ key }) => key === focused.key);
    this.#element.querySelector(`[data-index="${index}"] [data-act="${focused.act}"]`)?.focus({ preventScroll: true });
  }

  // Markup

  #row(row, index, nowMs) {
    const isOpen = this.#open.has(row.key);
    const time = row.since !== null ? `<span data-since="${row.since}">${ticking((nowMs - row.since) / 1000)}</span>`
      : row.seconds !== null ? duration(row.seconds) : row.word;
    const total = row.tokens ? row.tokens.input + row.tokens.output : null;
    return `<div class="step" data-index="${index}"><div class="r">
      <span class="name d${Math.min(DEEPEST, row.depth)}">${this.#foldButton(row)}<button type="button" data-act="open" aria-expanded="${isOpen}">${CARET}${icon(row.status)}<span class="words"><span class="cut">${saidInBrief(row.name)}<span class="sr"> ${esc(row.status === 'pending' ? row.word : statusWord(row.status))}</span></span><span class="act cut">${saidInBrief(row.remark)}</span></span></button></span>
      ${this.#lane(row, nowMs)}<span class="num">${time}</span><span class="num t2">${compact(total)}</span><span class="num t2">${usd(row.costUsd)}</span><span class="num t2">${row.tryNumber ?? '–'}</span></div>${isOpen ? this.#more(row) : ''}</div>`;
  }

  #foldButton({ key, name, inner }) {
    if (!inner) return '';
    const isFolded = this.#folded.has(key);
    return `<button type="button" class="fold" data-act="fold" aria-expanded="${!isFolded}" aria-label="${esc(`${isFolded ? 'Show' : 'Hide'} the ${inner} steps inside ${name}`)}">${isFolded ? '+' : '−'}<small>${compact(inner)}</small></button>`;
  }

  #lane({ bars, name, status }, nowMs) {
    if (!bars.length) return '<span class="lane"></span>';
    const { span, start, usual, silentFrom } = this.#shown;
    const reached = (nowMs - start) / 1000;
    let marks = '';
    const median = usual.get(name)?.median;
    const last = bars.at(-1);
    if (median) marks += `<rect class="ghost" x="${share(last.from, span)}" y="3" width="${share(Math.min(median, span - last.from), span)}" height="20" rx="2"><title>usual: ${duration(median)}</title></rect>`;
    bars.forEach((bar, index) => {
      const before = bars[index - 1];
      if (before?.to != null) marks += `<line class="wait" x1="${share(before.to, span)}" x2="${share(bar.from, span)}" y1="13" y2="13"/>`;
    });
    for (const bar of bars) {
      const to = bar.to ?? reached;
      const fill = bar.status === 'lost' ? 'running' : bar.status;
      const grows = bar.to === null ? ` data-from="${bar.from}"` : '';
      marks += `<rect class="f-${esc(fill)}" x="${share(bar.from, span)}" y="6" width="${share(to - bar.from, span)}" height="14" rx="2"${grows}/>`
        + `<rect class="f-${esc(fill)}" x="${share(bar.from, span)}" y="6" width="2" height="14"/>`;
    }
    if (status === 'lost' && silentFrom !== null) {
      marks += `<rect class="silent" x="${share(silentFrom, span)}" y="6" width="${share(reached - silentFrom, span)}" height="14" data-from="${silentFrom}"><title>nothing heard</title></rect>`;
    }
    return `<span class="lane"><svg width="100%" height="26" aria-hidden="true">${marks}</svg></span>`;
  }

  #more(row) {
    return `<div class="more"><div><h3>${row.bars.length > 1 ? 'Attempts' : 'Timing'}</h3>${this.#tries(row)}</div>
      <div><h3>Use</h3><dl class="kv">${this.#use(row).map(([term, text]) => `<dt>${term}</dt><dd>${text}</dd>`).join('')}</dl></div>
      ${this.#error(row)}</div>`;
  }

  #tries({ bars }) {
    if (!bars.length) return '<p class="dim">Did not start</p>';
    const { start } = this.#shown;
    const until = ({ to, status }) => (to === null ? 'now' : `${status === 'lost' ? 'last event ' : ''}${clock(start + to * 1000)}`);
    const tries = bars.map((bar) => `<tr><td class="dim">${bar.step.try ?? 1}</td><td>${statusSign(bar.status)}</td><td class="num">${offset(bar.from)}</td>
      <td class="num">${bar.to === null ? '' : duration(bar.step.durationSeconds ?? bar.to - bar.from)}</td><td class="dim nowrap">${clock(start + bar.from * 1000)} – ${until(bar)}</td></tr>`);
    return `<table><thead class="sr"><tr><th>Try</th><th>Status</th><th>Began</th><th>Took</th><th>From, to</th></tr></thead><tbody>${tries.join('')}</tbody></table>`;
  }

  #use({ key, name, seconds, tokens, costUsd, last }) {
    const usual = this.#shown.usual.get(name);
    const calls = this.#shown.modelCalls.filter(({ step }) => step === key);
    const models = [...new Set(calls.map(({ model }) => model).filter(Boolean))];
    const facts = [['Usual time', usual ? `${duration(usual.median)} (median of ${usual.n} that succeeded)${compared(seconds, usual.median)}` : 'no history yet']];
    facts.push(['Tokens', tokens ? `${count(tokens.input)} in, ${count(tokens.output)} out` : 'not reported']);
    if (costUsd != null) facts.push(['Cost', usd(costUsd)]);
    if (calls.length) facts.push(['Model calls', `${count(calls.length)}${models.length ? `, ${models.map(saidInBrief).join(', ')}` : ''}`]);
    if (last.kind) facts.push(['Sort', saidInBrief(last.kind)]);
    for (const [term, value] of Object.entries(last.attributes ?? {})) facts.push([saidInBrief(term), saidInBrief(textOf(value))]);
    if (last.activity) facts.push(['Activity', longText(last.activity)]);
    return facts;
  }

  /** What its tries failed with; the same words once. */
  #error({ errors, bars }) {
    const byWords = Map.groupBy(errors, ({ error }) => JSON.stringify(error));
    return [...byWords.values()].map((same) => {
      const [{ error: { type, message, cause, stack } }] = same;
      const numbers = bars.length > 1 ? `Try ${same.map(({ number }) => number).join(', ')}: ` : '';
      return `<div class="wide"><h3 class="s-failed">${numbers}${saidInBrief(type ?? 'Error')}</h3>${longText(message ?? '')}${cause ? `<p class="dim">cause: ${longText(cause)}</p>` : ''}
        ${stack ? `<details><summary>Stack trace</summary><pre class="code" tabindex="0">${said(stack)}</pre></details>` : ''}</div>`;
    }).join('');
  }
}

const CARET = '<svg class="caret" width="8" height="8" viewBox="0 0 8 8" aria-hidden="true"><path d="M2 1l4 3-4 3z" fill="currentColor"/></svg>';

const share = (seconds, span) => `${(100 * Math.max(0, Math.min(1, seconds / span))).toFixed(3)}%`;

function compared(seconds, median) {
  if (seconds == null || !(median > 0)) return '';
  const by = 100 * (seconds / median - 1);
  return `, this one ${by < 0 ? '−' : '+'}${Math.round(Math.abs(by))} %`;
}

function toggle(set, key) {
  if (!set.delete(key)) set.add(key);
}

/** Whether text in it is selected: it must not go from under the reader. To ask has the page laid out. */
export function isBusy(element) {
  const selection = getSelection();
  return !selection.isCollapsed && selection.containsNode(element, true);
}
