// What GET /v1/diagnosis found, as markup: one part a kind, and the tabs above them.
import { address } from './api.js';
import { columns } from './charts.js';
import { about, ago, clock, count, duration, esc, instant, percent, ticking, usd } from './formats.js';
import { shellQuoted } from './list-view.js';
import { FigureLists } from './range.js';
import { change, command as commandLine, copyButton, icon, outcome, panel, statusSign, time } from './signs.js';

/** Cases shown in full before the rest folds. */
const FIRST_CASES = 5;
const FIRST_ROWS = 15;
/** Attributes offered for the last part; any other may be named. */
const ATTRIBUTES = ['model', 'agent', 'worker'];

/** The same view for the terminal. */
export function command({ timeframe, from, to, agent, by }) {
  const range = timeframe ? `--since ${timeframe}` : `--from ${from} --to ${to}`;
  return `stint diagnose ${range}${agent ? ` --agent ${shellQuoted(agent)}` : ''}${by && by !== 'model' ? ` --by ${shellQuoted(by)}` : ''}`;
}

/** What the tab of the browser says. */
export function title({ findings }) {
  const stuck = findings.filter(({ kind }) => kind === 'stuck').length;
  return stuck ? `${stuck} stuck · Diagnose` : 'Diagnose';
}

/**
 * What an element with `data-since` shows as time goes on.
 * @param {string} form 'age': 53 min; 'ago': 4 s ago; 'clock': 11 m 03 s.
 */
export function since(form, ms, nowMs) {
  if (form === 'ago') return ago(ms, nowMs);
  return form === 'clock' ? ticking((nowMs - ms) / 1000) : about((nowMs - ms) / 1000);
}

const times = (ratio) => (ratio < 999.5 ? `${ratio.toFixed(1)} ×` : '> 999 ×');

/** An element that ages; the page fills it in each second. */
const aging = (form, ms, nowMs) => `<span data-form="${form}" data-since="${ms}">${since(form, ms, nowMs)}</span>`;

/** Every part that has something to show, in order: `{name, html}`. */
export function parts(told, { by }) {
  const of = (kind) => told.findings.filter((finding) => finding.kind === kind);
  const made = [
    ['summary', summary(of)],
    ['stuck', stuck(of('stuck'), told)],
    ['slow', slow(of('overdue'), told)],
    ['waiting', neverStarted(of('never_started'), told)],
    ['failures', failures(of('failures'), told)],
    ['duplicates', duplicates(of('duplicates'))],
    ['outcomes', outcomes(of('outcomes'), told)],
    ['orphans', orphanSteps(of('orphan_steps'))],
    ['success', successBy(of('success_by')[0], told, by)],
  ];
  return made.map(([name, html]) => ({ name, html }));
}

// Addresses

const execution = (id) => `/executions/${encodeURIComponent(id)}`;

/** The list of what ended in the range of the answer. */
const ended = (told, filters) => new FigureLists(told).finished(filters);

/** What a part says where the server told but the newest. */
const newestAlone = (findings) => (findings.some((finding) => finding.truncated) ? '; of the newest alone' : '');

const sum = (findings) => findings.reduce((total, finding) => total + finding.count, 0);

// Tabs

function summary(of) {
  const missed = (of('outcomes')[0]?.rows ?? []).filter((row) => row.status === 'succeeded' && row.goalMet === false)
    .reduce((total, row) => total + row.count, 0);
  const groups = of('failures').length;
  const tab = (part, number, word, kind) =>
    `<a href="#${part}"><b class="${number ? kind : ''}">${count(number)}</b><span>${word}</span></a>`;
  return `<nav class="panel tabs" aria-label="Findings">
    ${tab('stuck', of('stuck').length, 'stuck: no sign of life', 's-lost')}
    ${tab('slow', of('overdue').length, 'slow but alive', 's-timed_out')}
    ${tab('failures', sum(of('failures')), `failures in ${groups} ${groups === 1 ? 'group' : 'groups'}`, 's-failed')}
    ${tab('duplicates', of('duplicates').length, 'handled more than once', 's-timed_out')}
    ${tab('outcomes', missed, 'succeeded, goal missed', '')}</nav>`;
}

// Stuck

function stuck(findings, told) {
  const cases = findings.map((finding) => stuckCase(finding, told));
  const nothing = '<div class="empty"><b>Nothing is stuck.</b> Whatever runs keeps the promises it made: its deadline and its heartbeat.</div>';
  return panel('Stuck', folded(cases, 'case') || nothing, { note: `past the deadline, silent for longer than promised, or gone at the origin${newestAlone(findings)}` });
}

