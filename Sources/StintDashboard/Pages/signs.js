// Small signs that every page shares. A status is told by shape, then word, then colour.
import { about, duration, esc, instant, points, stamp, ticking } from './formats.js';

const RING = '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.8"/>';
const SHAPES = {
  queued: '<circle cx="8" cy="8" r="5.4" fill="none" stroke="currentColor" stroke-width="1.8" stroke-dasharray="2.6 2.2"/>',
  pending: '<circle cx="8" cy="8" r="5.4" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="1.5 2.6"/>',
  running: '<circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" stroke-width="1.8"/><path d="M8 8V2.4A5.6 5.6 0 0 1 13.6 8z" fill="currentColor" class="spin"/>',
  lost: '<path d="M8 1.6 14.6 13.6H1.4z" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linejoin="round"/><path d="M8 6v3.6M8 11.2v.9" stroke="currentColor" stroke-width="1.7"/>',
  succeeded: '<circle cx="8" cy="8" r="6.4" fill="currentColor"/><path d="m5 8.2 2.1 2.1L11 6.2" fill="none" stroke="var(--surface)" stroke-width="1.7"/>',
  failed: '<rect x="2" y="2" width="12" height="12" rx="1.6" fill="currentColor"/><path d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" stroke="var(--surface)" stroke-width="1.7"/>',
  timed_out: `${RING}<path d="M8 4.6V8l2.4 1.6" fill="none" stroke="currentColor" stroke-width="1.7"/>`,
  aborted: `${RING}<path d="m4 12 8-8" stroke="currentColor" stroke-width="1.8"/>`,
  skipped: '<path d="M2.5 8h11" stroke="currentColor" stroke-width="1.8" stroke-dasharray="2.5 2"/>',
};
SHAPES.waiting = SHAPES.running;

const WORDS = {
  pending: 'Queued', queued: 'Queued', running: 'Running', waiting: 'Running', succeeded: 'Succeeded', failed: 'Failed',
  timed_out: 'Timed out', aborted: 'Cancelled', lost: 'Lost', skipped: 'Skipped',
};

/** Whether no event is awaited any more. */
export const isFinal = (status) => ['succeeded', 'failed', 'timed_out', 'aborted'].includes(status);

export const statusWord = (status) => WORDS[status] ?? status;
/** The shape of a status, of executions and of steps. */
export const icon = (status) => `<svg class="ico s-${esc(status)}" width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">${SHAPES[status] ?? SHAPES.pending}</svg>`;
/** Shape and word in a line of text. */
export const statusSign = (status) => `<span class="status s-${esc(status)}">${icon(status)}${esc(statusWord(status))}</span>`;
/** Shape and word in a frame, beside a title. */
export const badge = (status) => `<span class="badge s-${esc(status)}">${icon(status)}${esc(statusWord(status))}</span>`;

/** Whether the work achieved what it was for; nothing where nobody said. */
export function outcome(goalMet) {
  if (goalMet == null) return '';
  return goalMet ? '<span class="outcome">Goal met</span>' : '<span class="outcome missed">Goal missed</span>';
}

/** An instant of the interface, with its full precision on hover. */
export function time(text, nowMs) {
  const ms = instant(text);
  return ms == null ? '–' : `<time datetime="${esc(text)}" title="${esc(text)}">${stamp(ms, nowMs)}</time>`;
}

const COPY_SHAPE = '<svg width="13" height="13" viewBox="0 0 16 16" aria-hidden="true"><rect x="5" y="5" width="8.5" height="8.5" rx="1.5" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M10.5 5V3.5A1 1 0 0 0 9.5 2.5h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1H5" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>';

/** A button that copies a text; the frame listens for `data-copy`. */
export const copyButton = (text, label = 'Copy') => `<button type="button" class="copy" data-copy="${esc(text)}" aria-label="${esc(label)}" title="${esc(label)}">${COPY_SHAPE}</button>`;

