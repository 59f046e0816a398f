// One execution beside the list it is in.
import { serverNow } from './api.js';
import { execution } from './execution.js';
import { Live } from './live.js';

let aside = null;
let leaving = null;

export const isPreviewing = () => aside !== null;

/** Shows an execution in the form of a narrow page, in place of the one shown before. */
export async function preview(id, { navigate, toast }) {
  closePreview();
  aside = document.createElement('aside');
  aside.className = 'peek';
  aside.setAttribute('aria-label', 'Preview');
  document.body.append(aside);
  leaving = new AbortController();
  const { signal } = leaving;
  const live = (params, handlers, options) => {
    const feed = new Live(params, handlers, options);
    signal.addEventListener('abort', () => feed.close());
    return feed;
  };
  const context = { root: aside, path: ['executions', id], query: new URLSearchParams(), navigate, live, signal, setTitle() {}, toast, isPreview: true, close: closePreview };
  const handlers = await execution(context).catch((failure) => {
    if (!signal.aborted) throw failure;
  });
  if (signal.aborted) return;
  handlers?.complete?.();
  if (!handlers?.tick) return;
  const ticks = setInterval(() => handlers.tick(serverNow()), 1000);
  signal.addEventListener('abort', () => clearInterval(ticks));
}

export function closePreview() {
  leaving?.abort();
  aside?.remove();
  aside = leaving = null;
}