/** The first cases, and a button that shows the rest. */
function folded(cases, kind) {
  const boxes = cases.map((markup, index) => `<article class="${kind}${index < FIRST_CASES ? '' : ' folded'}">${markup}</article>`).join('');
  return boxes + showMore(cases.length - FIRST_CASES);
}

const showMore = (rest) => (rest > 0 ? `<button type="button" class="pill" data-more>Show ${count(rest)} more</button>` : '');

function stuckCase(finding, told) {
  const [id] = finding.executions;
  const now = instant(told.to);
  const silence = instant(finding.lastSeenAt);
  const place = [finding.step && `in ${finding.step}`, finding.activity].filter(Boolean).join(', ');
  const facts = (finding.facts ?? []).map((fact) => `<li${fact.decisive ? ' class="decisive"' : ''}>${esc(fact.text)}</li>`).join('');
  return `<div class="line1"><h3 class="verdict">${icon('lost')} ${esc(finding.verdict)}</h3><span class="dim">${esc(finding.certainty)}</span>
      <a href="${execution(id)}"><b>${esc(finding.agent)}</b> <code>${esc(id)}</code></a><span class="sub">${esc(place)}</span>
      ${silence == null ? '' : `<span class="silence">silent for ${aging('age', silence, now)}</span>`}</div>
    <div><ul class="evidence">${facts}</ul>${usual(finding)}</div>
    <div><p>${esc(finding.advice)}</p>${(finding.commands ?? []).map((each) => commandLine(each.command)).join('')}
      <button type="button" data-close="${esc(id)}">Close…</button></div>`;
}

/** How long executions of its agent take, beside how long this one took until it fell silent. */
function usual({ elapsedSeconds, p95, p99 }) {
  if (elapsedSeconds == null) return '';
  const past = p95 == null ? 'no history yet' : `its agent: p95 ${duration(p95)}, p99 ${duration(p99)}`;
  return `<p class="dim">Ran ${duration(elapsedSeconds)}; ${past}</p>`;
}

// Slow but alive

function slow(findings, told) {
  const now = instant(told.to);
  const row = (finding, index) => {
    const [id] = finding.executions;
    const started = Math.round(now / 1000 - finding.elapsedSeconds) * 1000;
    const heard = instant(finding.lastEventAt);
    return `<tr class="go${index < FIRST_ROWS ? '' : ' folded'}" data-href="${execution(id)}" data-id="${esc(id)}">
      <td class="nowrap"><a href="${execution(id)}">${esc(finding.agent)} <code>${esc(id)}</code></a></td>
      <td class="wide"><b>${esc(finding.step)}</b> <span class="sub">${esc(finding.activity)}</span></td>
      <td class="num">${aging('clock', started, now)}</td><td class="num dim hide-s">${duration(finding.p95)}</td>
      <td class="num"><b class="s-timed_out">${finding.p95 ? times(finding.elapsedSeconds / finding.p95) : '–'}</b></td>
      <td class="dim hide-s">${heard == null ? '–' : `heard of ${aging('ago', heard, now)}`}</td></tr>`;
  };
  const nothing = '<div class="empty"><b>Nothing is slow.</b> All that runs is within the times of its agent.</div>';
  const table = `<div class="scroll"><table class="cards"><thead><tr><th>Execution</th><th>Step and activity</th><th class="num">Elapsed</th><th class="num">Its p95</th><th class="num">Ratio</th><th>Sign of life</th></tr></thead>
    <tbody>${findings.map(row).join('')}</tbody></table></div>${showMore(findings.length - FIRST_ROWS)}`;
  return panel('Slow but alive', findings.length ? table : nothing, { note: `running longer than 99 of 100 of its agent’s executions${newestAlone(findings)}` });
}

// Queued for too long: shown only where there is any

function neverStarted(findings, told) {
  if (findings.length === 0) return '';
  const now = instant(told.to);
  const row = (finding) => {
    const list = address('/executions', { agent: finding.agent, status: 'queued', order: 'asc' });
    return `<tr class="go" data-href="${esc(list)}"><td><a href="${esc(list)}">${esc(finding.agent)}</a></td><td class="num">${count(finding.count)}</td>
      <td class="num">${aging('clock', instant(finding.oldestQueuedAt), now)}</td><td class="num dim">${duration(finding.limitSeconds)}</td></tr>`;
  };
  const table = `<div class="scroll"><table><thead><tr><th>Agent</th><th class="num">Waiting</th><th class="num">Longest</th><th class="num">Usual at most</th></tr></thead><tbody>${findings.map(row).join('')}</tbody></table></div>`;
  return panel('Never started', table, { note: 'queued longer than 99 of 100 of their agent’s executions' });
}

// Failures by error

