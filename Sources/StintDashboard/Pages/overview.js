// Overview: is everything well, and if not, where do I look?
import { Failure, get, serverNow } from './api.js';
import './charts.js';
import { clock, esc, instant, zone } from './formats.js';
import { latencyPanel, latencySpec, throughputPanel, throughputSpec, timelinePanel, timelineRows, timelineSpecs, unusualSpans } from './overview-charts.js';
import { AgentTable, latencyTable, modelPanel, vitals } from './overview-figures.js';
import { InFlight, flightPanel, lostNotice } from './overview-flight.js';
import { FigureLists, FiguresRange, listenForRange, rangeChooser } from './range.js';
import { queuePanel, systemPanel } from './overview-system.js';
import { redraw } from './redraw.js';
import { copyCommand } from './signs.js';
import { failurePanel, firstUse, showLoading } from './states.js';

const RENEW_MS = 60_000;
const RETRY_SECONDS = 15;
const MOST_LOST = 50;

/** @returns {Promise<import('./app.js').PageHandlers>} */
export async function overview(context) {
  const page = new OverviewPage(context);
  await page.open();
  return page.handlers;
}

/** What the world may do to a request, and the page being left. */
const isExpected = (failure) => failure instanceof Failure || failure.name === 'AbortError';

class OverviewPage {
  #context;
  #range;
  #figures = null;
  #realtime = null;
  #lost = new Map();
  #isMoreLost = false;
  #lostFailure = null;
  #flight = null;
  #agents = null;
  #renewAt = Infinity;

  constructor(context) {
    this.#context = context;
    this.#range = new FiguresRange(context.query);
  }

