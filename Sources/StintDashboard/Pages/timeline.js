// The times of an execution, to scale: from its creation over its start to its end, and where the time went.
// Places are told as `data-left` and `data-width` in percent, for `place` to set: the pages carry no inline styles.
import { at, attemptTimes } from './account.js';
import { clock, duration, esc, offset, stamp, ticking } from './formats.js';
import { isFinal, progress } from './signs.js';
import { tickOf } from './step-rows.js';

const END_WORDS = { succeeded: 'Completed', failed: 'Failed', timed_out: 'Timed out', aborted: 'Cancelled' };

/** @param {import('./account.js').TimeAccount} account */
export function timeline(execution, { total, ran, parts }, nowMs) {
  const { status, queuedAt, startedAt, finishedAt } = execution;
  const isOver = isFinal(status);
  const created = at(queuedAt ?? startedAt);
  const end = isOver ? at(finishedAt) : nowMs;
  const left = (ms) => (total > 0 ? Math.max(0, Math.min(100, (ms - created) / 10 / total)) : 0).toFixed(2);
  const [firstWord, endWord] = [queuedAt ? 'Created' : 'Started', END_WORDS[status] ?? 'Now'];
  const note = !isOver ? ticking(total) : ran === null ? '' : `${offset(ran)} total`;
  const between = pointBetween(execution, left, nowMs);
  const points = point('', 0, firstWord, instantWords(created, stamp(created, nowMs))) + between
    + point('end', 100, endWord, instantWords(end, isOver ? stamp(end, nowMs) : clock(end)), note);
  const { started } = attemptTimes(execution);
  const sentence = [
    `${firstWord} ${stamp(created, nowMs)}`, started === null ? 'not started' : queuedAt && `started ${clock(started)}`, `${endWord.toLowerCase()} ${clock(end)}`, note,
  ].filter(Boolean).join(', ');
  return `<div class="path${between ? '' : ' short'}" role="img" aria-label="${esc(sentence)}">${points}${rail(status, parts, total)}</div>`;
}

const instantWords = (ms, text) => `<time datetime="${new Date(ms).toISOString()}" title="${new Date(ms).toISOString()}">${text}</time>`;

const point = (kind, left, word, text, note = '') => `<span class="pt ${kind}" data-left="${left}"><b>${word}</b> ${text} <span class="dim">${note}</span></span>`;

/** What lies between creation and end: the start; of a lost one, its last event. */
function pointBetween(execution, left, nowMs) {
  const { status, queuedAt, lastEventAt, queueWaitSeconds, estimatedStartAt } = execution;
  const { started } = attemptTimes(execution);
  const low = (ms, word, note = '') => point(`low${left(ms) > 60 ? ' before' : ''}`, left(ms), word, instantWords(ms, stamp(ms, nowMs)), note);
  if (status === 'lost') return low(at(lastEventAt), 'Last event');
  if (started !== null && queuedAt) return low(started, 'Started', queueWaitSeconds == null ? '' : offset(queueWaitSeconds));
  if (started === null && estimatedStartAt) return point('low before', 100, 'Starts', stamp(at(estimatedStartAt), nowMs), 'estimated');
  return '';
}

/** What came before the run, the run in the colour of its status, and the silence after it. */
function rail(status, parts, total) {
  const seconds = (kind) => parts.find((part) => part.kind === kind)?.seconds ?? 0;
  const [before, queue, silence] = ['before', 'queue', 'silence'].map(seconds);
  const kind = status === 'lost' ? 'running' : status;
  const segments = [['c-before', before], ['c-queue', queue], [`f-${esc(kind)}`, total - before - queue - silence], ['f-lost', silence]];
  const bars = segments.filter(([, length]) => length > 0).map(([mark, length]) => `<i class="${mark}" data-width="${(100 * length / total).toFixed(3)}"></i>`);
  return `<div class="rail">${bars.join('')}</div>`;
}

/** The parts of the account with their shares; of what still works, what is to be expected. */
export function accountWords(execution, { total, parts }, history, nowMs) {
  const form = spanForm(execution);
  const shares = parts.map(({ kind, title, seconds }) => `<span><i class="c-${kind}"></i>${title} <b>${form(seconds)}</b> ${shareWords(seconds, total)}</span>`);
  const end = (END_WORDS[execution.status] ?? 'Now').toLowerCase();
  const outlook = isFinal(execution.status) || !attemptTimes(execution).started ? {} : progress(execution, history, nowMs);
  const expectation = outlook.html ? `<span class="outlook"><span class="bar">${outlook.html}</span> ${esc(outlook.word)}</span>` : '';
  return `<div class="acct">${shares.join('')}<span>${execution.queuedAt ? 'Created' : 'Started'} to ${end} <b>${form(total)}</b></span>${expectation}</div>`;
}

/** How lengths of time are written: of what ended exactly, of what still grows in whole seconds. */
export const spanForm = ({ status }) => (seconds) => (isFinal(status) || seconds < 1 ? duration(seconds) : ticking(seconds));

function shareWords(seconds, total) {
  if (!(total > 0)) return '';
  const share = 100 * seconds / total;
  return share < 0.5 ? '<1 %' : `${Math.round(share)} %`;
}

/** Sets the places that the markup in an element tells. */
export function place(element) {
  for (const each of element.querySelectorAll('[data-left]')) each.style.left = `${each.dataset.left}%`;
  for (const each of element.querySelectorAll('[data-width]')) each.style.width = `${each.dataset.width}%`;
}

/** The marks above the steps. */
export function ruler(span) {
  const tick = tickOf(span);
  const marks = [];
  for (let seconds = 0; seconds <= span * 1.0001; seconds += tick) {
    const x = 100 * seconds / span;
    const anchor = seconds === 0 ? 'start' : x > 96 ? 'end' : 'middle';
    marks.push(`<text x="${x.toFixed(2)}%" y="12" text-anchor="${anchor}">${seconds === 0 ? '0' : roundWords(seconds)}</text>`);
  }
  return `<div class="r h"><span>Step</span><svg class="ruler" width="100%" height="16" aria-hidden="true">${marks.join('')}</svg><span class="num">Time</span><span class="num t2">Tokens</span><span class="num t2">Cost</span><span class="num t2">Try</span></div>`;
}

/** 200 ms, 5 s, 2 m, 1 h 30 m: marks of an axis are round. */
function roundWords(seconds) {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 120) return `${Number(seconds.toFixed(1))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} m`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} m` : `${minutes / 60} h`;
}
