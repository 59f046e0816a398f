// The frame around every page: router, connection, clock, keyboard, theme. A page is a module that exports one function.
import { Failure, forgetSession, onLoginNeeded, send, serverNow, session } from './api.js';
import { clock, esc, isUTC, setUTC, zoneName } from './formats.js';
import { keyList, listenForKeys, switchKeys } from './keyboard.js';
import { Live } from './live.js';
import { closePreview, isPreviewing, preview } from './preview.js';

/** @typedef {{tick?: (nowMs: number) => void, release?: () => void, keys?: object, copyCommand?: string}} PageHandlers */

const byId = (id) => document.getElementById(id);
const main = byId('main');

/** What is shown: its handlers, feed, and the switch that ends its requests. */
let shown = { name: '', handlers: {}, live: null, leaving: new AbortController() };
let lastList = '/executions';
let isPaused = false;

// Router

/** The page that a path names: [module and function, title, path segments]. */
function route(pathname) {
  const path = pathname.split('/').filter(Boolean).map(decodeSegment);
  if (path.length === 0) return { name: 'overview', title: 'Overview', path };
  if (path.length === 1 && path[0] === 'executions') return { name: 'executions', title: 'Executions', path };
  if (path.length === 2 && path[0] === 'executions') return { name: 'execution', title: path[1], path };
  if (path.length === 1 && path[0] === 'diagnose') return { name: 'diagnose', title: 'Diagnose', path };
  if (path.length === 1 && path[0] === 'login') return { name: 'login', title: 'Log in', path };
  return { name: null, title: 'Not found', path };
}

function decodeSegment(segment) {
  try { return decodeURIComponent(segment); } catch { return segment; }
}

async function render({ keepScroll = false } = {}) {
  const { name, title, path } = route(location.pathname);
  leave();
  const leaving = new AbortController();
  const isSamePage = shown.name === name;
  shown = { name, handlers: {}, live: null, leaving };
  if (name === 'executions') lastList = location.pathname + location.search;
  markCurrent(name);
  setTitle(title);
  drawConnection();
  // What is on screen stays until the page itself has something better; another page's content does not.
  if (!isSamePage) main.replaceChildren();
  try {
    const handlers = name ? await openPage(name, contextOf(path, leaving.signal)) : notFound();
    if (leaving.signal.aborted) return;
    shown.handlers = handlers ?? {};
    performance.mark('page-ready');
    if (!keepScroll) restoreScroll();
    learnSession();
  } catch (failure) {
    if (leaving.signal.aborted || failure.name === 'AbortError') return;
    showFailure(failure);
  }
}

async function openPage(name, context) {
  const module = await import(`./${name}.js`);
  return context.signal.aborted ? {} : module[name](context);
}

/** What a page is given to work with. */
function contextOf(path, signal) {
  return {
    root: main, path, query: new URLSearchParams(location.search), signal,
    navigate, setTitle, setLostCount, toast, preview: showPreview,
    live: (params, handlers, options) => follow(params, handlers, options, signal),
  };
}

function leave() {
  shown.leaving.abort();
  shown.live?.close();
  if (!isPreviewing()) return;
  closePreview();
}

/**
 * Goes to an address, or changes members of the query of this one: null removes, an array repeats.
 * @param {string|Record<string, unknown>} change
 */
function navigate(change, { replace = false } = {}) {
  const url = new URL(location.href);
  if (typeof change === 'string') url.href = new URL(change, location.origin).href;
  else {
    for (const [name, value] of Object.entries(change)) {
      url.searchParams.delete(name);
      for (const one of Array.isArray(value) ? value : [value]) if (one != null && one !== '') url.searchParams.append(name, one);
    }
  }
  if (url.href === location.href) return;
  const isSamePath = url.pathname === location.pathname;
  rememberScroll();
  history[replace ? 'replaceState' : 'pushState']({}, '', url);
  render({ keepScroll: isSamePath });
}

function rememberScroll() {
  history.replaceState({ ...history.state, scroll: scrollY }, '');
}

function restoreScroll() {
  scrollTo(0, history.state?.scroll ?? 0);
}

history.scrollRestoration = 'manual';
addEventListener('popstate', () => render());

const isPlainClick = (event) => event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
const isPage = (url) => url.origin === location.origin && !url.pathname.startsWith('/v1/') && !url.pathname.startsWith('/assets/') && route(url.pathname).name;

document.addEventListener('click', (event) => {
  const copied = event.target.closest('[data-copy]');
  if (copied) {
    event.preventDefault();
    copy(copied.dataset.copy);
    return;
  }
  if (event.defaultPrevented || !isPlainClick(event)) return;
  const link = event.target.closest('a[href]');
  if (link) {
    if (link.target || link.hasAttribute('download') || link.getAttribute('href').startsWith('#') || !isPage(new URL(link.href))) return;
    event.preventDefault();
    navigate(link.hasAttribute('data-back') ? lastList : link.href);
    return;
  }
  const row = event.target.closest('[data-href]');
  if (row && !event.target.closest('button, input, select, summary') && !String(getSelection())) navigate(row.dataset.href);
});

