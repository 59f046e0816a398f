// Execution: what happened, how long did each part take, why did it fail?
import { at, attemptTimes, isFailure, timeAccount } from './account.js';
import { Failure, address, get, serverNow } from './api.js';
import { attemptTable, commands, facts, lastError, links, listOf, notes } from './execution-facts.js';
import { diagnosisOf, errorKin, historyOf, verdictOn } from './execution-kin.js';
import { pathOf } from './execution-row.js';
import { about, ago, compact, count, duration, esc, usd } from './formats.js';
import { neighbours, visit } from './list-memory.js';
import { shellQuoted } from './list-view.js';
import { longText, said, saidInBrief, sizeOf } from './said.js';
import { badge, copyButton, isFinal, legend, outcome, silentSeconds, statusWord } from './signs.js';
import { failurePanel, showLoading } from './states.js';
import { StepList, isBusy } from './steps.js';
import { roundSpan, stepRows } from './step-rows.js';
import { accountWords, place, ruler, spanForm, timeline } from './timeline.js';

/** Between two readings of the record: at least so long, and as long as a reading takes, up to a bound. */
const REST_MS = 300;
const LONGEST_REST_MS = 2_000;
/** More than this is shown cut, with its size and a download. */
const RECORD_SHOWN = 256 * 1024;

/** @returns {Promise<import('./app.js').PageHandlers>} */
export async function execution(context) {
  const page = new ExecutionPage(context);
  await page.open();
  return page.handlers;
}

class ExecutionPage {
  #context;
  #id;
  #execution = null;
  #steps = null;
  #rows = [];
  #drawn = new Map();
  #account = null;
  #feed = null;
  #rereading = null;
  #isReading = false;
  #isStale = false;
  #restsUntil = 0;
  #usual = new Map();
  #history = null;
  #alike = null;
  #verdict = null;
  #wantsNotice = false;
  /** The attempt whose steps are shown, where it is not the current one. */
  #earlier = null;

  constructor(context) {
    this.#context = context;
    this.#id = context.path[1];
  }

