// The filter language: another spelling of the parameters of GET /v1/executions, and nothing more.
//
// Blanks separate terms. `field:value` compares exactly, `field:"two words"` holds blanks,
// `duration:>60` and `duration:<300` are bounds in seconds. All other terms, and everything in
// quotation marks, are words to find. The terminal reads the same (`stint list --query`).

/** Fields in the order in which they are suggested. `attr.` is completed by a name. */
export const FIELDS = [
  { name: 'agent', parameter: 'agent', meaning: 'what runs' },
  { name: 'status', parameter: 'status', meaning: 'failed, lost, cancelled, …; repeat it for either' },
  { name: 'error', parameter: 'errorType', meaning: 'type of the error' },
  { name: 'goal', parameter: 'goalMet', meaning: 'met or missed' },
  { name: 'duration', parameter: null, meaning: '>60 or <300, in seconds' },
  { name: 'user', parameter: 'user', meaning: 'who asked' },
  { name: 'correlation', parameter: 'correlation', meaning: 'correlation id' },
  { name: 'parent', parameter: 'parent', meaning: 'id of the execution around it' },
  { name: 'environment', parameter: 'environment', meaning: 'production, test, mock' },
  { name: 'counted', parameter: 'counted', meaning: 'true: what figures count; not what ran as test or mock' },
  { name: 'attr.', parameter: null, meaning: 'an attribute, such as attr.customer:acme' },
];

export const STATUSES = [
  'pending', 'queued', 'running', 'waiting', 'lost', 'succeeded', 'failed', 'timed_out', 'aborted',
];

const SYNONYMS = {
  pending: ['initializing', 'created', 'scheduled'],
  queued: ['enqueued', 'pendingredrive'],
  running: ['inprogress', 'started', 'processing', 'active'],
  waiting: ['blocked', 'paused', 'suspended'],
  succeeded: ['success', 'successful', 'completed', 'complete', 'done', 'ok', 'passed'],
  failed: ['failure', 'fail', 'error', 'errored'],
  timed_out: ['timeout'],
  aborted: ['abort', 'cancelled', 'canceled', 'cancel', 'stopped', 'terminated'],
};

const UNITS = { '': 1, ms: 0.001, s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

/** Says which term is at fault and what would be right. */
export class FilterError extends Error {}

/**
 * Reads a filter as parameters of the interface, in order.
 * @param {string} text
 * @returns {[name: string, value: string][]} only `status` stands more than once
 * @throws {FilterError}
 */
export function parse(text) {
  const parameters = [];
  const words = [];
  for (const { field, value } of terms(text)) {
    if (field !== null) parameters.push(parameter(field, value));
    else if (value) words.push(value);
  }
  if (words.length) parameters.push(['q', words.join(' ')]);
  refuseRepetitions(parameters);
  return parameters;
}

function refuseRepetitions(parameters) {
  const seen = new Set();
  for (const [name] of parameters) {
    if (name === 'status' || name.startsWith('attr.')) continue;
    if (seen.has(name)) throw new FilterError(`${fieldOf(name)} is given twice; all terms must hold`);
    seen.add(name);
  }
}

const fieldOf = (parameter) => FIELDS.find((field) => field.parameter === parameter)?.name ?? 'duration';

function parameter(field, value) {
  if (!value) throw new FilterError(`'${field}:' has no value`);
  if (field === 'attr.') throw new FilterError('attr. needs the name of an attribute, such as attr.customer:acme');
  if (field.startsWith('attr.')) return [field, value];
  if (field === 'status') return ['status', statusOf(value)];
  if (field === 'goal') return ['goalMet', goalOf(value)];
  if (field === 'duration') return bound(value);
  if (field === 'counted' && !['true', 'false'].includes(value)) throw new FilterError(`counted is true or false, not '${value}'`);
  const known = FIELDS.find(({ name, parameter }) => name === field && parameter);
  if (known) return [known.parameter, value];
  throw new FilterError(
    `no field '${field}'; did you mean '${nearestField(field)}'? Words with a colon stand in quotation marks`);
}

function statusOf(word) {
  const status = statusNamed(word);
  if (status) return status;
  throw new FilterError(`no status is called '${word}'; there are ${STATUSES.join(', ')}`);
}

/** The status that a word of the interface or one of its synonyms names; undefined where it names none. */
export function statusNamed(word) {
  const folded = word.toLowerCase().replace(/[-_ ]/g, '');
  return STATUSES.find((known) => known.replace('_', '') === folded || SYNONYMS[known]?.includes(folded));
}

function goalOf(word) {
  if (word === 'met' || word === 'true') return 'true';
  if (word === 'missed' || word === 'false') return 'false';
  throw new FilterError(`goal is met or missed, not '${word}'`);
}

function bound(value) {
  const [, sign, number, unit] = /^([<>])(\d+\.?\d*|\.\d+)([a-z]*)$/.exec(value) ?? [];
  const factor = Object.hasOwn(UNITS, unit ?? '-') ? UNITS[unit] : undefined;
  if (!factor) throw new FilterError(`duration is >60 or <300, not '${value}'`);
  const seconds = String(Number((Number(number) * factor).toFixed(6)));
  return [sign === '>' ? 'minDurationSeconds' : 'maxDurationSeconds', seconds];
}

/** @returns {{field: string | null, value: string, from: number}[]} `from` counts UTF-16 units */
function terms(text) {
  const found = [];
  let field = null, value = '', from = 0, isQuoted = false, wasQuoted = false;
  const end = (next) => {
    if (field !== null || value) found.push({ field, value, from });
    [field, value, from, wasQuoted] = [null, '', next, false];
  };
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index];
    if (letter === '"') {
      isQuoted = !isQuoted;
      wasQuoted = true;
    } else if (letter === ':' && !isQuoted && !wasQuoted && field === null && value) {
      [field, value] = [value, ''];
    } else if (/\s/.test(letter) && !isQuoted) {
      end(index + 1);
    } else {
      value += letter;
    }
  }
  end(text.length);
  return found;
}

