// What the list and the pages of its executions know of each other: which list one came from, its
// rows, and where one was. Kept for the tab; nothing of it is needed to read a page.

const PLACE = 'stint.list';
const SEEN = 'stint.seen';
const SEEN_LISTS = 40;
/** Who comes back sooner has not left. */
const VISIT_GAP_MS = 5 * 60_000;

let kept = null;

/** Keeps a list as it is on the screen, for `recall`. `list` holds `items`, in order, and whatever else is to come back. */
export function remember(address, list) {
  kept = { address, list };
  write(sessionStorage, PLACE, { address, ids: list.items.map(({ id }) => id), current: null });
}

/** Tells which execution is looked at, in its own page. */
export function visit(id) {
  const place = read(sessionStorage, PLACE);
  if (place) write(sessionStorage, PLACE, { ...place, current: place.ids.includes(id) ? id : null });
}

/**
 * The list as it was, where one comes back to it from one of its executions; null otherwise. Once.
 * @returns {{list: object, current: string} | null}
 */
export function recall(address) {
  const place = read(sessionStorage, PLACE);
  if (place?.address !== address || place.current === null) return null;
  const { current } = place;
  write(sessionStorage, PLACE, { ...place, current: null });
  return { list: kept?.address === address ? kept.list : null, current };
}

/** The list one came from, and the executions beside one in it. */
export function neighbours(id) {
  const place = read(sessionStorage, PLACE);
  const index = place?.ids.indexOf(id) ?? -1;
  if (index < 0) return { address: place?.address ?? '/executions', newer: null, older: null };
  return { address: place.address, newer: place.ids[index - 1] ?? null, older: place.ids[index + 1] ?? null };
}

/** When a list was last left, in milliseconds, or null: what is older has been seen. */
export function seenBefore(filter, nowMs) {
  const seen = read(localStorage, SEEN)?.[filter];
  if (!seen) return null;
  return nowMs - seen.leftAt > VISIT_GAP_MS ? seen.leftAt : seen.mark;
}

/** Tells that a list is left; `mark` is what `seenBefore` said when it was opened. */
export function leave(filter, mark, nowMs) {
  const seen = { ...read(localStorage, SEEN), [filter]: { mark, leftAt: nowMs } };
  const newest = Object.entries(seen).sort(([, left], [, right]) => right.leftAt - left.leftAt);
  write(localStorage, SEEN, Object.fromEntries(newest.slice(0, SEEN_LISTS)));
}

function read(storage, key) {
  try {
    return JSON.parse(storage.getItem(key));
  } catch {
    return null;
  }
}

/** A browser that keeps nothing loses a convenience, no more. */
function write(storage, key, value) {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {}
}
