// The parts of an execution's page that say what it was: facts, error, links, commands, notes.
import { at, isFailure, stepHistories } from './account.js';
import { pathOf } from './execution-row.js';
import { compact, count, duration, esc, stamp, usd } from './formats.js';
import { shellQuoted } from './list-view.js';
import { longText, said, saidInBrief, sizeOf, textOf } from './said.js';
import { command, copyButton, isFinal, statusSign, time } from './signs.js';

const FACTS_SHOWN = 16;

/** The address of a list, over all that is kept. */
export const listOf = (parameters) => `/executions?${new URLSearchParams(parameters)}`;

/** What is told of it beside its times, as a grid. */
export function facts(execution) {
  const all = [...ownFacts(execution), ...attributeFacts(execution.attributes)];
  const cell = ([term, value, note = '']) => `<div><dt>${saidInBrief(term)}</dt><dd title="${esc(String(value).slice(0, 500))}">${saidInBrief(value)}${note ? ` <small>${saidInBrief(note)}</small>` : ''}</dd></div>`;
  const grid = (some) => `<dl class="facts">${some.map(cell).join('')}</dl>`;
  const rest = all.slice(FACTS_SHOWN);
  const more = rest.length ? `<details class="rest"><summary>${count(rest.length)} more</summary>${grid(rest)}</details>` : '';
  return grid(all.slice(0, FACTS_SHOWN)) + more;
}

function ownFacts(execution) {
  const { tokens, costUsd, costKnownRate, attempt, attributes, source, queue, priority, correlation, user, environment, turns, inputBytes, outputBytes, modelCalls = [] } = execution;
  const total = tokens ? (tokens.input ?? 0) + (tokens.output ?? 0) : null;
  const models = [...new Set(modelCalls.map(({ model }) => model).filter(Boolean))];
  const told = [
    ['Tokens', total === null ? 'not reported' : count(total), total === null ? '' : tokenParts(tokens)],
    ['Cost', costUsd == null ? (total === null ? '–' : 'no price') : usd(costUsd), costKnownRate < 100 ? `of ${Math.floor(costKnownRate)} % of the calls` : ''],
    ['Attempt', attempt ?? 1],
    ['Model', attributes?.model ?? (models.join(', ') || '–'), modelCalls.length ? `${count(modelCalls.length)} ${modelCalls.length === 1 ? 'call' : 'calls'}` : ''],
    ['Worker', attributes?.worker ?? '–'],
    ['Trigger', source ?? queue ?? '–', attributes?.messageId ?? ''],
    ['Correlation', correlation ?? '–'],
  ];
  const more = [
    ['Queue', queue, priority == null ? '' : `priority ${priority}`], ['User', user],
    ['Environment', environment === 'production' ? null : environment], ['Turns', turns],
    ['Input', inputBytes == null ? null : sizeOf(inputBytes)], ['Output', outputBytes == null ? null : sizeOf(outputBytes)],
  ];
  return [...told, ...more.filter(([, value]) => value != null)];
}

function tokenParts({ input, output, cachedInput, reasoning }) {
  const parts = [[input, 'in'], [output, 'out'], [cachedInput, 'cached'], [reasoning, 'reasoning']];
  return parts.filter(([tokens]) => tokens != null).map(([tokens, word]) => `${compact(tokens)} ${word}`).slice(0, 3).join(', ');
}

const TOLD_ABOVE = ['model', 'worker', 'messageId'];

const attributeFacts = (attributes) => Object.entries(attributes ?? {})
  .filter(([name, value]) => !TOLD_ABOVE.includes(name) && value != null).map(([name, value]) => [name, textOf(value)]);

/** What a reader must know to trust the figures. */
export function notes({ conflict, skew, truncated, missingEvents }) {
  return [
    conflict && 'Conflict: this attempt was told to have ended in more than one way.',
    skew && 'Clocks disagreed: a time below zero counts as 0.',
    truncated && 'Truncated: more was told of it than one execution may hold.',
    missingEvents > 0 && `Incomplete: its client had to drop ${count(missingEvents)} ${missingEvents === 1 ? 'event' : 'events'}.`,
  ].filter(Boolean).map((note) => `<p class="caution">${note}</p>`).join('');
}

/** Where it failed: the last step with the same error, else the last that failed. */
export function failedStep(execution) {
  const failed = stepHistories(execution).filter(({ last }) => isFailure(last.status));
  return failed.findLast(({ last }) => last.error?.type && last.error.type === execution.error?.type) ?? failed.at(-1) ?? null;
}

/**
 * The last error, with what else is known of its kind.
 * @param {object | null} alike what `errorKin` found
 */