// Title, messages, dialog

function setTitle(text) { document.title = `${text} · Stint`; }

/** The number beside Diagnose, as text; a page that knows it tells it. */
function setLostCount(words) {
  const sign = byId('lost-count');
  sign.textContent = words;
  sign.title = words ? `${words} lost` : '';
}

let toastTimer = null;

function toast(text) {
  byId('toast').textContent = text;
  byId('toast').classList.add('on');
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => byId('toast').classList.remove('on'), 1800);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(text.length > 60 ? 'Copied' : `Copied ${text}`);
  } catch {
    // Without TLS the clipboard is closed to pages; the text can be selected by hand.
    showDialog('Copy this', `<pre class="code" tabindex="0">${esc(text)}</pre>`);
  }
}

function showDialog(title, markup) {
  const dialog = byId('dialog');
  dialog.innerHTML = `<form method="dialog"><h2 id="dialog-title">${esc(title)}</h2><button class="icon" aria-label="Close">×</button></form>${markup}`;
  dialog.setAttribute('aria-labelledby', 'dialog-title');
  dialog.showModal();
}
byId('dialog').addEventListener('click', (event) => { if (event.target === event.currentTarget) event.currentTarget.close(); });

document.addEventListener('chart-table', ({ detail: { title, head, rows } }) => {
  const cells = (row) => row.map((text, index) => `<td${index ? ' class="num"' : ''}>${esc(text)}</td>`).join('');
  showDialog(title, `<div class="scroll" tabindex="0"><table><thead><tr>${head.map((text, index) => `<th scope="col"${index ? ' class="num"' : ''}>${esc(text)}</th>`).join('')}</tr></thead>
    <tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</tbody></table></div>`);
});

function notFound() {
  main.innerHTML = '<div class="head"><h1>There is no such page</h1></div><section class="panel"><div class="empty"><b>Nothing is at this address.</b> Go to the <a href="/">Overview</a> or to the <a href="/executions">Executions</a>.</div></section>';
  return {};
}

/** A page that could not be shown at all; parts of a page show their own failures. */
function showFailure(failure) {
  const isTold = failure instanceof Failure;
  if (!isTold) console.error(failure);
  const request = failure.requestId ? ` (request ${esc(failure.requestId)})` : '';
  main.innerHTML = `<section class="panel err" role="alert"><header><h2 class="s-failed">This page could not be shown</h2><div class="acts"><button type="button" id="again">Try again</button></div></header>
    <div class="body"><p class="msg">${esc(isTold ? failure.message : 'The page has a fault; the browser\'s console names it.')}${request}</p></div></section>`;
  byId('again').addEventListener('click', () => render());
}

