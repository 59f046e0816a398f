// One execution as a row of the list.
import { at, isFailure } from './account.js';
import { about, compact, duration, esc, ticking, usd } from './formats.js';
import { saidInBrief } from './said.js';
import { currentStep, isFinal, outcome, silentSeconds, statusSign, stepStrip, time } from './signs.js';

export const COLUMNS = '<tr><th>Status</th><th>Agent</th><th class="opt hide-s">Execution</th><th>Created</th>'
  + '<th class="num opt hide-s">Waited</th><th class="num hide-s">Ran</th><th class="hide-s">Steps</th>'
  + '<th class="num opt hide-s">Tokens</th><th class="num opt hide-s">Cost</th><th class="opt hide-s">Model</th>'
  + '<th>Error or activity</th></tr>';
export const COLUMN_COUNT = 11;

export const pathOf = (id) => `/executions/${encodeURIComponent(id)}`;

/**
 * The cells of a row. Clocks that run carry `data-since` (ms) for `tickRow`.
 * @param {object} execution a summary
 * @param {{p95: number, n: number} | undefined} history of its agent, in seconds
 */
export function cells(execution, history, nowMs) {
  const { id, agent, name, status, goalMet, queuedAt, startedAt, lastEventAt, tokens, costUsd, attributes } = execution;
  const total = tokens ? (tokens.input ?? 0) + (tokens.output ?? 0) : null;
  const model = attributes?.model;
  return `<td>${statusSign(status)}</td>`
    + `<td class="who"><a href="${esc(pathOf(id))}" aria-label="${esc(`${agent ?? name ?? ''} ${id}`)}">${saidInBrief(agent ?? name ?? '–')}</a> ${goalMet === false ? outcome(false) : ''}</td>`
    + `<td class="opt hide-s id"><span title="${esc(id)}">${saidInBrief(id)}</span></td>`
    + `<td class="nowrap dim">${time(queuedAt ?? startedAt ?? lastEventAt, nowMs)}</td>`
    + `<td class="num opt hide-s">${waited(execution, nowMs)}</td>`
    + `<td class="num hide-s"><span class="ran-cell">${ran(execution, history, nowMs)}</span></td>`
    + `<td class="hide-s">${stepStrip(execution.steps)}</td>`
    + `<td class="num opt hide-s">${compact(total)}</td>`
    + `<td class="num opt hide-s">${costUsd == null && total ? '<span class="dim">no price</span>' : usd(costUsd)}</td>`
    + `<td class="opt hide-s dim cut model">${model == null ? '' : saidInBrief(model)}</td>`
    + `<td class="err-cell">${remark(execution, nowMs)}</td>`;
}

function waited({ status, attempt, queuedAt, queueWaitSeconds }, nowMs) {
  if (queueWaitSeconds != null) return duration(queueWaitSeconds);
  const isQueued = status === 'queued' || status === 'pending';
  // A summary does not say when a later attempt was queued.
  if (!isQueued || (attempt ?? 1) > 1 || !queuedAt) return '–';
  return clockSince(at(queuedAt), nowMs);
}

function ran(execution, history, nowMs) {
  const { status, attempt, startedAt, lastEventAt, durationSeconds } = execution;
  const started = (attempt ?? 1) > 1 ? null : at(startedAt);
  if (isFinal(status)) return bar(durationSeconds, history) + `<span>${duration(durationSeconds)}</span>`;
  if (started === null || status === 'queued' || status === 'pending') return '<span>–</span>';
  if (status === 'lost') {
    const seconds = (at(lastEventAt) - started) / 1000;
    return bar(seconds, history) + `<span>${duration(seconds)}</span>`;
  }
  return bar((nowMs - started) / 1000, history) + clockSince(started, nowMs);
}

const clockSince = (ms, nowMs) => `<span data-since="${ms}">${ticking((nowMs - ms) / 1000)}</span>`;

/** Beside what is usual: full width is the agent's p95. Nothing where too few have finished to say. */
function bar(seconds, history) {
  if (seconds == null || !(history?.p95 > 0) || history.n < 10) return '';
  const share = Math.min(100, 100 * seconds / history.p95).toFixed(0);
  const title = `${(seconds / history.p95).toFixed(1)} × the agent's p95 of ${duration(history.p95)}`;
  return `<svg class="vs${seconds > history.p95 ? ' over' : ''}" width="54" height="6" aria-hidden="true"><title>${esc(title)}</title>`
    + `<rect class="track" width="100%" height="6" rx="2"/><rect class="fill" width="${share}%" height="6" rx="2"/></svg>`;
}

/** What went wrong, else what it is doing, else what it waits for. */
function remark(execution, nowMs) {
  const { error, status, waitingFor } = execution;
  if (error && isFailure(status)) {
    return `<span class="cut"><span class="s-${esc(status)}">${saidInBrief(error.type ?? '')}</span> <span class="dim">${saidInBrief(error.message ?? '')}</span></span>`;
  }
  const step = currentStep(execution);
  const silent = silentSeconds(execution, nowMs);
  const doing = silent != null ? `silent for ${about(silent)}` : step?.activity;
  if (step && !isFinal(status)) {
    return `<span class="cut dim">${saidInBrief(step.name)}${doing ? `: ${saidInBrief(doing)}` : ''}</span>`;
  }
  if (silent != null) return `<span class="cut dim">${doing}</span>`;
  if (status === 'waiting' && waitingFor) return `<span class="cut dim">waiting for ${saidInBrief(waitingFor)}</span>`;
  return '';
}

/** Moves the clocks of a row on. */
export function tickRow(row, nowMs) {
  for (const clock of row.querySelectorAll('[data-since]')) {
    clock.textContent = ticking((nowMs - Number(clock.dataset.since)) / 1000);
  }
}
