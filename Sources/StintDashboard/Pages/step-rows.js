// The steps of an execution as rows to be drawn: nested, in the order of the interface, each with its tries.
import { at, attemptTimes, isFailure, stepHistories } from './account.js';
import { isFinal } from './signs.js';

/**
 * @typedef {object} StepRow
 * @property {string} key
 * @property {string} name
 * @property {string} status of the last try
 * @property {number} depth how many steps are around it
 * @property {number} inner how many steps it holds, at any depth
 * @property {string} remark what it is doing or has done, or why it did not run
 * @property {{from: number, to: number | null, status: string, step: object}[]} bars in seconds since the start of the
 *   attempt; `to` is null while it works
 * @property {number | null} seconds from the start of its first try to the end of its last; null while it works or where it
 *   never did
 * @property {number | null} since when it works, in milliseconds; null where it does not
 * @property {string} word in place of a time
 * @property {{input: number, output: number} | null} tokens
 * @property {number | null} costUsd
 * @property {number | null} tryNumber
 * @property {{error: object, number: number}[]} errors of its tries, by the number of the try
 * @property {object} last the step as its last try left it
 */

/**
 * @param {object} execution the whole record
 * @param {number} attempt
 * @returns {StepRow[]}
 */
export function stepRows(execution, attempt) {
  const histories = stepHistories(execution, attempt);
  const { started, ended } = attemptTimes(execution, attempt);
  const isOver = isFinal(execution.status) || attempt !== (execution.attempt ?? 1);
  const failed = histories.find(({ last }) => isFailure(last.status));
  const rows = histories.map((history) => rowOf(history, { execution, start: started ?? 0, end: ended, isOver, failed }));
  return nested(rows);
}

function rowOf({ key, name, tries, last }, { execution, start, end, isOver, failed }) {
  const { began } = tries[0];
  const { ended } = tries.at(-1);
  const works = last.status === 'running' && !isOver;
  return {
    key, name, last,
    errors: tries.filter(({ step }) => step.error).map(({ step }) => ({ error: step.error, number: step.try ?? 1 })),
    status: last.status,
    remark: remarkOn(last, { isOver, failed }),
    bars: tries.filter((each) => each.began !== null).map((each) => barOf(each, execution, { start, end, isOver })),
    seconds: secondsOf(tries, last, began, ended, execution),
    since: works ? began : null,
    word: wordFor(last.status, isOver),
    tokens: sumOfTokens(tries.map(({ step }) => step.tokens).filter(Boolean)),
    costUsd: sumOfCosts(tries.map(({ step }) => step.costUsd).filter((cost) => cost != null)),
    tryNumber: ['pending', 'skipped'].includes(last.status) ? null : last.try ?? tries.length,
    depth: 0, inner: 0,
  };
}

function remarkOn({ status, activity, error }, { isOver, failed }) {
  if (status === 'lost') return ['open at death', activity].filter(Boolean).join(': ');
  if (activity) return activity;
  if (isFailure(status) && error) return [error.type, error.message].filter(Boolean).join(': ');
  if (status === 'pending' && isOver) return failed ? `Not reached: ${failed.name} failed` : 'Not reached';
  return '';
}

/** A step that nobody ended worked as long as anything was heard. */
function barOf({ step, began, ended }, execution, { start, end, isOver }) {
  const from = (began - start) / 1000;
  const until = ended ?? (step.status === 'lost' ? at(execution.lastEventAt) : isOver ? end ?? began : null);
  return { from: Math.max(0, from), to: until === null ? null : Math.max(from, (until - start) / 1000), status: step.status, step };
}

function secondsOf(tries, last, began, ended, execution) {
  if (began !== null && ended !== null && tries.length > 1) return (ended - began) / 1000;
  if (last.durationSeconds != null) return last.durationSeconds;
  if (last.status === 'lost' && began !== null) return Math.max(0, (at(execution.lastEventAt) - began) / 1000);
  return null;
}

function wordFor(status, isOver) {
  if (status === 'skipped') return 'skipped';
  if (status === 'running' && isOver) return 'left open';
  if (status === 'pending') return isOver ? 'not run' : 'pending';
  return '–';
}

const sumOfCosts = (costs) => (costs.length ? costs.reduce((sum, cost) => sum + cost, 0) : null);

function sumOfTokens(reported) {
  if (!reported.length) return null;
  const total = (name) => reported.reduce((all, tokens) => all + (tokens[name] ?? 0), 0);
  return { input: total('input'), output: total('output') };
}

/** Each step after the step around it; what names no step, or a circle of them, stands on its own. */
function nested(rows) {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const inside = new Map();
  const roots = [];
  for (const row of rows) {
    const around = byKey.get(row.last.parent);
    if (!around || isCircle(row, byKey)) roots.push(row);
    else if (inside.has(around)) inside.get(around).push(row);
    else inside.set(around, [row]);
  }
  const ordered = [];
  const place = (row, depth) => {
    row.depth = depth;
    ordered.push(row);
    const before = ordered.length;
    for (const inner of inside.get(row) ?? []) place(inner, depth + 1);
    row.inner = ordered.length - before;
  };
  roots.forEach((row) => place(row, 0));
  return ordered;
}

function isCircle(row, byKey) {
  const met = new Set();
  for (let around = row; around; around = byKey.get(around.last.parent)) {
    if (met.has(around)) return true;
    met.add(around);
  }
  return false;
}

const ROUND_SECONDS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 450, 600, 900, 1200, 1800, 2700];
const ROUND_HOURS = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 15, 18, 24, 36];
const ROUND = [...ROUND_SECONDS, ...ROUND_HOURS.map((hours) => hours * 3600)];
const DAY = 86_400;

/** The length of the axis of something that runs: the next round number of seconds, so that it grows in jumps. */
export const roundSpan = (seconds) => ROUND.find((value) => value >= seconds) ?? Math.ceil(seconds / DAY) * DAY;

const TICKS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];

/** Seconds between the marks of an axis: at most six of them. */
export const tickOf = (span) => TICKS.find((tick) => span / tick <= 6) ?? Math.ceil(span / 6 / DAY) * DAY;
