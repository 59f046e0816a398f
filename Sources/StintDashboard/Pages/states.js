// What a page shows while it waits, where nothing is recorded or matches, and where the server refuses.
import { request, session } from './api.js';
import { count, esc, stamp } from './formats.js';
import { command, copyButton } from './signs.js';

const PATIENCE_MS = 300;

/**
 * Shows grey shapes of a page to come, after 300 ms and only where nothing is on screen yet: old content stays.
 * @param {Element} root
 * @param {string} title The page's heading.
 * @returns {() => void} Call when the page has something to show, or has failed.
 */
export function showLoading(root, title) {
  const timer = setTimeout(() => {
    if (root.childElementCount === 0) root.innerHTML = shapes(title);
  }, PATIENCE_MS);
  return () => clearTimeout(timer);
}

function shapes(title) {
  const line = (width) => `<svg class="sk" width="${width}%" aria-hidden="true"></svg>`;
  const lines = (number) => Array.from({ length: number }, (_, index) => line(62 + (index * 37) % 34)).join('');
  return `<div aria-busy="true"><div class="head"><h1>${esc(title)}</h1></div><p class="sr" role="status">Loading</p>
    <div class="deck"><section class="panel">${lines(2)}</section></div><div class="deck g21"><section class="panel">${lines(9)}</section><section class="panel">${lines(9)}</section></div></div>`;
}

/**
 * In place of a part that could not be read; the rest of the page stays. Without the right to read it, says which is missing.
 * @param {import('./api.js').Failure} failure
 * @param {object} [options]
 * @param {string} [options.title] What could not be read.
 * @param {number|null} [options.nextTrySeconds] When the page tries again by itself; null where it does not.
 * @returns {string} Markup; its button carries `data-retry`.
 */
export function failurePanel(failure, { title = 'These figures could not be read', nextTrySeconds = null } = {}) {
  if (failure.status === 403) return noPermission(failure);
  const named = failure.requestId ? ` (request ${esc(failure.requestId)}) ${copyButton(`request ${failure.requestId}`, 'Copy request id')}` : '';
  const next = nextTrySeconds == null ? '' : `<p class="sub">Next try in ${nextTrySeconds} s. Executions are recorded all the same.</p>`;
  return `<section class="panel err" role="alert"><header><h2 class="s-failed">${esc(title)}</h2><div class="acts"><button type="button" data-retry>Try again</button></div></header>
    <div class="body"><p class="msg">${esc(failure.message)}${named}</p>${next}</div></section>`;
}

/** Which right is missing, and whom to ask. */
function noPermission(failure) {
  return `<section class="panel"><div class="empty"><b>This key may not read this.</b>
    <p>${esc(failure.detail || 'It lacks the scope read.')} Ask whoever runs this server for a key with that scope (<code>stint keys create --scope read</code>), then <a href="/login">log in with it</a>.</p></div></section>`;
}

/**
 * In place of a list whose filters leave nothing.
 * @param {object} options
 * @param {string|null} options.withoutStatus Address of the same list without its statuses; null where it has none.
 * @param {string} options.cleared Address of the list without any filter.
 */
export function nothingMatches({ withoutStatus, cleared }) {
  const wider = withoutStatus ? `<a href="${esc(withoutStatus)}">Without the status filter</a> · ` : '';
  return `<div class="empty"><b>No execution matches.</b> ${wider}<a href="${esc(cleared)}">Clear</a></div>`;
}

/** In place of a page when nothing was ever recorded: how to record a first execution, and what the server has heard so far. */
export async function firstUse({ signal } = {}) {
  const [{ required }, heard] = await Promise.all([session(), soFar(signal)]);
  const key = required ? ` \\\n  -H "Authorization: Bearer $STINT_KEY"` : '';
  const first = `curl ${location.origin}/v1/events${key} \\
  -H 'Content-Type: application/json' \\
  -d '{"type": "execution.started", "execution": "first-1", "agent": "my-agent"}'`;
  return `<section class="panel"><div class="empty first-use"><b>No execution has been recorded yet.</b>
    <p>Send one, and it appears here within a second.</p>
    <div class="copied"><pre class="code" tabindex="0">${esc(first)}</pre>${copyButton(first, 'Copy command')}</div>
    ${command('stint simulate --live', 'makes a fleet up, to look around')}
    <p class="dim">${heard}</p></div></section>`;
}

/** Since when the server listens, and what it took and refused; it is told by its own figures. */
async function soFar(signal) {
  try {
    const figures = await (await request('/metrics', { signal })).text();
    const figure = (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(figures)?.[1] ?? NaN);
    const since = figure('stint_process_start_time_seconds') * 1000;
    const rejected = figure('stint_events_rejected_total');
    return `Listening since ${stamp(since, Date.now())}. Events received: ${count(figure('stint_events_accepted_total'))}. Rejected: ${rejected ? count(rejected) : 'none'}.`;
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    return '';
  }
}
