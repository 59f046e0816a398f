// Where the time of an execution went: parts that are disjoint and add up to the whole, by the
// rules of the terminal (`stint show`).
import { isFinal } from './signs.js';

/**
 * The tries of each step in one attempt, the current one if none is named: steps in their order, tries oldest first.
 * @returns {StepHistory[]} the same ones whenever asked of the same record
 *
 * @typedef {object} StepHistory
 * @property {string} key
 * @property {string} name
 * @property {{step: object, began: number | null, ended: number | null}[]} tries never empty; instants in milliseconds
 * @property {object} last the step as its last try left it
 */
export function stepHistories(execution, attempt = execution.attempt ?? 1) {
  if (!known.has(execution)) known.set(execution, new Map());
  const ofAttempts = known.get(execution);
  if (!ofAttempts.has(attempt)) ofAttempts.set(attempt, readHistories(execution, attempt));
  return ofAttempts.get(attempt);
}

/** A record may tell of thousands of steps, and a page asks again every second. */
const known = new WeakMap();

function readHistories(execution, attempt) {
  const histories = new Map();
  for (const step of execution.steps ?? []) {
    if ((step.attempt ?? attempt) !== attempt) continue;
    const key = step.key ?? step.name ?? '';
    const history = histories.get(key) ?? { key, name: key, tries: [], last: step };
    history.tries.push({ step, began: at(step.startedAt), ended: at(step.finishedAt) });
    history.last = step;
    history.name = step.name ?? history.name;
    histories.set(key, history);
  }
  return [...histories.values()];
}

export const isFailure = (status) => ['failed', 'timed_out', 'aborted'].includes(status);

/** Milliseconds since 1970 with their fraction, or null. The server tells six digits of a second. */
export function at(text) {
  if (!text) return null;
  const whole = Date.parse(text);
  return text.length === MICROSECONDS_LENGTH ? whole + Number(text.slice(23, 26)) / 1000 : whole;
}

const MICROSECONDS_LENGTH = '2026-11-20T14:00:05.123456Z'.length;

/**
 * When an attempt was queued, started and ended, in milliseconds or null; the current attempt if none is named.
 * A summary knows of a first attempt only.
 */
export function attemptTimes(execution, number = execution.attempt ?? 1) {
  const told = execution.attempts?.find(({ attempt }) => attempt === number)
    ?? (number === 1 && (execution.attempt ?? 1) === 1 ? execution : null);
  return { queued: at(told?.queuedAt), started: at(told?.startedAt), ended: at(told?.finishedAt) };
}

/**
 * The parts of the time from creation to the end, or to now while it is open.
 *
 * Of the run of the current attempt, each moment belongs to the first of these that holds: nothing
 * was heard any more; a step works whose try did not fail; a try that failed works; a step is open
 * that nobody ended; a step waits for its next try; nothing is known to happen. So parallel and
 * nested steps count once.
 * @param {object} execution the whole record
 * @param {number} now milliseconds since 1970
 * @returns {TimeAccount | null} null where it is not known when it began
 *
 * @typedef {object} TimeAccount all in seconds
 * @property {number} total from creation to the end
 * @property {number | null} ran of the current attempt; null where it has not started
 * @property {{kind: string, title: string, seconds: number}[]} parts in the order they are shown,
 *   those of no length left out
 */
export function timeAccount(execution, now) {
  const { queued, started } = attemptTimes(execution);
  const created = at(execution.queuedAt) ?? at(execution.startedAt);
  if (created === null) return null;
  const ended = isFinal(execution.status) ? at(execution.finishedAt) : now;
  if (ended === null) return null;

  const ran = started === null ? null : execution.durationSeconds ?? Math.max(0, (ended - started) / 1000);
  const queue = execution.queueWaitSeconds
    ?? (started === null && queued !== null ? Math.max(0, (ended - queued) / 1000) : 0);
  const total = execution.totalSeconds ?? Math.max((ended - created) / 1000, queue + (ran ?? 0));
  const shares = ran === null ? { knowsSteps: false } : sharesOfRun(execution, started, ended);
  const told = KINDS.reduce((sum, kind) => sum + (shares[kind] ?? 0), 0);
  const rest = Math.max(0, (ran ?? 0) - told);
  const parts = [
    ['before', 'Before this attempt', Math.max(0, total - queue - (ran ?? 0))],
    ['queue', 'Queue', queue],
    ['steps', 'Steps', shares.steps],
    ['failedTries', 'Failed attempts', shares.failedTries],
    ['openSteps', 'Steps left open', shares.openSteps],
    ['retryWaits', 'Waiting to retry', shares.retryWaits],
    shares.knowsSteps ? ['betweenSteps', 'Between steps', rest] : ['ran', 'Ran', rest],
    ['silence', 'No sign of life', shares.silence],
  ];
  return {
    total, ran,
    // Less than half a microsecond is a rounding of the arithmetic.
    parts: parts.filter(([, , seconds]) => seconds > 5e-7)
      .map(([kind, title, seconds]) => ({ kind, title, seconds })),
  };
}

/** Earlier ones win. */
const KINDS = ['silence', 'steps', 'failedTries', 'openSteps', 'retryWaits'];

/** Seconds of each kind between the start and the end of the current attempt. */
function sharesOfRun(execution, start, end) {
  const changes = [];
  let knowsSteps = false;
  const add = (kind, from, to) => {
    const [begin, stop] = [Math.max(from, start), Math.min(to, end)];
    if (begin < stop) changes.push({ at: begin, kind, by: 1 }, { at: stop, kind, by: -1 });
  };
  const isOver = isFinal(execution.status);
  for (const { tries } of stepHistories(execution)) {
    let stopped = null;
    for (const { step, began, ended } of tries) {
      if (began === null) continue;
      knowsSteps = true;
      if (stopped !== null) add('retryWaits', stopped, began);
      if (ended === null) add(isOver ? 'openSteps' : 'steps', began, end);
      else add(isFailure(step.status) ? 'failedTries' : 'steps', began, ended);
      stopped = ended;
    }
  }
  if (execution.status === 'lost') add('silence', at(execution.lastEventAt) ?? end, end);
  return { knowsSteps, ...sweep(changes, start) };
}

function sweep(changes, start) {
  changes.sort((left, right) => left.at - right.at);
  const open = Object.fromEntries(KINDS.map((kind) => [kind, 0]));
  const shares = Object.fromEntries(KINDS.map((kind) => [kind, 0]));
  let reached = start;
  for (const change of changes) {
    const kind = KINDS.find((name) => open[name] > 0);
    if (kind) shares[kind] += (change.at - reached) / 1000;
    reached = change.at;
    open[change.kind] += change.by;
  }
  return shares;
}