function markCurrent(name) {
  const current = name === 'execution' ? 'executions' : name;
  for (const link of document.querySelectorAll('.top nav a')) {
    if (link.dataset.page === current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

// Connection

/** Opens the one feed of a page, in place of the one it had. */
function follow(params, handlers, options, signal) {
  shown.live?.close();
  const onState = (live) => {
    drawConnection(live);
    handlers.onState?.(live);
  };
  const feed = shown.live = new Live(params, { ...handlers, onState }, { ...options, isPaused });
  const close = () => {
    feed.close();
    if (shown.live !== feed) return;
    shown.live = null;
    drawConnection();
  };
  signal.addEventListener('abort', close);
  drawConnection();
  return { close };
}

const STATES = {
  connecting: { word: 'Connecting', hint: 'Pause updates (p)' },
  live: { word: 'Live', hint: 'Pause updates (p)' },
  paused: { word: 'Paused', hint: 'Resume updates (p)' },
  reconnecting: { word: 'Reconnecting', hint: 'Try now' },
};
let announcedState = '';

function drawConnection(live = shown.live) {
  const button = byId('live');
  button.hidden = !live;
  const state = live?.state ?? 'none';
  if (live) {
    button.className = `live ${state}`;
    button.textContent = STATES[state].word;
    button.title = STATES[state].hint;
  }
  if (state !== announcedState && state !== 'connecting') {
    const isWorthSaying = state === 'reconnecting' || (announcedState === 'reconnecting' && state === 'live');
    if (isWorthSaying) byId('announcer').textContent = state === 'live' ? 'Connected again' : 'No connection to the server';
    announcedState = state;
  }
  drawOffline(live);
}

function drawOffline(live) {
  const bar = byId('offline');
  const isLost = live?.state === 'reconnecting';
  bar.hidden = !isLost;
  if (!isLost) return bar.replaceChildren();
  if (!bar.firstChild) {
    bar.innerHTML = '<b></b> <span class="since"></span> Trying again <span class="next"></span>. <button type="button">Try now</button>';
    bar.querySelector('button').addEventListener('click', () => shown.live?.tryNow());
  }
  const wait = Math.max(0, Math.ceil((live.retryAt - Date.now()) / 1000));
  bar.querySelector('b').textContent = live.failure.isOffline || live.failure.status === null ? 'No connection to the server.' : `${live.failure.title}.`;
  bar.querySelector('.since').textContent = `What you see is from ${clock(live.heardAt + serverNow() - Date.now())}.`;
  bar.querySelector('.next').textContent = wait ? `in ${wait} s` : 'now';
}

function pauseOrResume() {
  const live = shown.live;
  if (live?.state === 'reconnecting') return live.tryNow();
  isPaused = !isPaused;
  if (isPaused) live?.pause();
  else live?.resume();
}
byId('live').addEventListener('click', pauseOrResume);

/** Once a second, while somebody looks and nothing is paused. */
setInterval(() => {
  if (shown.live?.state === 'reconnecting') drawOffline(shown.live);
  if (!document.hidden && !isPaused) shown.handlers.tick?.(serverNow());
}, 1000);

document.addEventListener('visibilitychange', () => {
  if (!document.hidden && !isPaused) shown.handlers.tick?.(serverNow());
});

// Session

onLoginNeeded(() => {
  if (location.pathname === '/login') return;
  forgetSession();
  navigate(`/login?next=${encodeURIComponent(location.pathname + location.search)}`, { replace: true });
});

/** Asked once the page is complete, so that no page waits for it. */
async function learnSession() {
  const { required, authenticated, workspace } = await session().catch(() => ({}));
  const button = byId('sign-out');
  button.hidden = !(required && authenticated);
  button.title = workspace ? `Workspace ${workspace}` : '';
}

byId('sign-out').addEventListener('click', async () => {
  try {
    await send('DELETE', '/v1/session');
    forgetSession();
    location.assign('/login');
  } catch (failure) {
    toast(failure.title ?? 'Could not sign out');
  }
});

// Zone, theme, find, help

function stored(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}

function store(name, value) {
  try { localStorage.setItem(name, value); } catch { /* It holds until the page is left. */ }
}

function drawZone() { byId('zone').textContent = zoneName(); }

byId('zone').addEventListener('click', () => {
  setUTC(!isUTC());
  store('zone', isUTC() ? 'utc' : 'local');
  drawZone();
  render({ keepScroll: true });
});

byId('theme').addEventListener('click', () => {
  const { dataset } = document.documentElement;
  const isDark = dataset.theme ? dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  dataset.theme = isDark ? 'light' : 'dark';
  store('theme', dataset.theme);
});

byId('jump-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const words = byId('jump').value.trim();
  byId('jump').blur();
  if (words) navigate(`/executions?q=${encodeURIComponent(words)}`);
});

byId('help').addEventListener('click', () => {
  showDialog('Keyboard', keyList());
  byId('single-keys').addEventListener('change', (event) => switchKeys(event.target.checked));
});

// Rows and keys

const rows = () => [...main.querySelectorAll('[data-href]')].filter((row) => row.checkVisibility());
const selected = () => main.querySelector('[data-href][aria-selected=true]');

function select(row) {
  selected()?.removeAttribute('aria-selected');
  row?.setAttribute('aria-selected', 'true');
  row?.scrollIntoView({ block: 'nearest' });
}

function moveSelection(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(selected());
  const next = at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + step));
  select(all[next]);
  if (isPreviewing() && all[next].dataset.id) showPreview(all[next].dataset.id);
}

function showPreview(id) {
  preview(id, { navigate, toast });
}

function togglePreview() {
  if (isPreviewing()) return closePreview();
  const id = (selected() ?? document.activeElement?.closest('[data-id]'))?.dataset.id;
  if (!id) return false;
  showPreview(id);
}

function goBack() {
  if (isPreviewing()) closePreview();
  else if (shown.name === 'execution') navigate(lastList);
  else if (selected()) select(null);
  else return false;
}

const click = (id) => () => byId(id).click();

const FRAME_KEYS = {
  'g o': () => navigate('/'),
  'g e': () => navigate('/executions'),
  'g d': () => navigate('/diagnose'),
  '/': () => { const field = byId('jump').checkVisibility() ? byId('jump') : main.querySelector('input[type=search]'); field?.focus(); },
  f: () => { const field = main.querySelector('input[type=search]'); field?.focus(); return Boolean(field); },
  j: () => moveSelection(1),
  k: () => moveSelection(-1),
  Enter: () => { if (!selected()) return false; navigate(selected().dataset.href); },
  Space: togglePreview,
  Escape: goBack,
  '.': () => { if (!shown.handlers.release) return false; shown.handlers.release(); },
  p: () => { if (!shown.live) return false; pauseOrResume(); },
  u: click('zone'),
  t: click('theme'),
  '?': click('help'),
  c: () => { const id = shown.name === 'execution' ? route(location.pathname).path[1] : selected()?.dataset.id; if (!id) return false; copy(id); },
  y: () => { if (!shown.handlers.copyCommand) return false; copy(shown.handlers.copyCommand); },
};
listenForKeys(() => [shown.handlers.keys ?? {}, FRAME_KEYS]);

setUTC(stored('zone') === 'utc');
drawZone();
render();
