// Single keys, from anywhere on a page. Nothing happens while a field has focus, with a modifier, or when switched off.

const LEAD_MS = 900;
const STORED = 'single-keys';

const WORDS = [
  ['g o', 'Overview'], ['g e', 'Executions'], ['g d', 'Diagnose'], ['/', 'Find'], ['f', 'Filter field'],
  ['j k', 'Next, previous row; on a detail older, newer'], ['Enter', 'Open'], ['Space', 'Preview beside the list'],
  ['Esc', 'Close preview, leave field, back to the list'], ['.', 'Show arrivals'], ['p', 'Pause, resume'], ['1 – 7', 'Toggle a status'],
  ['c', 'Copy id'], ['y', 'Copy as command'], ['e', 'Open or close all steps'], ['u', 'UTC or local time'], ['t', 'Theme'],
  ['← →', 'In a chart: move'], ['d', 'In a chart: as table'], ['?', 'This list'],
];

/** Whether single keys act; kept in the browser. */
function keysAreOn() {
  try { return localStorage.getItem(STORED) !== 'off'; } catch { return true; }
}

export function switchKeys(areOn) {
  try { localStorage.setItem(STORED, areOn ? 'on' : 'off'); } catch { /* They act until the page is left. */ }
}

/** The list that ? shows. */
export function keyList() {
  const keys = (text) => text.split(/ (?!–|7)/).map((key) => `<kbd>${key}</kbd>`).join(' ');
  return `<dl class="keys">${WORDS.map(([key, word]) => `<div><dt>${keys(key)}</dt><dd>${word}</dd></div>`).join('')}</dl>
    <label class="keys-switch"><input type="checkbox" id="single-keys"${keysAreOn() ? ' checked' : ''}> Single keys act. Everything can also be reached with Tab.</label>`;
}

const isField = (element) => /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName) || element.isContentEditable;

/**
 * Listens for keys and hands each to the first of `layers()` that has an action for it.
 * @param {() => Record<string, (event: KeyboardEvent) => boolean|void>[]} layers Actions by key, the page's own first; two
 *   keys as 'g o'. An action that answers false leaves the key to the layers below and to the browser.
 */
export function listenForKeys(layers) {
  let lead = '';
  let leadTimer = null;
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return;
    if (isField(event.target)) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    if (document.querySelector('dialog[open]') || !keysAreOn()) return;
    // A focused link or button takes its own keys; Space is none of a link's.
    if (event.key === 'Enter' && event.target.closest('a, button, summary')) return;
    if (event.key === ' ' && event.target.closest('button, summary')) return;

    const key = event.key === ' ' ? 'Space' : event.key;
    const name = lead ? `${lead} ${key}` : key;
    clearTimeout(leadTimer);
    lead = '';
    const actions = layers().map((layer) => layer[name]).filter(Boolean);
    if (actions.some((action) => action(event) !== false)) event.preventDefault();
    else if (layers().some((layer) => Object.keys(layer).some((known) => known.startsWith(`${name} `)))) {
      lead = key;
      leadTimer = setTimeout(() => { lead = ''; }, LEAD_MS);
    }
  });
}
