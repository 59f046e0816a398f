// Whether an execution that the feed tells of belongs in a list: the meaning of the list's
// parameters, as the server has it. Only needed where the feed itself cannot filter.

/**
 * @param {URLSearchParams} parameters of GET /v1/executions
 * @param {object} execution a summary
 */
export function matches(parameters, execution) {
  const asks = (name, value) => !parameters.has(name) || parameters.get(name) === value;
  const statuses = parameters.getAll('status');
  return asks('agent', execution.agent)
    && (!statuses.length || statuses.includes(execution.status))
    && asks('user', execution.user)
    && asks('correlation', execution.correlation)
    && asks('parent', execution.parent)
    && asks('environment', execution.environment ?? 'production')
    && asks('counted', String(!['test', 'mock'].includes(execution.environment)))
    && asks('errorType', execution.error?.type)
    && asks('goalMet', execution.goalMet === null ? undefined : String(execution.goalMet))
    && inRange(parameters, execution)
    && hasDuration(parameters, execution.durationSeconds)
    && hasAttributes(parameters, execution.attributes ?? {})
    && hasWords(parameters.get('q'), execution);
}

/**
 * What the list goes by, in milliseconds since 1970: start, else queueing, else first event; with
 * `on=finish` the end, the last event where lost.
 * @returns {number | null} null where it has no place in such a list yet
 */
export function listedAt(parameters, execution) {
  const { status, queuedAt, startedAt, finishedAt, lastEventAt } = execution;
  const text = parameters.get('on') === 'finish'
    ? finishedAt ?? (status === 'lost' ? lastEventAt : null)
    : startedAt ?? queuedAt ?? lastEventAt;
  return text ? Date.parse(text) : null;
}

function inRange(parameters, execution) {
  const at = listedAt(parameters, execution);
  if (at === null) return false;
  const [from, to] = ['from', 'to'].map((name) => parameters.get(name));
  return (!from || at >= milliseconds(from)) && (!to || at < milliseconds(to));
}

/** RFC 3339, or whole milliseconds. */
const milliseconds = (text) => (/^\d+$/.test(text) ? Number(text) : Date.parse(text));

function hasDuration(parameters, seconds) {
  const [least, bound] = ['minDurationSeconds', 'maxDurationSeconds'].map((name) => parameters.get(name));
  if (least === null && bound === null) return true;
  if (typeof seconds !== 'number') return false;
  return (least === null || seconds >= Number(least)) && (bound === null || seconds < Number(bound));
}

function hasAttributes(parameters, attributes) {
  for (const [name, wanted] of parameters) {
    if (!name.startsWith('attr.')) continue;
    const value = attributes[name.slice(5)];
    if (value === undefined || value === null) return false;
    const isEqual = typeof value === 'number'
      ? value === Number(wanted)
      : (typeof value === 'string' ? value : JSON.stringify(value)) === wanted;
    if (!isEqual) return false;
  }
  return true;
}

/** Each word must begin a word of id, name, agent or error. */
function hasWords(q, { id, name, agent, error }) {
  const wanted = words(q ?? '');
  if (!wanted.length) return true;
  const held = [id, name, agent, error?.type, error?.message, error?.cause].flatMap((text) => words(text ?? ''));
  return wanted.every((word) => held.some((other) => other.startsWith(word)));
}

const words = (text) => text.toLowerCase().match(/[\p{L}\p{N}\p{Mn}\p{Mc}]+/gu) ?? [];