function failures(findings, told) {
  const note = findings.length ? `${count(sum(findings))} failures${newestAlone(findings)}; numbers, names and ids in a message do not split a group` : '';
  const nothing = '<div class="empty"><b>Nothing failed</b> in this range.</div>';
  const table = `<div class="scroll"><table class="cards"><thead><tr><th>Error</th><th class="num">Count</th><th class="num">vs before</th><th class="opt">Over the range</th><th>Where</th><th>Last</th><th class="opt"><span class="sr">Command</span></th></tr></thead>
    <tbody>${findings.map((finding) => failureRow(finding, told)).join('')}</tbody></table></div>`;
  return panel('Failures by error', findings.length ? table : nothing, { note });
}

function failureRow(finding, told) {
  const list = esc(ended(told, { errorType: finding.errorType }));
  const [first, ...others] = finding.agents ?? [];
  const where = first ? `${esc(first.agent)} <span class="dim">${count(first.count)}</span><div class="dim">${others.length ? `and ${others.length} more` : esc(first.step)}</div>` : '–';
  const line = finding.commands?.[0]?.command;
  return `<tr class="go" data-href="${list}"><td class="wide"><a href="${list}"><b class="s-failed">${esc(finding.errorType ?? 'No type')}</b></a>${finding.isNew ? ' <span class="outcome">new</span>' : ''}
      <div class="sub mono message">${esc(finding.message)}</div></td>
    <td class="num"><b>${count(finding.count)}</b></td><td class="num nowrap">${compared(finding)}</td><td class="opt">${columns(finding.trend ?? [])}</td>
    <td class="where">${where}</td><td class="nowrap hide-s"><span class="dim">${time(finding.lastSeenAt, instant(told.to))}</span><div>${finding.example ? `<a href="${execution(finding.example)}">example</a>` : ''}</div></td>
    <td class="opt num">${line ? copyButton(line, 'Copy command') : ''}</td></tr>`;
}

/** Against the period before: as a factor past three, since "▲ 800 %" is not read. */
function compared({ count: now, previous }) {
  if (previous == null) return '–';
  if (previous === 0) return '<span class="delta bad"><span aria-hidden="true">▲</span> from 0</span>';
  const ratio = now / previous;
  if (ratio > 3) return `<span class="delta bad"><span aria-hidden="true">▲</span> ${Math.round(ratio)} ×</span>`;
  return change(100 * (ratio - 1), { good: -1 });
}

// Handled more than once

function duplicates(findings) {
  const nothing = '<div class="empty"><b>No message was handled twice.</b> Executions name theirs in the attribute <code>messageId</code>.</div>';
  return panel('Handled more than once', folded(findings.map(duplicate), 'body') || nothing, { note: `one message, more than one execution${newestAlone(findings)}` });
}

function duplicate({ messageId, agents, runs, overlapSeconds, costUsd, commands }) {
  const lap = overlapSeconds > 0 ? `, overlapping for ${duration(overlapSeconds)}` : '';
  const cost = costUsd ? `; ${usd(costUsd)} spent on the repetition` : '';
  const links = runs.map((run) => `<a href="${execution(run.id)}"><code>${esc(run.id)}</code></a> ${clock(instant(run.startedAt))} ${statusSign(run.status)}`);
  return `<p><b>${esc(messageId)}</b> <span class="sub">${esc((agents ?? []).join(', '))}, ${count(runs.length)} executions${lap}${cost}.</span></p>
    ${overlap(runs)}<p>${links.join(' <span class="dim">and</span> ')}</p>${(commands ?? []).map((each) => commandLine(each.command)).join('')}`;
}

/** Each execution as a bar from its start to its end, on one scale. */
function overlap(runs) {
  const spans = runs.map((run) => [instant(run.startedAt), instant(run.finishedAt) ?? instant(run.startedAt)]).filter(([start]) => start != null);
  const [first, last] = [Math.min(...spans.flat()), Math.max(...spans.flat())];
  if (!(last > first)) return '';
  const share = (ms) => (100 * ms / (last - first)).toFixed(1);
  const bars = spans.map(([start, end], index) => `<rect class="${index ? 'again' : 'first'}" x="${share(start - first)}%" y="${15 * index}" width="${share(Math.max(end - start, (last - first) / 200))}%" height="11" rx="2"/>`);
  return `<svg class="overlap" width="100%" height="${15 * spans.length - 4}" role="img" aria-label="When each of them ran, on one scale">${bars.join('')}</svg>`;
}

// Status and outcome

const MEANINGS = {
  'succeeded false': 'Ran to its end, did not reach its goal',
  'failed null': 'Ended with an error',
  'timed_out null': 'Passed its time limit',
  'aborted null': 'Stopped before its end',
};