/** Of the fields there are, the one with the fewest letters to change. */
export function nearestField(word) {
  const ranked = FIELDS.map(({ name }) => ({ name, by: distance(word, name) }));
  ranked.sort((left, right) => left.by - right.by || (left.name < right.name ? -1 : 1));
  return ranked[0].name;
}

/** How many letters must be changed, put in or left out to make one word of the other. */
function distance(left, right) {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let index = 0; index < left.length; index += 1) {
    const next = [index + 1];
    for (let column = 0; column < right.length; column += 1) {
      const changed = row[column] + (left[index] === right[column] ? 0 : 1);
      next.push(Math.min(changed, next[column] + 1, row[column + 1] + 1));
    }
    row = next;
  }
  return row[right.length];
}

/**
 * Writes parameters as a filter that reads back as the same parameters.
 *
 * What the language has no word for (ranges, order, cursor) is left out. Quotation marks cannot be
 * said and are left out too.
 * @param {Iterable<[string, string]>} parameters
 */
export function print(parameters) {
  const parts = [];
  for (const [name, value] of parameters) {
    if (name === 'q') parts.push(words(value));
    else if (name === 'goalMet') parts.push(`goal:${value === 'true' ? 'met' : 'missed'}`);
    else if (name === 'minDurationSeconds') parts.push(`duration:>${value}`);
    else if (name === 'maxDurationSeconds') parts.push(`duration:<${value}`);
    else if (name.startsWith('attr.')) parts.push(`${name}:${quoted(value)}`);
    else {
      const field = FIELDS.find(({ parameter }) => parameter === name);
      if (field) parts.push(`${field.name}:${quoted(value)}`);
    }
  }
  return parts.filter(Boolean).join(' ');
}

function quoted(value) {
  const plain = value.replaceAll('"', '');
  return /\s/.test(plain) ? `"${plain}"` : plain;
}

const words = (value) => value.replaceAll('"', ' ').split(/\s+/).filter(Boolean)
  .map((word) => (word.includes(':') ? `"${word}"` : word)).join(' ');

/**
 * What may stand where the caret is, best first.
 * @param {string} text
 * @param {number} caret
 * @param {{agents?: string[]}} known values that the page has seen
 * @returns {{text: string, caret: number, label: string, meaning: string}[]} whole filters to put in
 *   place of `text`, and where the caret stands in them
 */
export function suggest(text, caret, { agents = [] } = {}) {
  const before = text.slice(0, caret);
  if ((before.match(/"/g) ?? []).length % 2) return [];
  const from = before.search(/\S*$/);
  const typed = before.slice(from);
  const after = text.slice(caret).replace(/^\S*/, '');
  const offer = (label, meaning, ends) => {
    const head = text.slice(0, from) + label + (ends && !after ? ' ' : '');
    return { text: head + after, caret: head.length, label, meaning };
  };

  const colon = typed.indexOf(':');
  if (colon < 0) {
    return FIELDS.filter(({ name }) => name.startsWith(typed.toLowerCase()) && name !== typed)
      .map(({ name, meaning }) => offer(name.endsWith('.') ? name : `${name}:`, meaning, false));
  }
  const field = typed.slice(0, colon);
  const begun = typed.slice(colon + 1).toLowerCase();
  const values = { agent: agents, status: STATUSES, goal: ['met', 'missed'], duration: ['>', '<'],
    environment: ['production', 'test', 'mock'], counted: ['true', 'false'] }[field] ?? [];
  return values.filter((value) => value.toLowerCase().startsWith(begun) && value.toLowerCase() !== begun)
    .map((value) => offer(`${field}:${quoted(value)}`, '', field !== 'duration'));
}