  get handlers() {
    const { isPreview, navigate } = this.#context;
    const { newer, older, address: list } = neighbours(this.#id);
    const go = (id) => (id === null ? undefined : navigate(pathOf(id)));
    const keys = { e: () => this.#steps?.toggleAll(serverNow()), j: () => go(older), k: () => go(newer), Escape: () => navigate(list) };
    const isSilent = this.#execution === null || isFinal(this.#execution.status);
    return {
      complete: () => this.#learnMore(),
      // An ended execution has no timer.
      tick: isSilent ? undefined : (nowMs) => this.#tick(nowMs),
      keys: isPreview ? {} : keys,
      copyCommand: `stint show ${shellQuoted(this.#id)}`,
    };
  }

  get #root() { return this.#context.root; }
  get #isOver() { return isFinal(this.#execution.status); }

  // Loading

  async open() {
    const { isPreview, root } = this.#context;
    if (!isPreview) visit(this.#id);
    const stopWaiting = showLoading(root, this.#id);
    try {
      this.#execution = await this.#read();
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      return this.#fail(failure);
    } finally {
      stopWaiting();
    }
    this.#build();
    this.#draw();
    if (!this.#isOver) this.#follow();
  }

  #read() { return get(`/v1/executions/${encodeURIComponent(this.#id)}`, {}, { signal: this.#context.signal }); }

  #fail(failure) {
    const { isPreview, root, setTitle } = this.#context;
    const back = isPreview ? '' : `<div class="head"><a href="${esc(neighbours(this.#id).address)}">Executions</a></div>`;
    const title = `${back}<div class="title"><h1>${saidInBrief(this.#id)}</h1></div>`;
    if (failure.status !== 404) {
      root.innerHTML = title + failurePanel(failure, { title: 'This execution could not be read' });
      root.querySelector('[data-retry]')?.addEventListener('click', () => this.open().then(() => this.#learnMore()));
      return;
    }
    setTitle('Unknown execution · Executions');
    root.innerHTML = `${title}<section class="panel"><div class="empty"><b>No execution has this id.</b>
      It may have been removed when its time was over, been erased, or belong to another workspace; or nothing has been heard of it yet. <a href="${esc(listOf({ q: this.#id }))}">Find it in the list</a></div></section>`;
  }

  /** What the record does not hold: usual times, others with the same error, the verdict of the diagnosis. */
  async #learnMore() {
    const { signal } = this.#context;
    if (signal.aborted || !this.#execution) return;
    const quietly = (promise) => promise.catch((failure) => {
      if (failure.name !== 'AbortError' && !(failure instanceof Failure)) throw failure;
    });
    const record = this.#execution;
    const { status, error } = record;
    await Promise.all([
      quietly(historyOf(record, signal).then(({ history, usual }) => { [this.#history, this.#usual] = [history, usual]; })),
      isFailure(status) && error?.type ? quietly(errorKin(record, signal).then((kin) => { this.#alike = kin; })) : null,
      status === 'lost' ? quietly(verdictOn(record, signal).then((verdict) => { this.#verdict = verdict; })) : null,
    ]);
    if (!signal.aborted) this.#draw();
  }

  // Live

  #follow() {
    let wasLive = false;
    this.#feed = this.#context.live({ execution: this.#id }, {
      onExecution: (summary) => this.#hear(summary),
      onReset: () => this.#reread(),
      // Between the record and the feed something may have happened.
      onState: ({ state }) => {
        if (state === 'live' && !wasLive) this.#reread();
        wasLive = wasLive || state === 'live';
      },
    });
  }

  #hear(summary) {
    if (summary.erased) return this.#end(() => this.#fail(new Failure({ status: 404, title: 'Erased' })));
    const { attempts, modelCalls, links: told, commands: own, steps } = this.#execution;
    const isEnd = isFinal(summary.status) && !this.#isOver;
    // The badge and the title do not wait for the record.
    this.#execution = { ...this.#execution, ...summary, attempts, modelCalls, links: told, commands: own, steps };
    this.#drawHead();
    if (isEnd) this.#announce();
    this.#reread({ atOnce: isFinal(summary.status) });
  }

  /** Reads the record again, soon; what is told while it is read calls for another reading. */
  #reread({ atOnce = false } = {}) {
    if (this.#isReading) {
      this.#isStale = true;
      return;
    }
    if (this.#rereading !== null && !atOnce) return;
    clearTimeout(this.#rereading);
    const wait = atOnce ? 0 : Math.max(0, this.#restsUntil - performance.now());
    this.#rereading = setTimeout(() => this.#readAgain(), wait);
  }

  async #readAgain() {
    this.#rereading = null;
    this.#isStale = false;
    this.#isReading = true;
    const asked = performance.now();
    const record = await this.#read().catch((failure) => failure);
    const answered = performance.now();
    this.#restsUntil = answered + Math.min(LONGEST_REST_MS, Math.max(REST_MS, answered - asked));
    this.#isReading = false;
    if (this.#context.signal.aborted) return;
    if (record instanceof Error) {
      if (record.status === 404) this.#end(() => this.#fail(record));
      return;
    }
    const isEnd = isFinal(record.status) && !this.#isOver;
    this.#execution = record;
    if (isEnd) this.#announce();
    this.#draw();
    if (this.#isOver && !this.#isStale) this.#end(() => this.#learnMore());
    else if (this.#isStale) this.#reread({ atOnce: this.#isOver });
  }

  /** Nothing more is to come: the feed closes, and nothing on the page moves again. */
  #end(then) {
    this.#feed?.close();
    this.#feed = null;
    then();
  }

  #announce() {
    const { agent, status } = this.#execution;
    const words = `${statusWord(status)}: ${agent ?? this.#id}`;
    this.#root.querySelector('[data-part=announcement]').textContent = words;
    if (this.#wantsNotice) new Notification(words, { body: this.#id });
  }

  #tick(nowMs) {
    if (!this.#feed) return;
    const reached = this.#steps.tick(nowMs);
    this.#drawTimes(nowMs);
    this.#drawTotal();
    if (reached > this.#span(nowMs, this.#drawn.get('span'))) this.#drawSteps(nowMs);
  }

  // Drawing

  #build() {
    const part = (name, kind = '') => `<div data-part="${name}" class="${kind}"></div>`;
    this.#root.innerHTML = `<div class="execution">${part('nav')}${part('head')}<p class="sr" role="status" data-part="announcement"></p>${part('notes')}${part('notice')}
      <section class="panel">${part('times')}${part('facts')}</section>${part('error')}${part('attempts')}
      <section class="panel wf"><header>${part('steps-head', 'steps-head')}</header>${part('ruler')}<div data-part="steps"></div>${part('total')}</section>
      <div class="deck g11"><section class="panel"><header><h2>In a terminal</h2></header>${part('commands', 'body')}</section><section class="panel"><header><h2>Links</h2></header>${part('links', 'body')}</section></div>
      <details class="panel raw"><summary>Raw record <span class="note">as stored, JSON</span></summary><div class="body" data-part="raw"></div></details></div>`;
    this.#drawn.clear();
    this.#steps = new StepList(this.#part('steps'), this.#context.signal);
    this.#root.querySelector('.raw').addEventListener('toggle', () => this.#drawRaw());
    this.#root.addEventListener('click', (event) => {
      if (event.target.closest('[data-notify]')) this.#askToNotify();
      if (event.target.closest('[data-close]')) this.#context.close();
      const { attempt } = event.target.closest('[data-attempt]')?.dataset ?? {};
      if (attempt) this.#showAttempt(Number(attempt));
    }, { signal: this.#context.signal });
  }

  #part(name) { return this.#root.querySelector(`[data-part="${name}"]`); }

  /** Puts markup into a part, unless it is the same or being read. */
  #fill(name, markup) {
    const element = this.#part(name);
    if (!element || this.#drawn.get(name) === markup) return;
    const isRead = element.firstChild && (element.contains(document.activeElement) || isBusy(element));
    if (isRead && !this.#isOver) return;
    this.#drawn.set(name, markup);
    const open = [...element.querySelectorAll('details')].map((details) => details.open);
    element.innerHTML = markup;
    element.querySelectorAll('details').forEach((details, index) => { details.open = open[index] ?? details.open; });
    place(element);
  }

  #draw() {
    const nowMs = serverNow();
    this.#drawHead();
    this.#drawNav(nowMs);
    this.#fill('notes', this.#notes());
    this.#fill('notice', this.#notice(nowMs));
    this.#drawTimes(nowMs);
    this.#fill('facts', facts(this.#execution));
    this.#fill('error', lastError(this.#execution, this.#alike, nowMs));
    this.#fill('attempts', attemptTable(this.#execution, this.#attempt, nowMs));
    this.#drawSteps(nowMs);
    this.#fill('commands', commands(this.#execution));
    this.#fill('links', links(this.#execution, this.#history));
    this.#drawRaw();
  }

  #drawHead() {
    const { agent, name, status, goalMet, overdue, waitingFor } = this.#execution;
    const title = agent ?? name ?? this.#id;
    this.#context.setTitle(`${statusWord(status)}: ${plain(title)} ${plain(this.#id)} · Executions`);
    const waiting = status === 'waiting' ? `<span class="dim">waiting${waitingFor ? ` for ${saidInBrief(waitingFor)}` : ''}</span>` : '';
    const heading = this.#context.isPreview ? 'h2' : 'h1';
    this.#fill('head', `<div class="title"><${heading}>${saidInBrief(title)}</${heading}>${badge(status)}${outcome(goalMet)}${overdue ? '<span class="outcome missed">Slow but alive</span>' : ''}${waiting}
      <code class="dim id" title="${esc(this.#id)}">${saidInBrief(this.#id)}</code>${copyButton(this.#id, 'Copy id')}</div>`);
  }

  #drawNav(nowMs) {
    const { isPreview } = this.#context;
    const fresh = `<span class="dim">${this.#freshness(nowMs)}</span>`;
    if (isPreview) {
      this.#fill('nav', `<div class="head"><a href="${esc(pathOf(this.#id))}">Open <kbd>Enter</kbd></a>${fresh}<button type="button" class="close" data-close>Close <kbd>Esc</kbd></button></div>`);
      return;
    }
    const { address: list, newer, older } = neighbours(this.#id);
    const beside = (id, sign, word, key) => (id === null ? '' : `<a class="btn" href="${esc(pathOf(id))}" aria-label="${word} execution" title="${word} (${key})">${sign}</a>`);
    const canNotify = !this.#isOver && 'Notification' in window && Notification.permission !== 'denied';
    const notify = canNotify ? `<button type="button" data-notify aria-pressed="${this.#wantsNotice}">${this.#wantsNotice ? 'You will be told' : 'Tell me when it ends'}</button>` : '';
    this.#fill('nav', `<div class="head"><a href="${esc(list)}">Executions</a><div class="acts">${fresh}${notify}${beside(newer, '↑', 'Newer', 'k')}${beside(older, '↓', 'Older', 'j')}</div></div>`);
  }

  #freshness(nowMs) {
    const { finishedAt, lastEventAt } = this.#execution;
    if (this.#isOver) return `Final. Ended ${ago(at(finishedAt), nowMs)}; this page no longer updates.`;
    return `Updates as events arrive, last <span data-fresh>${ago(at(lastEventAt), nowMs)}</span>`;
  }

  #notes() {
    const { name, agent, summary } = this.#execution;
    const title = name && name !== agent ? `<p class="sub">${longText(name)}</p>` : '';
    return title + (summary ? `<p class="sub">${longText(summary)}</p>` : '') + notes(this.#execution);
  }

  /** Of a lost execution, the verdict and its two strongest facts. */
  #notice(nowMs) {
    const { status } = this.#execution;
    if (status !== 'lost') return this.#silenceNotice(nowMs);
    const { verdict = 'Lost', facts: known = [], advice = '' } = this.#verdict ?? {};
    const strongest = known.toSorted((left, right) => Number(right.decisive) - Number(left.decisive)).slice(0, 2).map(({ text }) => text).join('; ');
    const sentence = strongest ? strongest[0].toUpperCase() + strongest.slice(1) : this.#lostReason();
    return `<div class="notice"><b class="s-lost">${said(verdict)}</b><span>${said(sentence)}. ${said(advice)}</span><a href="${esc(address('/diagnose', diagnosisOf(this.#execution)))}">Evidence</a></div>`;
  }

  #lostReason() {
    const { rule, limitSeconds } = this.#execution.lostBecause ?? {};
    const limit = limitSeconds == null ? '' : duration(limitSeconds);
    if (rule === 'deadline') return `Not ended within its limit${limit ? ` of ${limit}` : ''}`;
    if (rule === 'heartbeat') return `No sign of life for longer than promised${limit ? ` (${limit})` : ''}`;
    return rule === 'origin' ? 'Its origin says that it is gone' : 'No sign of life';
  }

  #silenceNotice(nowMs) {
    const silent = silentSeconds(this.#execution, nowMs);
    return silent == null ? '' : `<div class="notice"><b>Silent for ${about(silent)}</b><span>It promised to be heard from every ${duration(this.#execution.heartbeatSeconds)}.</span></div>`;
  }

  // Times

  #drawTimes(nowMs) {
    const account = this.#account = timeAccount(this.#execution, nowMs);
    this.#fill('times', account ? timeline(this.#execution, account, nowMs) + accountWords(this.#execution, account, this.#history, nowMs) : '<p class="body dim">Nothing is known yet of when it began.</p>');
    const fresh = this.#root.querySelector('[data-fresh]');
    if (fresh) fresh.textContent = ago(at(this.#execution.lastEventAt), nowMs);
    if (!this.#isOver) this.#fill('notice', this.#notice(nowMs));
  }

  // Steps

  /** Grows in jumps, and only where what runs has reached its end. */
  #span(nowMs, before = 0) {
    const { started, ended } = attemptTimes(this.#execution, this.#attempt);
    const ran = started === null ? 0 : Math.max(0, ((ended ?? this.#endAt(nowMs)) - started) / 1000);
    if (this.#isOver || ended !== null) return ran || 1;
    return before >= ran && before > 0 && before < ran * 8 ? before : roundSpan(Math.max(1, ran * 1.05));
  }

  #endAt(nowMs) { return this.#isOver ? at(this.#execution.finishedAt) : nowMs; }

  get #attempt() { return this.#earlier ?? this.#execution.attempt ?? 1; }

  #drawSteps(nowMs) {
    const { status, lastEventAt, modelCalls = [] } = this.#execution;
    const { queued, started } = attemptTimes(this.#execution, this.#attempt);
    const start = started ?? queued ?? nowMs;
    const rows = this.#rows = stepRows(this.#execution, this.#attempt);
    const span = this.#span(nowMs, this.#drawn.get('span'));
    this.#drawn.set('span', span);
    const silentFrom = status === 'lost' && lastEventAt && this.#earlier === null ? (at(lastEventAt) - start) / 1000 : null;
    this.#fill('steps-head', this.#stepsHead(rows, status));
    this.#fill('ruler', rows.length ? ruler(span) : '');
    this.#steps.show({ rows, start, span, usual: this.#usual, modelCalls, silentFrom }, nowMs);
    this.#drawTotal();
  }

  #showAttempt(attempt) {
    this.#earlier = attempt === (this.#execution.attempt ?? 1) ? null : attempt;
    this.#drawn.delete('span');
    document.activeElement?.blur();
    this.#fill('attempts', attemptTable(this.#execution, attempt, serverNow()));
    this.#drawSteps(serverNow());
    this.#root.querySelector(`[data-attempt="${attempt}"]`)?.focus();
  }

  #stepsHead(rows, status) {
    const done = rows.filter((row) => row.status === 'succeeded').length;
    const marks = [];
    if (this.#usual.size) marks.push(['ghost', 'usual time']);
    if (status === 'lost') marks.push(['silent', 'since the last event']);
    if (rows.some(({ bars }) => bars.length > 1)) marks.push(['bad', 'failed attempt'], ['dots', 'wait to retry']);
    const note = rows.length ? `${count(done)} of ${count(rows.length)} succeeded` : 'none was told of';
    return `<h2>Steps${this.#earlier === null ? '' : ` of attempt ${this.#earlier}`}</h2><span class="note">${note}</span><span class="acts">${legend(marks)}</span>`;
  }

  #drawTotal() { this.#fill('total', this.#earlier === null ? this.#total(this.#rows) : ''); }

  /** What all steps took, and what lies outside of them. */
  #total(rows) {
    const account = this.#account;
    if (!rows.length || !account || account.ran === null) return '';
    const part = (kind) => account.parts.find((each) => each.kind === kind)?.seconds ?? 0;
    const inside = account.ran - part('betweenSteps') - part('ran') - part('silence');
    const form = spanForm(this.#execution);
    const known = rows.map(({ tokens }) => tokens).filter(Boolean);
    const tokens = known.length ? known.reduce((sum, { input, output }) => sum + input + output, 0) : null;
    const costs = rows.map(({ costUsd }) => costUsd).filter((cost) => cost !== null);
    const cost = costs.length ? costs.reduce((sum, each) => sum + each, 0) : null;
    return `<div class="r total"><span>Total of steps</span><span class="dim">${form(account.ran)} running in all, ${form(part('betweenSteps') + part('ran'))} outside of steps${this.#outside(tokens)}</span>
      <span class="num">${form(inside)}</span><span class="num t2">${compact(tokens)}</span><span class="num t2">${usd(cost)}</span><span class="t2"></span></div>`;
  }

  /** Model calls may belong to the execution itself, or to an earlier attempt. */
  #outside(tokens) {
    const told = this.#execution.tokens;
    const rest = told ? (told.input ?? 0) + (told.output ?? 0) - (tokens ?? 0) : 0;
    return rest > 0 ? `; ${compact(rest)} tokens outside of these steps` : '';
  }

  // Raw record and notice

  #drawRaw() {
    if (!this.#root.querySelector('.raw').open) return;
    const text = JSON.stringify(this.#execution, null, 2);
    const size = new TextEncoder().encode(text).length;
    const isCut = size > RECORD_SHOWN;
    this.#fill('raw', `<p class="raw-acts">${isCut ? `<span class="dim">The first ${sizeOf(RECORD_SHOWN)} of ${sizeOf(size)}</span>` : copyButton(text, 'Copy JSON')} <a href="${esc(`/v1${pathOf(this.#id)}`)}" download="${esc(this.#id.replace(/[^\w.-]/g, '_'))}.json">Download</a></p>
      <pre class="code" tabindex="0">${esc(isCut ? text.slice(0, RECORD_SHOWN) : text)}</pre>`);
  }

  async #askToNotify() {
    this.#wantsNotice = !this.#wantsNotice && (await Notification.requestPermission()) === 'granted';
    document.activeElement?.blur();
    this.#drawNav(serverNow());
  }
}

/** A text for the title of a tab, where nothing can keep its direction of writing from the words around it. */
const plain = (text) => text.replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '').slice(0, 100);
