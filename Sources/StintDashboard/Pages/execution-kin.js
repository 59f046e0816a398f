// What others tell of an execution: how long its agent usually takes, who else failed like it, what the diagnosis says.
import { at, isFailure } from './account.js';
import { get, serverNow } from './api.js';
import { failedStep } from './execution-facts.js';
import { rangeSince } from './list-view.js';

/** Executions that say what is usual: enough for a median, one small answer. */
const HISTORY = 50;
const MINUTE_MS = 60_000;

/**
 * The newest others of its agent that succeeded.
 * @returns {Promise<{history: {p50: number, p95: number, n: number} | null, usual: Map<string, {median: number, n: number}>}>}
 *   seconds; `usual` by the name of a step
 */
export async function historyOf({ id, agent }, signal) {
  const { items } = agent ? await get('/v1/executions', { agent, status: 'succeeded', limit: HISTORY }, { signal }) : { items: [] };
  const others = items.filter((other) => other.id !== id);
  const ran = others.map(({ durationSeconds }) => durationSeconds).filter((seconds) => seconds != null);
  const steps = others.flatMap((other) => other.steps).filter(({ status, durationSeconds }) => status === 'succeeded' && durationSeconds != null);
  const usual = new Map();
  for (const [name, same] of Map.groupBy(steps, (step) => step.name)) {
    usual.set(name, { median: quantile(same.map(({ durationSeconds }) => durationSeconds), 0.5), n: same.length });
  }
  return { history: ran.length ? { p50: quantile(ran, 0.5), p95: quantile(ran, 0.95), n: ran.length } : null, usual };
}

/** Of nearest rank: a value that occurred. */
function quantile(values, share) {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1];
}

/**
 * The failures of the last 24 hours with the same type of error.
 * @returns {Promise<object | null>} `count`, `href` of their list, `agents` by count, `firstSeenAt`, `lastSeenAt`, and `minute`:
 *   how the step that failed fared in others that ended in the same minute
 */
export async function errorKin(execution, signal) {
  const { type } = execution.error;
  const [{ findings, from, to }, minute] = await Promise.all([
    get('/v1/diagnosis', { timeframe: '24h' }, { signal }), sameMinute(execution, signal),
  ]);
  const groups = findings.filter(({ kind, errorType }) => kind === 'failures' && errorType === type);
  if (!groups.length) return null;
  const instants = (name) => groups.map((group) => group[name]).filter(Boolean).sort();
  return {
    href: `/executions?${new URLSearchParams([['errorType', type], ['on', 'finish'], ['from', from], ['to', to]])}`,
    count: groups.reduce((sum, group) => sum + group.count, 0),
    agents: groups.flatMap(({ agents }) => agents).sort((left, right) => right.count - left.count),
    firstSeenAt: instants('firstSeenAt')[0], lastSeenAt: instants('lastSeenAt').at(-1), minute,
  };
}

async function sameMinute(execution, signal) {
  const { id, agent, finishedAt } = execution;
  const failed = failedStep(execution);
  if (!failed || !agent) return null;
  const minute = MINUTE_MS * Math.floor(at(finishedAt) / MINUTE_MS);
  const [from, to] = [minute, minute + MINUTE_MS].map((ms) => new Date(ms).toISOString());
  const { items } = await get('/v1/executions', { agent, on: 'finish', from, to, limit: 100 }, { signal });
  const steps = items.filter((other) => other.id !== id).flatMap((other) => other.steps).filter(({ name }) => name === failed.name);
  const fates = { succeeded: steps.filter(({ status }) => status === 'succeeded').length, failed: steps.filter(({ status }) => isFailure(status)).length };
  return fates.succeeded + fates.failed ? fates : null;
}

/** The range and agent with which the diagnosis tells of it. */
export const diagnosisOf = ({ agent, lastEventAt }) => ({ timeframe: rangeSince(at(lastEventAt), serverNow()), agent });

/** What the diagnosis says of a lost execution, or null. */
export async function verdictOn(execution, signal) {
  const { findings } = await get('/v1/diagnosis', diagnosisOf(execution), { signal });
  return findings.find(({ kind, executions }) => kind === 'stuck' && executions.includes(execution.id)) ?? null;
}
