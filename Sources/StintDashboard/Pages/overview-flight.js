// What runs now, each against the past of its agent. Rows change in place; new ones come last, ended ones stay for a while.
import { about, duration, esc, instant, ticking } from './formats.js';
import { ENOUGH_HISTORY, currentStep, elapsedSeconds, icon, isFinal, legend, panel, progress, slowness, statusSign } from './signs.js';

const MOST_AT_FIRST = 12;
const MOST_ROWS = 20;
const MOST_LOST = 4;
const ENDED_STAYS_MS = 10_000;

/** The panel, empty; `InFlight` fills it. */
export const flightPanel = () => panel('In flight', `<table class="flight"><thead><tr><th scope="col">Agent</th><th scope="col">Step and activity</th>
  <th scope="col">Elapsed against history</th><th scope="col" class="num">Elapsed</th><th scope="col">Expected</th></tr></thead><tbody></tbody></table><p class="empty-line" hidden>Nothing is running.</p>`,
{ note: '<span data-flight-note></span>', actions: legend([['tickmark', 'median'], ['hatch', 'past p95']]) });

export class InFlight {
  #root;
  #rows = new Map();
  #histories = new Map();

  /** @param {Element} root Holds the markup of `flightPanel`. */
  constructor(root) { this.#root = root; }

  get #body() { return this.#root.querySelector('.flight tbody'); }

  /** Learns what is usual: seconds by agent, from the range, else from the period before it. */
  learn({ performance, previous }) {
    for (const agent of previous.performance.byAgent) this.#histories.set(agent.agentName, agent);
    for (const agent of performance.byAgent) if (agent.n >= ENOUGH_HISTORY) this.#histories.set(agent.agentName, agent);
  }

  /** Begins anew, `lost` newest first: the lost first, then the slowest against its own history. */
  load(realtime, lost, lostWords, nowMs) {
    this.#rows.clear();
    const running = realtime.executionsInProgress.map(fromRealtime);
    const shown = [...this.#bySlowness(lost.slice(0, MOST_LOST), nowMs), ...this.#bySlowness(running, nowMs)].slice(0, MOST_AT_FIRST);
    this.#body.replaceChildren();
    for (const execution of shown) this.#add(execution, nowMs);
    this.#draw(realtime.currentlyRunning, lostWords);
  }

  #bySlowness(executions, nowMs) {
    const told = executions.map((execution) => ({
      execution, elapsed: elapsedSeconds(execution, nowMs), share: slowness(execution, this.#histories.get(execution.agent), nowMs),
    }));
    return told.sort((one, other) => other.share - one.share || other.elapsed - one.elapsed).map(({ execution }) => execution);
  }

  /** One execution changed. */
  hear(summary, nowMs) {
    const row = this.#rows.get(summary.id);
    if (summary.erased) return this.#remove(summary.id);
    if (!row) {
      if (['running', 'waiting'].includes(summary.status) && this.#rows.size < MOST_ROWS) this.#add(summary, nowMs);
      return;
    }
    row.execution = summary;
    if (isFinal(summary.status) && !row.endedAt) row.endedAt = nowMs;
    if (!isFinal(summary.status)) row.endedAt = null;
    this.#drawRow(row, nowMs);
  }

  /** The state of all, once a second at most. */
  update(realtime, lostWords, nowMs) {
    for (const item of realtime.executionsInProgress) {
      const row = this.#rows.get(item.runId);
      // A summary knows the step better, and a row that ended has the last word.
      if (!row || row.endedAt || row.execution.steps) continue;
      row.execution = fromRealtime(item);
      this.#drawRow(row, nowMs);
    }
    this.#draw(realtime.currentlyRunning, lostWords);
  }

  /** Once a second: text and widths only. What ended goes when nobody points at the list. */
  tick(nowMs) {
    const isPointedAt = this.#body.matches(':hover, :focus-within') || this.#body.querySelector('[aria-selected=true]');
    for (const row of this.#rows.values()) {
      if (!row.endedAt) this.#drawTimes(row, nowMs);
      else if (nowMs - row.endedAt > ENDED_STAYS_MS && !isPointedAt) this.#remove(row.execution.id);
    }
  }

  #add(execution, nowMs) {
    const element = document.createElement('tr');
    const address = `/executions/${encodeURIComponent(execution.id)}`;
    element.dataset.href = address;
    element.dataset.id = execution.id;
    element.innerHTML = `<td class="cut"><a href="${esc(address)}">${esc(execution.agent ?? 'unnamed')}</a> <span class="id" title="${esc(execution.id)}">${esc(shortId(execution.id))}</span></td>
      <td class="cut sub"></td><td></td><td class="num"></td><td class="cut word"></td>`;
    this.#body.append(element);
    const [, activity, bar, elapsed, word] = element.cells;
    const row = { execution, element, activity, bar, elapsed, word, endedAt: null };
    this.#rows.set(execution.id, row);
    this.#drawRow(row, nowMs);
  }

  #remove(id) {
    this.#rows.get(id)?.element.remove();
    this.#rows.delete(id);
  }

  #drawRow(row, nowMs) {
    const { step, activity } = whereItIs(row.execution);
    row.activity.innerHTML = `${step ? `<b>${esc(step)}</b> ` : ''}${esc(activity)}`;
    row.activity.title = [step, activity].filter(Boolean).join(': ');
    this.#drawTimes(row, nowMs);
  }