function outcomes([finding], told) {
  if (!finding?.rows.length) return panel('Status and outcome', '<div class="empty"><b>Nothing ended</b> in this range.</div>');
  const row = ({ status, goalMet, count: number }) => {
    const list = esc(ended(told, { status, goalMet }));
    return `<tr class="go" data-href="${list}"><td><a href="${list}">${statusSign(status)}</a></td><td>${outcome(goalMet) || '–'}</td>
      <td class="num"><b>${count(number)}</b></td><td class="dim hide-s">${MEANINGS[`${status} ${goalMet ?? null}`] ?? ''}</td></tr>`;
  };
  return panel('Status and outcome', `<table><thead><tr><th>Status</th><th>Outcome</th><th class="num">Executions</th><th class="hide-s">Meaning</th></tr></thead><tbody>${finding.rows.map(row).join('')}</tbody></table>`,
    { note: 'an execution can succeed and still miss its goal' });
}

// Steps left open: shown only where there is any

function orphanSteps([finding]) {
  if (!finding?.steps?.length) return '';
  const row = (each) => `<tr class="go" data-href="${execution(each.execution)}" data-id="${esc(each.execution)}"><td><a href="${execution(each.execution)}">${esc(each.agent)} <code>${esc(each.execution)}</code></a></td>
    <td>${esc(each.step)}</td><td>${statusSign(each.status)}</td></tr>`;
  return panel('Steps left open', `<div class="scroll"><table><thead><tr><th>Execution</th><th>Step</th><th>Status</th></tr></thead><tbody>${finding.steps.map(row).join('')}</tbody></table></div>`,
    { note: `${count(finding.count)} still running in an execution that has ended` });
}

// Success by attribute

function successBy(finding, told, by) {
  const choice = ATTRIBUTES.map((name) => `<button type="button" data-by="${name}" aria-pressed="${name === by}">${name}</button>`).join('');
  const other = ATTRIBUTES.includes(by) ? '' : esc(by);
  const actions = `<form class="by"><div class="seg" role="group" aria-label="Attribute">${choice}</div><input name="by" aria-label="Another attribute" placeholder="another attribute" value="${other}" size="14" autocomplete="off"></form>`;
  const note = 'intervals that overlap are no proof of a difference';
  if (!finding?.rows.some((row) => row.value != null)) return panel('Success by attribute', `<div class="empty"><b>Nothing that ended in this range names its ${esc(by)}.</b></div>`, { note, actions });
  // The axis begins below the lowest interval, and says so.
  const start = Math.min(90, Math.floor(Math.min(...finding.rows.map((row) => row.low ?? 100)) / 10) * 10);
  const scale = `<span class="scale"><span>${start} %</span><span>success rate, 95 % interval</span><span>100 %</span></span>`;
  return panel('Success by attribute', `<div class="scroll"><table class="cards"><thead><tr><th>${esc(by)}</th><th class="num">Executions</th><th class="num">Succeeded</th><th class="interval">${scale}</th><th class="num">Goal met</th></tr></thead>
    <tbody>${finding.rows.map((row) => successRow(row, told, by, start)).join('')}</tbody></table></div>`, { note: note + newestAlone([finding]), actions });
}

function successRow(row, told, by, start) {
  const list = esc(ended(told, { [by === 'agent' ? 'agent' : `attr.${by}`]: row.value }));
  const [open, name] = row.value == null ? ['<tr>', '<span class="dim">not told</span>'] : [`<tr class="go" data-href="${list}">`, `<a href="${list}">${esc(row.value)}</a>`];
  return `${open}<td>${name}</td><td class="num">${count(row.executions)}</td>
    <td class="num">${percent(row.successRate)}${row.few ? ' <span class="outcome" title="Fewer than 30 executions">few</span>' : ''}</td>
    <td class="wide">${interval(row, start)}</td><td class="num hide-s">${row.goalKnown ? percent(100 * row.goalMet / row.goalKnown) : '–'}</td></tr>`;
}

/** A rate and where it may lie, on an axis from `start` to 100 percent. */
function interval({ low, high, successRate, few }, start) {
  if (successRate == null) return '';
  const x = (share) => `${Math.max(0, 100 * (share - start) / (100 - start)).toFixed(2)}%`;
  const grid = [0, 25, 50, 75].map((at) => `<line class="grid" x1="${at}%" x2="${at}%" y2="14"/>`).join('');
  const said = `${percent(successRate)}, 95 % interval ${percent(low)} to ${percent(high)}`;
  return `<svg class="ci${few ? ' few' : ''}" width="100%" height="14" role="img" aria-label="${said}"><title>${said}</title>${grid}<line x1="${x(low)}" x2="${x(high)}" y1="7" y2="7"/><circle cx="${x(successRate)}" cy="7" r="5"/></svg>`;
}
