// Executions: which ones, exactly?
import { Failure, get, serverNow } from './api.js';
import { COLUMNS, COLUMN_COUNT, cells, pathOf, tickRow } from './execution-row.js';
import { clock, count, esc, hourMinute, stamp } from './formats.js';
import { drawAgents, drawCounts, drawHistogram, filters, wireFilters } from './list-filters.js';
import { leave, recall, remember, seenBefore } from './list-memory.js';
import { GROUPS, ListView } from './list-view.js';
import { listedAt, matches } from './matching.js';
import { failurePanel, firstUse, nothingMatches, showLoading } from './states.js';

/** Past so many, arrivals wait to be asked for, and are then loaded as a page. */
const MOST_ROWS = 300;
const FIGURES_MS = 30_000;
const CLOCK_FAULT_MS = 60_000;

/** @returns {Promise<import('./app.js').PageHandlers>} */
export async function executions(context) {
  const page = new ListPage(context);
  await page.open();
  return page.handlers;
}

class ListPage {
  #context;
  #view;
  #parameters = null;
  #items = [];
  #nextCursor = null;
  #held = new Map();
  /** What each row shows. */
  #drawn = new WeakMap();
  #histories = new Map();
  #figures = null;
  #figuresAt = 0;
  #figuresAreStale = false;
  #seen = null;

  constructor(context) {
    this.#context = context;
    this.#view = new ListView(context.query);
  }

