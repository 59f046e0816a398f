// The one feed of the page on screen, and its state in the header: live, paused, or lost with the time of the next try.
import { serverNow } from './api.js';
import { clock } from './formats.js';
import { Live } from './live.js';

const STATES = {
  connecting: { word: 'Connecting', hint: 'Pause updates (p)' },
  live: { word: 'Live', hint: 'Pause updates (p)' },
  paused: { word: 'Paused', hint: 'Resume updates (p)' },
  reconnecting: { word: 'Reconnecting', hint: 'Try now' },
};

const PASSING_MS = 500;

const button = document.getElementById('live');
const bar = document.getElementById('offline');
const announcer = document.getElementById('announcer');

let feed = null;
let paused = false;
let isAnnouncedLost = false;
let drawTimer = null;

/** Whether the screen is frozen; holds from page to page. */
export const isPaused = () => paused;
export const isFollowing = () => feed !== null;

/**
 * Opens the feed of a page, in place of the one before, until `signal` or `close`.
 * @param {object} params @param {object} handlers @param {object} options As `Live` takes them.
 */
export function follow(params, handlers, options, signal) {
  if (signal.aborted) return { opened: Promise.resolve(), close() {} };
  feed?.close();
  const onState = (changed) => {
    draw(changed);
    handlers.onState?.(changed);
  };
  const live = feed = new Live(params, { ...handlers, onState }, { ...options, isPaused: paused });
  const close = () => {
    live.close();
    if (feed !== live) return;
    feed = null;
    draw(null);
  };
  signal.addEventListener('abort', close);
  draw(live);
  return { opened: live.opened, close };
}

/** The click on the sign: a lost connection is tried at once, else the screen is frozen or goes on. */
export function pauseOrResume() {
  if (feed?.state === 'reconnecting') return feed.tryNow();
  paused = !paused;
  if (paused) feed?.pause();
  else feed?.resume();
}

/** Once a second: the count-down to the next try. */
export function tickConnection() {
  if (feed?.state === 'reconnecting') drawBar(feed);
}

button.addEventListener('click', pauseOrResume);

/** A page that is left and one that connects take turns within moments; the sign waits for what lasts. */
function draw(live) {
  clearTimeout(drawTimer);
  const isPassing = !live || live.state === 'connecting';
  if (isPassing) drawTimer = setTimeout(() => drawState(live), PASSING_MS);
  else drawState(live);
}

function drawState(live) {
  button.hidden = !live;
  if (live) {
    const { word, hint } = STATES[live.state];
    button.className = `live ${live.state}`;
    button.textContent = word;
    button.title = hint;
    announce(live.state);
  }
  drawBar(live);
}

/** Said once when the connection is lost, and once when it is back. */
function announce(state) {
  if (state === 'reconnecting' && !isAnnouncedLost) announcer.textContent = 'No connection to the server';
  if (state === 'live' && isAnnouncedLost) announcer.textContent = 'Connected again';
  if (state !== 'connecting') isAnnouncedLost = state === 'reconnecting';
}

function drawBar(live) {
  const isLost = live?.state === 'reconnecting';
  bar.hidden = !isLost;
  if (!isLost) return bar.replaceChildren();
  if (!bar.firstChild) {
    bar.innerHTML = '<b></b> <span class="since"></span> Trying again <span class="next"></span>. <button type="button">Try now</button>';
    bar.querySelector('button').addEventListener('click', () => feed?.tryNow());
  }
  const wait = Math.max(0, Math.ceil((live.retryAt - Date.now()) / 1000));
  bar.querySelector('b').textContent = live.failure.status === null || live.failure.isOffline ? 'No connection to the server.' : `${live.failure.title}.`;
  bar.querySelector('.since').textContent = `What you see is from ${clock(live.heardAt + serverNow() - Date.now())}.`;
  bar.querySelector('.next').textContent = wait ? `in ${wait} s` : 'now';
}
