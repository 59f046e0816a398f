// The frame around every page: router, clock, keyboard, theme, session. A page is a function in a module of its name.
import { Failure, forgetSession, onLoginNeeded, send, serverNow, session } from './api.js';
import { follow, isFollowing, isPaused, pauseOrResume, tickConnection } from './connection.js';
import { diagnose } from './diagnose.js';
import { copy, showDialog, toast } from './dialog.js';
import { execution } from './execution.js';
import { executions } from './executions.js';
import { esc, isUTC, setUTC, zoneName } from './formats.js';
import { keyList, listenForKeys, switchKeys } from './keyboard.js';
import { login } from './login.js';
import { overview } from './overview.js';
import { closePreview, isPreviewing, preview } from './preview.js';
import { moveSelection, select, selected, togglePreview } from './rows.js';

/**
 * @typedef {object} PageHandlers What a page answers to, all optional.
 * @property {() => void} [complete] It has been painted: time for what it stands without.
 * @property {(nowMs: number) => void} [tick] Once a second.
 * @property {() => void} [release] Shows what was held back.
 * @property {object} [keys] @property {string} [copyCommand]
 */

const byId = (id) => document.getElementById(id);
const main = byId('main');

/** What is shown: its handlers, and the switch that ends its requests and its feed. */
let shown = { name: null, handlers: {}, leaving: new AbortController() };
let lastList = '/executions';

// Router

const PAGES = { overview, executions, execution, diagnose, login };

/** The page that a path names: a key of `PAGES`, or null. */
function route(pathname) {
  const path = pathname.split('/').filter(Boolean).map(decodeSegment);
  const page = (name, title) => ({ name, title, path });
  if (path.length === 0) return page('overview', 'Overview');
  if (path.length === 1 && path[0] === 'executions') return page('executions', 'Executions');
  if (path.length === 2 && path[0] === 'executions') return page('execution', path[1]);
  if (path.length === 1 && path[0] === 'diagnose') return page('diagnose', 'Diagnose');
  if (path.length === 1 && path[0] === 'login') return page('login', 'Log in');
  return page(null, 'Not found');
}

function decodeSegment(segment) {
  try { return decodeURIComponent(segment); } catch { return segment; }
}

async function render({ keepScroll = false } = {}) {
  const { name, title, path } = route(location.pathname);
  const page = PAGES[name];
  const before = shown;
  before.leaving.abort();
  if (isPreviewing()) closePreview();
  const { signal } = (shown = { name, handlers: {}, leaving: new AbortController() }).leaving;
  if (name === 'executions') lastList = location.pathname + location.search;
  markCurrent(name);
  setTitle(title);
  // What is on screen stays until the page has something better; the content of another page does not.
  if (before.name !== name) main.replaceChildren();
  if (before.name && before.name !== name) main.focus({ preventScroll: true });
  try {
    const handlers = page ? await page(contextOf(path, signal)) : showNotFound();
    if (signal.aborted) return;
    shown.handlers = handlers ?? {};
    if (!keepScroll) scrollTo(0, history.state?.scroll ?? 0);
    await painted();
    if (signal.aborted) return;
    performance.mark('page-ready');
    shown.handlers.complete?.();
    learnSession();
  } catch (failure) {
    if (signal.aborted || failure.name === 'AbortError') return;
    shown.leaving.abort();
    showFailure(failure);
  }
}

/** Fulfilled once the browser has drawn what the document holds, charts included. */
const painted = () => new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });

/** What a page is given to work with. */
function contextOf(path, signal) {
  return {
    root: main, path, query: new URLSearchParams(location.search), signal,
    navigate, setTitle, setLostCount, toast, preview: (id) => preview(id, { navigate, toast }),
    live: (params, handlers, options) => follow(params, handlers, options, signal),
  };
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
      for (const one of [value].flat()) if (one != null && one !== '') url.searchParams.append(name, one);
    }
  }
  if (url.href === location.href) return;
  const keepScroll = url.pathname === location.pathname;
  history.replaceState({ ...history.state, scroll: scrollY }, '');
  history[replace ? 'replaceState' : 'pushState']({}, '', url);
  render({ keepScroll });
}

