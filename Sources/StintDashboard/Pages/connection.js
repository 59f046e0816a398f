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

const button = document.getElementById('live');
const bar = document.getElementById('offline');
const announcer = document.getElementById('announcer');

let feed = null;
let paused = false;
let isAnnouncedLost = false;

/** Whether the screen is frozen; holds from page to page. */
export const isPaused = () => paused;
export const isFollowing = () => feed !== null;

/**
 * Opens the feed of a page, in place of the one before, until `signal` or `close`.
 * @param {object} params @param {object} handlers @param {object} options As `Live` takes them.
 */
export function follow(params, handlers, options, signal) {
  if (signal.aborted) return { close() {} };
  feed?.close();
  const onState = (live) => {
    draw(live);
    handlers.onState?.(live);
  };
  const opened = feed = new Live(params, { ...handlers, onState }, { ...options, isPaused: paused });
  const close = () => {
    opened.close();
    if (feed !== opened) return;
    feed = null;
    draw(null);
  };
  signal.addEventListener('abort', close);
  draw(opened);
  return { close };
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

function draw(live) {
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