/** A line for the terminal, ready to copy. */
export const command = (line, note = '') => `<div class="cmd"><code>${esc(line)}</code>${copyButton(line, 'Copy command')}${note ? `<span>${esc(note)}</span>` : ''}</div>`;

/** The button that copies this view as a command; `y` does the same. */
export function copyCommand(line) {
  const [program, verb] = line.split(' ');
  return `<button type="button" class="as-command" data-copy="${esc(line)}" title="${esc(line)} (y)"><code>${esc(`${program} ${verb}`)} …</code> copy as command</button>`;
}

/** A titled box. `title`, `note` and `actions` are markup. */
export function panel(title, body, { note = '', actions = '', kind = '' } = {}) {
  return `<section class="panel ${kind}"><header><h2>${title}</h2>${note ? `<span class="note">${note}</span>` : ''}${actions ? `<div class="acts">${actions}</div>` : ''}</header>${body}</section>`;
}

/** @param {[string, string][]} items Class of the mark, and what it stands for. */
export const legend = (items) => `<span class="legend">${items.map(([mark, word]) => `<span><i class="${mark}"></i>${esc(word)}</span>`).join('')}</span>`;

/**
 * How a figure differs from the period before.
 * @param {number|null} value In percent, or in points where `unit` is 'pt'.
 * @param {object} [options] `good`: 1 where more is better, −1 where less is, 0 where neither (no colour).
 */
export function change(value, { good = 0, unit = '%' } = {}) {
  if (value == null) return '';
  const smallest = unit === 'pt' ? 0.05 : 0.5;
  if (Math.abs(value) < smallest) return '<span class="delta">=&nbsp;same</span>';
  const amount = unit === 'pt' ? points(value) : `${Math.abs(value) < 999.5 ? Math.abs(value).toFixed(0) : '> 999'} ${unit}`;
  const judged = Math.sign(value) * good;
  const kind = judged > 0 ? ' good' : judged < 0 ? ' bad' : '';
  return `<span class="delta${kind}"><span aria-hidden="true">${value > 0 ? '▲' : '▼'}</span><span class="sr">${value > 0 ? 'up' : 'down'}</span>&#8239;${amount}</span>`;
}

/** How much there must be before an agent's past says anything. */
export const ENOUGH_HISTORY = 10;

/** Seconds since the start of the current attempt; up to the last sign of life where lost, up to the end where ended. */
export function elapsedSeconds(execution, nowMs) {
  const started = instant(execution.startedAt);
  if (started == null) return null;
  if (isFinal(execution.status)) return execution.durationSeconds;
  const until = execution.status === 'lost' ? instant(execution.lastEventAt) ?? nowMs : nowMs;
  return Math.max(0, (until - started) / 1000);
}

/** Seconds without a sign of life, where that is worth saying: lost, or quieter than it promised. Else null. */
export function silentSeconds(execution, nowMs) {
  const last = instant(execution.lastEventAt);
  if (last == null || isFinal(execution.status)) return null;
  const seconds = (nowMs - last) / 1000;
  const isQuiet = execution.heartbeatSeconds != null && seconds > execution.heartbeatSeconds;
  return execution.status === 'lost' || isQuiet ? seconds : null;
}

const isEnough = (history) => history?.p95 > 0 && history.p50 != null && history.n >= ENOUGH_HISTORY;

/** Elapsed time ÷ the p95 of the agent's past; 0 without such a past, or before the start. */
export const slowness = (execution, history, nowMs) => (isEnough(history) ? (elapsedSeconds(execution, nowMs) ?? 0) / history.p95 : 0);

/**
 * Elapsed time against the agent's own past: full width is its p95, the tick its median.
 * @param {{p50: number, p95: number, n: number}|null} history Seconds; of the agent's finished executions.
 * @returns {{html: string, word: string, over: boolean}}
 */