  get handlers() {
    return {
      tick: (nowMs) => this.#tick(nowMs),
      release: () => this.#showHeld(),
      copyCommand: this.#view.command,
      keys: Object.fromEntries(GROUPS.map((group, index) => [String(index + 1), () => this.#go(this.#view.withStatus(group))])),
    };
  }

  get #root() { return this.#context.root; }
  get #body() { return this.#root.querySelector('tbody'); }
  get #address() { return location.pathname + location.search; }
  #go(address) { this.#context.navigate(address); }

  // Loading

  async open() {
    const { signal, root } = this.#context;
    const recalled = recall(this.#address);
    // Beside the list, and left without a word when the page is.
    this.#loadFigures().catch((failure) => { if (failure.name !== 'AbortError') throw failure; });
    if (recalled?.list) this.#takePage(recalled.list);
    else {
      const stopWaiting = showLoading(root, 'Executions');
      try {
        this.#takePage(await this.#loadPage());
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure;
        return this.#fail(failure);
      } finally {
        stopWaiting();
      }
    }
    this.#seen = seenBefore(this.#view.identity, serverNow());
    this.#draw();
    if (recalled) this.#selectAgain(recalled.current);
    this.#follow();
    this.#noteLeaving(signal);
    if (!this.#items.length && !this.#view.cursor) await this.#welcome();
  }

  /** @param {URLSearchParams} [parameters] with the range as it was counted before */
  async #loadPage(parameters = null) {
    const askedMs = serverNow();
    const asked = parameters ?? this.#view.parameters(askedMs);
    const query = new URLSearchParams(asked);
    if (this.#view.cursor) query.set('cursor', this.#view.cursor);
    const before = Date.now();
    const { items, nextCursor } = await get('/v1/executions', query, { signal: this.#context.signal });
    // The first answer tells what time it is; the range may have been counted from a wrong clock.
    const wasWrong = Math.abs(serverNow() - askedMs - (Date.now() - before)) > CLOCK_FAULT_MS;
    if (wasWrong && !parameters && this.#view.since) return this.#loadPage();
    return { items, nextCursor: nextCursor ?? null, parameters: asked };
  }

  #takePage({ items, nextCursor, parameters }) {
    this.#items = items;
    this.#nextCursor = nextCursor;
    // A cursor holds for the range it was given for.
    this.#parameters = parameters;
  }

  /** Figures serve the buttons, the histogram and the bars of the rows; a list is a list without them. */
  async #loadFigures() {
    this.#figuresAt = serverNow();
    this.#figuresAreStale = false;
    try {
      const range = this.#view.metricsRange(serverNow());
      this.#figures = await get('/v1/metrics', { ...range, agent: this.#view.agent || null }, { signal: this.#context.signal });
    } catch (failure) {
      if (failure.name === 'AbortError') throw failure;
      return;
    }
    for (const agent of this.#figures.performance.byAgent) this.#histories.set(agent.agentName, agent);
    if (!this.#root.querySelector('form.filters')) return;
    this.#drawFigures();
    for (const execution of this.#items) this.#redraw(execution);
  }

  /** After what the feed did not tell: rows change in place, new ones arrive. */
  async #catchUp() {
    const { items } = await this.#loadPage(this.#parameters).catch(() => ({ items: [] }));
    items.forEach((summary) => this.#hear(summary));
    this.#figuresAreStale = true;
  }

  #fail(failure) {
    this.#root.innerHTML = `<div class="head"><h1>Executions</h1></div>${failurePanel(failure, { title: 'This list could not be read' })}
      <p class="sub"><a href="/executions?since=24h">The last 24 hours, without any filter</a></p>`;
    this.#root.querySelector('[data-retry]')?.addEventListener('click', () => this.open());
  }

  /** On a server where nothing was ever recorded, how to begin. */
  async #welcome() {
    const { signal } = this.#context;
    const { items } = await get('/v1/executions', { limit: 1 }, { signal });
    if (items.length || this.#items.length) return;
    this.#root.querySelector('.nothing').innerHTML = await firstUse({ signal });
  }

  #noteLeaving(signal) {
    const note = () => leave(this.#view.identity, this.#seen, serverNow());
    addEventListener('pagehide', note, { signal });
    signal.addEventListener('abort', note);
  }

  /** Where one was before opening an execution; the frame scrolls to the top first. */
  #selectAgain(id) {
    setTimeout(() => {
      const row = this.#row(id);
      row?.setAttribute('aria-selected', 'true');
      row?.scrollIntoView({ block: 'center' });
    });
  }

  // Drawing

  #draw() {
    const view = this.#view;
    const nowMs = serverNow();
    const focused = this.#root.contains(document.activeElement) ? document.activeElement.name : '';
    this.#root.innerHTML = `
      <div class="head"><h1>Executions</h1><span class="dim">${esc(view.rangeWords(nowMs))}${view.goesByFinish ? ', by their end' : ''}${view.isNewestFirst ? '' : ', oldest first'}</span>
        <div class="acts"><button type="button" data-copy="${esc(view.command)}" title="${esc(view.command)}"><code>stint list …</code> copy as command</button></div></div>
      <section class="panel">
        ${filters(view)}
        <button type="button" class="pill" hidden></button>
        <div class="scroll" ${this.#items.length ? '' : 'hidden'}><table class="cards executions"><thead>${COLUMNS}</thead><tbody></tbody></table></div>
        <div class="nothing" ${this.#items.length ? 'hidden' : ''}>${nothingMatches({ withoutStatus: view.statuses.length ? view.address({ status: null }) : null, cleared: '/executions?since=24h' })}</div>
        <div class="pager"></div>
      </section>`;
    this.#body.append(...this.#items.map((execution) => this.#newRow(execution, nowMs)));
    this.#drawSeen();
    this.#drawPager();
    this.#drawFigures();
    // Before the field listens: nobody asked for suggestions.
    if (focused) this.#root.querySelector(`[name="${CSS.escape(focused)}"]`)?.focus();
    wireFilters(this.#root, view, {
      go: (address) => this.#go(address), agents: () => this.#agentNames(),
      ends: () => ({ from: this.#parameters.get('from') ?? this.#figures?.from, to: this.#parameters.get('to') ?? this.#figures?.to }),
    });
    this.#root.querySelector('.pill').addEventListener('click', () => this.#showHeld());
    this.#remember();
  }

  #newRow(execution, nowMs) {
    const row = document.createElement('tr');
    row.className = 'go';
    row.dataset.id = execution.id;
    row.dataset.href = pathOf(execution.id);
    this.#drawCells(row, execution, nowMs);
    return row;
  }

  #row(id) { return this.#body?.querySelector(`[data-id="${CSS.escape(id)}"]`) ?? null; }

  /** In its place, whatever has become of it; the focus stays. */
  #redraw(execution) {
    const row = this.#row(execution.id);
    if (!row) return;
    const hadFocus = row.contains(document.activeElement);
    this.#drawCells(row, execution, serverNow());
    if (hadFocus) row.querySelector('a').focus();
  }

  #drawCells(row, execution, nowMs) {
    const markup = cells(execution, this.#histories.get(execution.agent), nowMs);
    if (this.#drawn.get(row) === markup) return;
    this.#drawn.set(row, markup);
    row.innerHTML = markup;
  }

  /** The line above what was there at the last visit. */
  #drawSeen() {
    const view = this.#view;
    if (this.#seen === null || view.cursor || !view.isNewestFirst) return;
    const first = this.#items.findIndex((execution) => listedAt(this.#parameters, execution) < this.#seen);
    if (first <= 0) return;
    const line = document.createElement('tr');
    line.className = 'seen';
    line.innerHTML = `<td colspan="${COLUMN_COUNT}"><div>seen before ${this.#seenWords()}</div></td>`;
    this.#row(this.#items[first].id).before(line);
  }

  #seenWords() {
    const words = stamp(this.#seen, serverNow());
    return words === clock(this.#seen) ? hourMinute(this.#seen) : words;
  }

  #drawPager() {
    const view = this.#view;
    const pager = this.#root.querySelector('.pager');
    const listed = this.#items.map((execution) => listedAt(this.#parameters, execution)).filter((ms) => ms !== null);
    const isWhole = !this.#nextCursor && !view.cursor;
    const shown = `${count(this.#items.length)} ${isWhole ? 'in all' : 'shown'}`;
    const span = listed.length ? `, ${stamp(listed[0], serverNow())} to ${stamp(listed.at(-1), serverNow())}` : '';
    pager.hidden = !this.#items.length && !view.cursor;
    const [back, on] = view.isNewestFirst ? ['Newer', 'Older'] : ['Older', 'Newer'];
    pager.innerHTML = `<button type="button" data-back-page ${view.cursor ? '' : 'disabled'}>${back}</button>
      <button type="button" data-next-page ${this.#nextCursor ? '' : 'disabled'}>${on}</button>
      ${view.cursor ? `<a href="${esc(view.address({}))}">First page</a>` : ''}<span class="dim">${shown}${span}</span>`;
    pager.querySelector('[data-back-page]').addEventListener('click', () => history.back());
    pager.querySelector('[data-next-page]').addEventListener('click', () => this.#openNextPage());
  }

  #openNextPage() {
    // The range counts from when this page was loaded: a cursor holds for one range.
    const from = this.#parameters.get('from');
    this.#go(this.#view.address({ since: null, from, cursor: this.#nextCursor }));
  }

  // Figures

  #drawFigures() {
    drawAgents(this.#root, this.#view, this.#agentNames());
    if (!this.#figures) return;
    drawCounts(this.#root, this.#view, this.#figures);
    drawHistogram(this.#root, this.#view, this.#figures, (address) => this.#go(address));
  }

  #agentNames() {
    const names = new Set([this.#view.agent, ...this.#histories.keys(), ...this.#items.map(({ agent }) => agent)]);
    for (const { agentName } of this.#figures?.realtime.executionsInProgress ?? []) names.add(agentName);
    return [...names].filter(Boolean).sort();
  }

  // Live

  #follow() {
    let wasLive = false;
    this.#context.live({ agent: this.#view.agent || null, status: this.#view.statuses }, {
      onExecution: (summary) => this.#hear(summary),
      onReset: () => this.#catchUp(),
      // Between the page and the feed something may have happened.
      onState: ({ state }) => {
        if (state === 'live' && !wasLive) this.#catchUp();
        wasLive = wasLive || state === 'live';
      },
    });
  }

  #tick(nowMs) {
    for (const row of this.#body?.rows ?? []) tickRow(row, nowMs);
    if (this.#figuresAreStale && nowMs - this.#figuresAt > FIGURES_MS) this.#loadFigures().catch(() => {});
  }

  #hear(summary) {
    this.#figuresAreStale = true;
    if (summary.erased) return this.#erase(summary.id);
    const index = this.#items.findIndex(({ id }) => id === summary.id);
    if (index >= 0) {
      this.#items[index] = summary;
      this.#redraw(summary);
    } else if (this.#held.has(summary.id) || this.#arrives(summary)) {
      this.#held.set(summary.id, summary);
      if (this.#isCalm) this.#showHeld();
      else this.#drawPill();
    }
  }

  /** Whether an unknown execution belongs on this page. */
  #arrives(summary) {
    const view = this.#view;
    if (view.cursor || !view.isNewestFirst || !matches(this.#parameters, summary)) return false;
    const last = this.#items.at(-1);
    return !this.#nextCursor || !last || listedAt(this.#parameters, summary) > listedAt(this.#parameters, last);
  }

  /** Nobody reads here who could lose their place. */
  get #isCalm() {
    return scrollY < 40 && this.#items.length + this.#held.size <= MOST_ROWS && !document.querySelector('.peek')
      && !this.#root.querySelector('[aria-selected=true], tbody:hover') && !this.#body.contains(document.activeElement)
      && !String(getSelection());
  }

  #drawPill() {
    const pill = this.#root.querySelector('.pill');
    pill.hidden = !this.#held.size;
    pill.textContent = `${count(this.#held.size)} new, show (.)`;
  }

  #showHeld() {
    if (!this.#held.size) return;
    if (this.#items.length + this.#held.size > MOST_ROWS) return this.#loadAnew();
    const arrived = [...this.#held.values()].filter((summary) => matches(this.#parameters, summary));
    this.#held.clear();
    this.#drawPill();
    const nowMs = serverNow();
    const key = (execution) => listedAt(this.#parameters, execution);
    arrived.sort((left, right) => key(left) - key(right));
    for (const execution of arrived) {
      const index = this.#items.findIndex((other) => key(other) <= key(execution));
      const row = this.#newRow(execution, nowMs);
      row.classList.add('new');
      if (index < 0) this.#body.append(row);
      else this.#row(this.#items[index].id).before(row);
      this.#items.splice(index < 0 ? this.#items.length : index, 0, execution);
    }
    this.#root.querySelector('.scroll').hidden = false;
    this.#root.querySelector('.nothing').hidden = true;
    this.#drawPager();
    this.#remember();
  }

  async #loadAnew() {
    const page = await this.#loadPage().catch(() => null);
    if (!page) return;
    this.#held.clear();
    this.#takePage(page);
    this.#draw();
    scrollTo(0, 0);
  }

  #erase(id) {
    this.#held.delete(id);
    const row = this.#row(id);
    if (!row) return;
    row.innerHTML = `<td colspan="${COLUMN_COUNT}" class="dim">Erased</td>`;
    row.removeAttribute('data-id');
    row.removeAttribute('data-href');
    this.#items = this.#items.filter((execution) => execution.id !== id);
    this.#remember();
  }

  #remember() {
    remember(this.#address, { items: this.#items, nextCursor: this.#nextCursor, parameters: this.#parameters });
  }
}