  get handlers() {
    return { tick: (nowMs) => this.#tick(nowMs), copyCommand: this.#range.command };
  }

  get #root() { return this.#context.root; }
  get #lists() { return new FigureLists(this.#figures); }
  #part(name) { return this.#root.querySelector(`[data-part=${name}]`); }

  // Loading

  /** Follows first and asks then, so that nothing falls between the two. */
  async open() {
    const { live, root, setTitle } = this.#context;
    setTitle('Overview');
    const loaded = Promise.withResolvers();
    const afterLoading = (hear) => (data) => loaded.promise.then(() => hear(data));
    const feed = live({ status: ['queued', 'running', 'waiting', 'lost'] }, {
      onExecution: afterLoading((summary) => this.#hear(summary)),
      onUpdate: afterLoading((realtime) => this.#update(realtime)),
      onReset: afterLoading(() => this.#loadAgain()),
      onState: ({ state }) => { if (state === 'live' && this.#figures) this.#renewAt = serverNow(); },
    });
    const stopWaiting = showLoading(root, 'Overview');
    // Asked for the first time, a browser takes some 20 ms to say where it is; meanwhile the feed opens.
    zone();
    await feed.opened;
    try {
      await this.#load();
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      this.#fail(failure);
    } finally {
      stopWaiting();
      loaded.resolve();
    }
  }

  /** What is on screen stays where that fails. */
  async #loadAgain() {
    await this.#load().catch((failure) => { if (!isExpected(failure)) throw failure; });
  }

  async #load() {
    const [figures] = await Promise.all([this.#readFigures(), this.#readLost()]);
    if (await this.#isNothingRecorded(figures)) return this.#welcome();
    this.#take(figures);
    if (!this.#flight) this.#drawFrame();
    this.#flight.learn(figures);
    this.#flight.load(this.#realtime, [...this.#lost.values()], this.#lostWords, serverNow());
    this.#drawFigures();
    this.#drawLost();
  }

  #readFigures() {
    const asked = { ...this.#range.parameters, tz: zone(), compare: 'previous' };
    return get('/v1/metrics', asked, { signal: this.#context.signal });
  }

  /** One part of the page; where it fails the rest stands. */
  async #readLost() {
    try {
      const { items, nextCursor } = await get('/v1/executions', { status: 'lost', limit: MOST_LOST }, { signal: this.#context.signal });
      this.#lost = new Map(items.map((execution) => [execution.id, execution]));
      this.#isMoreLost = Boolean(nextCursor);
      this.#lostFailure = null;
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      this.#lostFailure = failure;
    }
  }

  #take(figures) {
    this.#figures = figures;
    this.#realtime = figures.realtime;
    this.#renewAt = serverNow() + RENEW_MS;
  }

  /** Once a minute: every number in its place, no row moved. */
  async #renew() {
    this.#renewAt = serverNow() + RENEW_MS;
    try {
      this.#take(await this.#readFigures());
      this.#drawFigures();
    } catch (failure) {
      if (!isExpected(failure)) throw failure;
      if (!this.#context.signal.aborted) this.#drawAge(`figures of ${clock(instant(this.#figures.to))}; since then: ${failure.title}`, 'sub');
    }
  }

  #fail(failure) {
    this.#root.innerHTML = `<div class="head"><h1>Overview</h1></div>${failurePanel(failure, { nextTrySeconds: RETRY_SECONDS })}`;
    this.#root.querySelector('[data-retry]')?.addEventListener('click', () => this.#tryAgain());
    if (failure.status === 403) return;
    const timer = setTimeout(() => this.#tryAgain(), RETRY_SECONDS * 1000);
    this.#context.signal.addEventListener('abort', () => clearTimeout(timer));
  }

  async #tryAgain() {
    if (this.#figures || this.#context.signal.aborted) return;
    await this.#load().catch((failure) => {
      if (!isExpected(failure)) throw failure;
      if (!this.#context.signal.aborted) this.#fail(failure);
    });
  }

  // Nothing recorded yet

  async #isNothingRecorded({ performance, previous, realtime }) {
    const seen = performance.totalExecutions + previous.performance.totalExecutions + realtime.currentlyRunning + realtime.queueDepth + this.#lost.size;
    if (seen > 0) return false;
    const { items } = await get('/v1/executions', { limit: 1 }, { signal: this.#context.signal });
    return items.length === 0;
  }

  async #welcome() {
    const { signal, live } = this.#context;
    const words = await firstUse({ signal });
    if (signal.aborted) return;
    let isLeft = false;
    const begin = () => {
      if (!isLeft) this.open();
      isLeft = true;
    };
    live({}, { onExecution: begin, onReset: begin });
    this.#root.innerHTML = `<div class="head"><h1>Overview</h1></div>${words}`;
  }

  // Following

  #hear(summary) {
    if (!this.#flight) return;
    if (summary.status === 'lost') this.#lost.set(summary.id, summary);
    else this.#lost.delete(summary.id);
    this.#flight.hear(summary, serverNow());
    this.#drawLost();
  }

  #update(realtime) {
    if (!this.#flight) return;
    this.#realtime = realtime;
    this.#flight.update(realtime, this.#lostWords, serverNow());
    this.#drawNow();
  }

  #tick(nowMs) {
    if (!this.#flight) return;
    this.#flight.tick(nowMs);
    this.#drawLost();
    this.#drawNow();
    if (nowMs >= this.#renewAt) this.#renew();
  }

  // Drawing

  #drawFrame() {
    const range = this.#range;
    this.#root.innerHTML = `<div class="head"><h1>Overview</h1><div class="acts"><span class="dim opt" data-part="age"></span>
        ${rangeChooser(range, this.#figures)}${copyCommand(range.command)}</div></div>
      <div class="panel vitals" data-part="vitals"></div><div data-part="lost"></div>
      <div class="deck g21"><div data-part="flight">${flightPanel()}</div><div class="deck side"><div data-part="system"></div><div data-part="queue"></div></div></div>
      <div class="deck g11"><div data-part="throughput"></div><div data-part="latency"></div></div>
      <div class="deck" data-part="timeline"></div><div class="deck" data-part="agents"></div><div class="deck" data-part="models"></div>`;
    listenForRange(this.#root, (change) => this.#context.navigate(change));
    this.#part('lost').addEventListener('click', ({ target }) => { if (target.closest('[data-retry]')) this.#loadAgain(); });
    this.#flight = new InFlight(this.#part('flight'));
    this.#agents = new AgentTable(this.#part('agents'));
  }

  #drawFigures() {
    const figures = this.#figures;
    const range = this.#range;
    const lists = this.#lists;
    const now = serverNow();
    const words = range.words(now);
    const rows = timelineRows(figures);
    const spans = unusualSpans(figures);
    const open = (span) => this.#context.navigate(lists.finished({}, span));

    this.#flight.learn(figures);
    this.#drawNow();
    this.#drawAge(range.comparedWords(figures, now), 'dim opt');
    this.#drawPanel('throughput', throughputPanel(figures, range), { throughput: throughputSpec(figures, rows, range, open) });
    this.#drawPanel('latency', latencyPanel(latencyTable(figures), range, words), { latency: latencySpec(figures, range, (bounds) => this.#context.navigate(lists.finished(bounds))) });
    this.#drawPanel('timeline', timelinePanel(figures, spans, lists, range, now), timelineSpecs(figures, rows, spans, range, open));
    this.#agents.load(figures, lists, words);
    redraw(this.#part('models'), modelPanel(figures, words));
  }

  #drawAge(words, kind) {
    this.#part('age').textContent = words;
    this.#part('age').className = kind;
  }

  /** What follows the feed: the status bar, the system, the queue. */
  #drawNow() {
    const now = serverNow();
    const words = this.#range.words(now);
    const lists = this.#lists;
    redraw(this.#part('vitals'), vitals(this.#figures, this.#realtime, this.#lostWords, lists, words, now));
    redraw(this.#part('system'), systemPanel(this.#realtime, this.#figures, words));
    redraw(this.#part('queue'), queuePanel(this.#realtime, lists, now));
  }

  get #lostWords() { return this.#lost.size ? `${this.#lost.size}${this.#isMoreLost ? '+' : ''}` : ''; }

  #drawLost() {
    const lost = [...this.#lost.values()].sort((one, other) => instant(other.lastEventAt) - instant(one.lastEventAt));
    this.#context.setLostCount(this.#lostWords);
    const notice = lostNotice(lost, this.#isMoreLost, serverNow());
    const failed = this.#lostFailure ? failurePanel(this.#lostFailure, { title: 'What is lost could not be read' }) : '';
    redraw(this.#part('lost'), failed + notice);
  }

  #drawPanel(name, markup, specs) {
    redraw(this.#part(name), markup);
    for (const [chart, spec] of Object.entries(specs)) this.#part(name).querySelector(`[data-chart=${chart}]`).spec = spec;
  }
}