  #drawTimes(row, nowMs) {
    const { execution } = row;
    if (row.endedAt) {
      row.elapsed.textContent = duration(execution.durationSeconds);
      row.word.className = 'cut word';
      row.word.innerHTML = statusSign(execution.status);
      return;
    }
    const { html, word, over } = progress(execution, this.#histories.get(execution.agent), nowMs);
    row.bar.innerHTML = html;
    row.elapsed.textContent = ticking(elapsedSeconds(execution, nowMs));
    row.word.className = `cut word ${execution.status === 'lost' ? 's-lost' : over ? 's-timed_out' : 'dim'}`;
    row.word.textContent = word;
  }

  #draw(running, lostWords) {
    const words = [`${running} running`, lostWords && `${lostWords} lost`, 'slowest against its own history first'].filter(Boolean).join(', ');
    const runningRows = [...this.#rows.values()].filter(({ execution }) => execution.status !== 'lost').length;
    this.#root.querySelector('[data-flight-note]').textContent = running > runningRows ? `${words}; the first ${this.#rows.size}` : words;
    this.#root.querySelector('.flight + .empty-line').hidden = this.#rows.size > 0;
  }
}

/** The end of a long id tells more than its beginning, which many share. */
const shortId = (id) => (id.length <= 14 ? id : `…${id.slice(-10)}`);

/** An entry of the realtime block in the words of a summary. */
function fromRealtime({ runId, agentName, status, step, activity, startedAt, estimatedCompletion }) {
  return {
    id: runId, agent: agentName, status, startedAt, etaAt: estimatedCompletion, step, activity,
    waitingFor: status === 'waiting' ? activity : null,
  };
}

function whereItIs(execution) {
  if (isFinal(execution.status)) return { step: '', activity: howItEnded(execution) };
  const step = execution.steps ? currentStep(execution)?.name : execution.step;
  const activity = execution.steps ? currentStep(execution)?.activity : execution.activity;
  const isWaiting = execution.status === 'waiting' && execution.waitingFor;
  return { step: step ?? '', activity: isWaiting ? `waiting for ${execution.waitingFor}` : activity ?? '' };
}

function howItEnded({ error, summary }) {
  if (error) return error.message ? `${error.type}: ${error.message}` : error.type ?? '';
  return summary ?? '';
}

const VERDICTS = { heartbeat: 'missed its heartbeat', deadline: 'past its deadline', origin: 'gone at the origin' };
const NAMED = 3;

/** Only where something is lost: how many, which, since when, why. `isMore`: the server knows of more. */
export function lostNotice(lost, isMore, nowMs) {
  if (!lost.length) return '';
  const named = lost.slice(0, NAMED).map((execution) => {
    const since = about((nowMs - instant(execution.lastEventAt)) / 1000);
    const verdict = VERDICTS[execution.lostBecause?.rule];
    return `<a href="/executions/${encodeURIComponent(execution.id)}">${esc(execution.agent ?? execution.id)}</a> for ${since}${verdict ? ` (${verdict})` : ''}`;
  });
  const rest = lost.length - named.length;
  const others = isMore ? ' and others' : rest > 0 ? ` and ${rest} more` : '';
  const number = isMore ? `More than ${lost.length} executions are` : lost.length === 1 ? '1 execution is' : `${lost.length} executions are`;
  return `<div class="notice"><span class="status s-lost">${icon('lost')}Lost</span><span><b>${number} lost:</b> ${named.join(', ')}${others}.</span><a href="/diagnose">Diagnose</a></div>`;
}
