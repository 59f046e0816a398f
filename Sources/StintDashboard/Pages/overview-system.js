// What the work runs on, and what waits for it.
import { spark } from './charts.js';
import { about, count, duration, esc, instant } from './formats.js';
import { meter, panel } from './signs.js';

const MOST_SLOTS = 64;
const NEXT = 4;
const notReported = '<span class="dim">not reported</span>';

/** Slots, load, and Stint's own store. `range` names the time of the small trends. */
export function systemPanel({ systemLoad, ingest }, { resources }, range) {
  const { workers } = systemLoad;
  const load = (name, value, series) => `<span class="dim">${name}</span><b class="num">${value == null ? '–' : `${Math.round(value)} %`}</b>`
    + (value == null && !hasValues(series) ? notReported : spark((series ?? []).map((point) => point.value), { width: 200, max: 100 }));
  const { connections, queryRate, avgQueryTime } = resources.databaseLoad;
  return panel('System', `<div class="body">${slots(workers)}
    <div class="sys">${load('CPU', systemLoad.cpu, resources.compute.cpuUsage)}${load('Memory', systemLoad.memory, resources.compute.memoryUsage)}</div>
    <dl class="kv"><dt>Database</dt><dd>${queryRate == null ? notReported : `${queryRate.toFixed(1)} queries/s, ${duration(avgQueryTime)} mean, ${count(connections)} connections`}</dd>
    <dt>Ingest</dt><dd>${ingestWords(ingest)}</dd>
    ${workers?.reporting ? `<dt>Workers</dt><dd>${count(workers.reporting)} report their load</dd>` : ''}</dl></div>`, { note: `trends over ${esc(range)}` });
}

/** What came in over the last minute, and how old it was by then. */
function ingestWords(ingest) {
  if (!ingest) return notReported;
  const { eventsPerSecond: rate, lag } = ingest;
  if (lag == null) return '<span class="dim">nothing in the last minute</span>';
  return `${rate < 10 ? rate.toFixed(rate < 0.1 ? 2 : 1) : count(Math.round(rate))} events/s, lag ${duration(lag)}`;
}

const hasValues = (series) => series?.some((point) => point.value != null);

function slots(workers) {
  if (!workers?.total) return '<p class="dim">Worker slots: not reported</p>';
  const { total, busy, idle } = workers;
  const silent = workers.silent ?? 0;
  const used = 100 * busy / total;
  const silentWords = silent ? `, ${count(silent)} of them silent` : '';
  // The silent ones of the busy stand last among them.
  const kind = (index) => (index >= busy ? '' : index >= busy - silent ? ' class="silent"' : ' class="busy"');
  const marks = total > MOST_SLOTS ? meter(used)
    : `<div class="slots" role="img" aria-label="${busy} of ${total} worker slots busy${silentWords}">${Array.from({ length: total }, (_, index) => `<i${kind(index)}></i>`).join('')}</div>`;
  return `<div class="pair dim"><span>Worker slots: ${count(busy)} busy${silentWords}, ${count(idle)} idle</span><span>${Math.round(used)} % used</span></div>${marks}`;
}

/** The next four of the queue: how long they wait, when they are thought to start. */
export function queuePanel({ queueDepth, queuedExecutions }, lists, nowMs) {
  const rows = queuedExecutions.slice(0, NEXT).map(({ queueId, agentId, priority, queuedAt, estimatedStartTime }) => {
    const address = `/executions/${encodeURIComponent(queueId)}`;
    return `<tr data-href="${esc(address)}" data-id="${esc(queueId)}"><th scope="row"><a href="${esc(address)}">${esc(agentId ?? 'unnamed')}</a>${priority ? ` <span class="outcome">priority ${esc(priority)}</span>` : ''}</th>
      <td class="num dim">waits ${about((nowMs - instant(queuedAt)) / 1000)}</td><td class="num">${starts(instant(estimatedStartTime), nowMs)}</td></tr>`;
  });
  const body = rows.length ? `<div class="scroll"><table aria-label="Next in the queue"><tbody>${rows.join('')}</tbody></table></div>` : '<p class="empty-line">Nothing waits.</p>';
  return panel('Queue', body, { note: `${count(queueDepth)} waiting`, actions: queueDepth ? `<a href="${esc(lists.queued)}">all</a>` : '' });
}

function starts(ms, nowMs) {
  if (ms === null) return '<span class="dim">start unknown</span>';
  return ms - nowMs < 1000 ? 'starts next' : `starts in ${about((ms - nowMs) / 1000)}`;
}