history.scrollRestoration = 'manual';
addEventListener('popstate', () => render());

const isPlainClick = (event) => event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
const isPage = (url) => url.origin === location.origin && route(url.pathname).name;

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

// What pages say in the frame

function setTitle(text) { document.title = `${text} · Stint`; }

/** The number beside Diagnose, as text; a page that knows it tells it. */
function setLostCount(words) {
  const sign = byId('lost-count');
  sign.textContent = words;
  sign.title = words ? `${words} lost` : '';
}

function markCurrent(name) {
  const current = name === 'execution' ? 'executions' : name;
  for (const link of document.querySelectorAll('.top nav a')) {
    if (link.dataset.page === current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

function showNotFound() {
  main.innerHTML = '<div class="head"><h1>There is no such page</h1></div><section class="panel"><div class="empty"><b>Nothing is at this address.</b> Go to the <a href="/">Overview</a> or to the <a href="/executions">Executions</a>.</div></section>';
  return {};
}

/** A page that could not be shown at all; parts of a page show their own failures. */
function showFailure(failure) {
  const isTold = failure instanceof Failure;
  if (!isTold) console.error(failure);
  const words = isTold ? failure.message : 'The page has a fault; the browser\'s console names it.';
  const named = failure.requestId ? ` (request ${failure.requestId})` : '';
  main.innerHTML = `<section class="panel err" role="alert"><header><h1 class="s-failed">This page could not be shown</h1><div class="acts"><button type="button" id="again">Try again</button></div></header>
    <div class="body"><p class="msg">${esc(words + named)}</p></div></section>`;
  byId('again').addEventListener('click', () => location.reload());
}

// Clock

/** Once a second, while somebody looks and nothing is frozen. */
function tick() {
  if (!document.hidden && !isPaused()) shown.handlers.tick?.(serverNow());
}
setInterval(() => {
  tickConnection();
  tick();
}, 1000);
document.addEventListener('visibilitychange', tick);

// Session

onLoginNeeded(() => {
  if (location.pathname === '/login') return;
  forgetSession();
  navigate(`/login?next=${encodeURIComponent(location.pathname + location.search)}`, { replace: true });
});

/** Asked once a page is complete, so that none waits for it. */
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

function chooseZone(isUniversal) {
  setUTC(isUniversal);
  byId('zone').textContent = zoneName();
}

byId('zone').addEventListener('click', () => {
  chooseZone(!isUTC());
  store('zone', isUTC() ? 'utc' : 'local');
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

// Keys; an action that answers false leaves the key to others.

const click = (id) => () => byId(id).click();
const previewing = { navigate, toast };

function goBack() {
  if (isPreviewing()) closePreview();
  else if (shown.name === 'execution') navigate(lastList);
  else if (selected()) select(null);
  else return false;
  return true;
}

function open() {
  const row = selected();
  if (row) navigate(row.dataset.href);
  return Boolean(row);
}

function focusOn(field) {
  field?.focus();
  return Boolean(field);
}

function copyId() {
  const id = shown.name === 'execution' ? route(location.pathname).path[1] : selected()?.dataset.id;
  if (id) copy(id);
  return Boolean(id);
}

function copyCommand() {
  const { copyCommand: command } = shown.handlers;
  if (command) copy(command);
  return Boolean(command);
}

function release() {
  shown.handlers.release?.();
  return Boolean(shown.handlers.release);
}

const pageField = () => main.querySelector('input[type=search]');

listenForKeys(() => [shown.handlers.keys ?? {}, {
  'g o': () => navigate('/'),
  'g e': () => navigate('/executions'),
  'g d': () => navigate('/diagnose'),
  '/': () => focusOn(byId('jump').checkVisibility() ? byId('jump') : pageField()),
  f: () => focusOn(pageField()),
  j: () => moveSelection(1, previewing),
  k: () => moveSelection(-1, previewing),
  Enter: open,
  Space: () => togglePreview(previewing),
  Escape: goBack,
  '.': release,
  p: () => isFollowing() && pauseOrResume(),
  u: click('zone'),
  t: click('theme'),
  '?': click('help'),
  c: copyId,
  y: copyCommand,
}]);

chooseZone(stored('zone') === 'utc');
render();