export function lastError(execution, alike, nowMs) {
  const { error, status, timeoutSeconds } = execution;
  if (!isFailure(status) || (!error && status !== 'timed_out')) return '';
  const step = failedStep(execution);
  const tries = step?.last.try ?? 1;
  const where = [
    step && `in ${said(step.name)}`, tries > 1 && `try ${tries}`,
    (execution.attempt ?? 1) > 1 && `attempt ${execution.attempt}`,
    timeoutSeconds && status === 'timed_out' && `limit ${duration(timeoutSeconds)}`, error?.at && time(error.at, nowMs),
  ].filter(Boolean).join(', ');
  const title = error?.type ?? (status === 'timed_out' ? 'Timed out' : 'Error');
  const whole = [error?.type, error?.message].filter(Boolean).join(': ');
  const stack = error?.stack ? `<details><summary>Stack trace <span class="note">${count(error.stack.trim().split('\n').length)} lines</span></summary><div class="body"><pre class="code" tabindex="0">${said(error.stack)}</pre></div></details>` : '';
  return `<section class="panel err"><header><h2 class="s-failed">${saidInBrief(title)}</h2><span class="note">${where}</span>${alike ? `<div class="acts"><a href="${esc(alike.href)}">${alike.count > 1 ? `${count(alike.count)} like this in 24 h` : 'The only one like it in 24 h'}</a></div>` : ''}</header>
    <div class="body"><div class="msg">${longText(error?.message ?? 'It did not end within its limit.')} ${whole ? copyButton(whole, 'Copy error') : ''}</div>
    ${error?.cause ? `<p class="sub">Cause: ${longText(error.cause)}</p>` : ''}${alike ? `<p class="sub">${kinSentence(alike, nowMs)}</p>` : ''}</div>${stack}</section>`;
}

function kinSentence({ count: number, agents, firstSeenAt, lastSeenAt, minute }, nowMs) {
  const [most] = agents;
  const parts = [];
  if (most && number > 1) {
    const step = most.step ? `, ${agents.length === 1 ? 'all' : 'most'} in ${said(most.step)}` : '';
    parts.push(`${count(most.count)} of ${count(number)} come from <a href="${esc(listOf({ agent: most.agent, status: 'failed', since: '24h' }))}">${said(most.agent)}</a>${step}; first ${stamp(at(firstSeenAt), nowMs)}, last ${stamp(at(lastSeenAt), nowMs)}.`);
  }
  if (minute) parts.push(`Same step of other runs in that minute: ${count(minute.succeeded)} succeeded, ${count(minute.failed)} failed.`);
  return parts.join(' ');
}

/** Attempts of an execution that was begun more than once; one of them is the one whose steps are shown. */
export function attemptTable({ attempts = [] }, shown, nowMs) {
  if (attempts.length < 2) return '';
  const row = ({ attempt, status, queuedAt, startedAt, finishedAt, error }) => `<tr><td><button type="button" data-attempt="${attempt}" aria-pressed="${attempt === shown}" aria-label="Show the steps of attempt ${attempt}">${attempt}</button></td><td>${statusSign(status)}</td>
    <td class="nowrap">${time(startedAt ?? queuedAt, nowMs)}</td><td class="num">${startedAt && finishedAt ? duration((at(finishedAt) - at(startedAt)) / 1000) : '–'}</td>
    <td class="err-cell"><span class="cut">${saidInBrief([error?.type, error?.message].filter(Boolean).join(': '))}</span></td></tr>`;
  return `<section class="panel attempts"><header><h2>Attempts</h2><span class="note">the times above are of the last one</span></header>
    <div class="scroll"><table><thead><tr><th>Attempt</th><th>Status</th><th>Started</th><th class="num">Ran</th><th>Error</th></tr></thead><tbody>${attempts.map(row).join('')}</tbody></table></div></section>`;
}

/** Lines for a terminal: those of any execution, and those that the server's configuration adds. */
export function commands({ id, status, commands: own = [] }) {
  const name = shellQuoted(id);
  const lines = [`stint show ${name}`, isFinal(status) ? `stint show ${name} --output json` : `stint watch ${name}`];
  const told = own.filter(({ command: line }) => line && !lines.includes(line)).map(({ title, command: line }) => command(line, title));
  return lines.map((line) => command(line)).join('') + told.join('');
}

/** @param {{median: number, p95: number, n: number} | null} history of its agent */
export function links(execution, history) {
  const { id, agent, parent, correlation, user, attributes, links: own = [] } = execution;
  const list = (parameters, text) => `<a href="${esc(listOf(parameters))}">${saidInBrief(text)}</a>`;
  const usual = history ? `: median ${duration(history.p50)}, p95 ${duration(history.p95)} of the last ${count(history.n)} that succeeded` : '';
  const rows = [
    ...own.map(({ title, href }) => [saidInBrief(title ?? 'Link'), outside(href)]),
    attributes?.messageId != null && ['Same message', list({ 'attr.messageId': attributes.messageId }, textOf(attributes.messageId))],
    correlation != null && ['Same correlation', list({ correlation }, correlation)],
    parent != null && ['Begun by', `<a href="${esc(pathOf(parent))}">${saidInBrief(parent)}</a>`],
    ['Begun by this one', list({ parent: id }, 'executions')],
    user != null && ['Same user', list({ user }, user)],
    agent != null && ['Agent', list({ agent, since: '24h' }, agent) + usual],
  ];
  return `<dl class="kv">${rows.filter(Boolean).map(([term, value]) => `<dt>${term}</dt><dd>${value}</dd>`).join('')}</dl>`;
}

/** A link out of the operator's template: only where it leads to a page. */
function outside(href) {
  if (!/^https?:\/\//i.test(href ?? '')) return said(href ?? '–');
  return `<a href="${esc(href)}" target="_blank" rel="noopener noreferrer">${saidInBrief(href)}</a>`;
}