export function progress(execution, history, nowMs) {
  const elapsed = elapsedSeconds(execution, nowMs);
  const silent = silentSeconds(execution, nowMs);
  if (elapsed == null) return { html: '', word: 'not started', over: false };
  if (!isEnough(history)) return { html: '', word: silent == null ? remaining(execution, nowMs) : silence(silent), over: false };

  const over = elapsed > history.p95;
  const quiet = execution.status === 'lost' ? silent ?? 0 : 0;
  const scale = Math.max(history.p95, elapsed + quiet);
  const share = (seconds) => `${(100 * seconds / scale).toFixed(1)}%`;
  const bar = (kind, from, length) => `<rect class="${kind}" x="${share(from)}" y="2" width="${share(length)}" height="8" rx="2"/>`;
  const tick = (seconds, name) => `<rect class="tick ${name}" x="${share(seconds)}" y="0" width="2" height="12"/>`;
  const said = `${ticking(elapsed)} elapsed, median ${duration(history.p50)}, p95 ${duration(history.p95)}${quiet ? `, then silent for ${about(quiet)}` : ''}`;
  const html = `<svg class="prog${over ? ' over' : ''}" width="100%" height="12" role="img" aria-label="${esc(said)}"><title>${esc(said)}</title>`
    + `${bar('track', 0, scale)}${bar('fill', 0, elapsed)}${quiet ? bar('quiet', elapsed, quiet) : ''}`
    + `${tick(history.p50, 'p50')}${over ? tick(history.p95, 'p95') : ''}</svg>`;
  return { html, word: silent == null ? expectation(elapsed, history) : silence(silent), over };
}

const silence = (seconds) => `silent for ${about(seconds)}`;

function expectation(elapsed, history) {
  const ratio = elapsed / history.p95;
  if (ratio > 1) return `${ratio < 9.95 ? ratio.toFixed(1) : ratio < 999.5 ? Math.round(ratio) : '> 999'} × p95`;
  return elapsed < history.p50 ? `usually ${about(history.p50 - elapsed)} more` : 'past the median';
}

/** The server's estimate, which may know more than the range shown. */
function remaining(execution, nowMs) {
  const eta = instant(execution.etaAt);
  return eta != null && eta > nowMs ? `usually ${about((eta - nowMs) / 1000)} more` : eta != null ? 'past the median' : 'no history yet';
}

/** A share of 100 as a bar. */
export const meter = (share) => `<svg class="meter" width="100%" height="6" aria-hidden="true"><rect class="track" width="100%" height="6" rx="3"/><rect class="fill" width="${Math.max(0, Math.min(100, share)).toFixed(1)}%" height="6" rx="3"/></svg>`;

const STRIP_WIDTH = 74;

/** One segment a step, as wide as the root of its time: the story of an execution in 74 pixels. */
export function stepStrip(steps) {
  if (!steps?.length) return '';
  const weights = steps.map((step) => Math.max(1, Math.sqrt(step.durationSeconds ?? 1)));
  const gap = steps.length > 20 ? 0.5 : 2;
  const unit = (STRIP_WIDTH - gap * (steps.length - 1)) / weights.reduce((sum, weight) => sum + weight, 0);
  let x = 0;
  const segments = steps.map((step, index) => {
    const width = weights[index] * unit;
    const said = `${step.name}: ${stepWord(step.status)}${step.durationSeconds == null ? '' : `, ${duration(step.durationSeconds)}`}`;
    const segment = `<rect class="f-${esc(step.status)}" x="${x.toFixed(1)}" y=".5" width="${width.toFixed(1)}" height="9" rx="1"><title>${esc(said)}</title></rect>`;
    x += width + gap;
    return segment;
  });
  const sentence = steps.map((step) => `${step.name} ${stepWord(step.status).toLowerCase()}`).join(', ');
  return `<svg class="strip" width="${STRIP_WIDTH}" height="10" role="img" aria-label="${esc(sentence)}">${segments.join('')}</svg>`;
}

const stepWord = (status) => (status === 'pending' ? 'Not run' : statusWord(status));

/** The step that an open execution is at: the last of the running ones, by order. */
export const currentStep = (execution) => execution.steps?.findLast((step) => step.status === 'running' || step.status === 'lost') ?? null;

