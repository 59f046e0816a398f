// Diagnose: what is wrong, is it serious, what to do. One request; the feed says when to ask again.
import { get, serverNow } from './api.js';
import { askToClose } from './closing.js';
import * as findings from './findings.js';
import { esc } from './formats.js';
import { FiguresRange, listenForRange, rangeChooser } from './range.js';
import { copyCommand } from './signs.js';
import { failurePanel, firstUse, showLoading } from './states.js';

const REFRESH_MS = 60_000;
/** After a change of a lost execution: many come at once when a worker dies. */
const SETTLING_MS = 2_000;

export async function diagnose({ root, query, navigate, live, signal, setTitle, toast }) {
  const range = new FiguresRange(query);
  const params = { ...range.parameters, agent: query.get('agent'), by: query.get('by') ?? 'model' };
  const endLoading = showLoading(root, 'Diagnose');
  let told = null;
  let isDue = false;

  /** Reads the findings; what is on screen stays where that fails. Forced, each part changes at once, whoever is in it. */
  async function load({ isForced = false } = {}) {
    isDue = false;
    try {
      const answer = await get('/v1/diagnosis', params, { signal });
      answer.readAt = serverNow();
      const isFirst = told === null;
      told = answer;
      if (isFirst) await show();
      else draw(isForced);
    } catch (failure) {
      if (failure.name === 'AbortError' || told !== null) return;
      root.innerHTML = `${head(params)}${failurePanel(failure, { title: 'The findings could not be read' })}`;
      root.querySelector('[data-retry]')?.addEventListener('click', () => load());
    } finally {
      endLoading();
    }
  }

  async function show() {
    if (told.findings.every(({ rows }) => rows?.length === 0) && await isUnused(signal)) {
      root.innerHTML = `${head(params)}${await firstUse({ signal })}`;
      return;
    }
    root.innerHTML = `${head(params, rangeChooser(range, told))}<div id="findings"></div>`;
    listenForRange(root, (change) => navigate(change));
    draw();
  }

  /** Puts each part in its place. A part under the pointer, with the focus or with selected text waits until it is left. */
  function draw(isForced = false) {
    const place = root.querySelector('#findings');
    if (!place) return void show();
    setTitle(findings.title(told));
    for (const { name, html } of findings.parts(told, params)) {
      const part = place.querySelector(`#${name}`) ?? place.appendChild(Object.assign(document.createElement('div'), { id: name }));
      if (part.markup === html) continue;
      if (part.markup && !isForced && isInUse(part)) part.waiting = html;
      else fill(part, html);
    }
    tick(serverNow());
  }

  function fill(part, html) {
    part.markup = html;
    part.waiting = null;
    part.innerHTML = html;
  }

  function letGo(event) {
    for (const part of root.querySelectorAll('#findings > *')) {
      if (part.waiting && !isInUse(part, event.relatedTarget)) fill(part, part.waiting);
    }
  }
  root.addEventListener('pointerout', letGo, { signal });
  root.addEventListener('focusout', letGo, { signal });

  root.addEventListener('click', (event) => {
    const jump = event.target.closest('a[href^="#"]');
    if (jump) {
      event.preventDefault();
      showPart(root.querySelector(jump.hash));
    }
    const attribute = event.target.closest('[data-by]');
    if (attribute) navigate({ by: attribute.dataset.by }, { replace: true });
    const more = event.target.closest('[data-more]');
    if (more) more.closest('#findings > div').classList.add('shows-all');
    const closing = event.target.closest('[data-close]');
    if (closing) askToClose(closing.dataset.close, { toast, signal, done: () => load({ isForced: true }) });
  }, { signal });
  root.addEventListener('submit', (event) => {
    if (!event.target.matches('form.by')) return;
    event.preventDefault();
    const name = new FormData(event.target).get('by')?.trim();
    if (name) navigate({ by: name }, { replace: true });
  }, { signal });
  /** Ages and elapsed times, each second. */
  function tick(nowMs) {
    for (const element of root.querySelectorAll('[data-since]')) {
      const text = findings.since(element.dataset.form, Number(element.dataset.since), nowMs);
      if (element.textContent !== text) element.textContent = text;
    }
  }

  let timer = null;
  function soon() {
    if (isDue) return;
    isDue = true;
    clearTimeout(timer);
    timer = setTimeout(load, SETTLING_MS);
  }
  const refresh = setInterval(() => { if (!document.hidden) load(); }, REFRESH_MS);
  signal.addEventListener('abort', () => {
    clearInterval(refresh);
    clearTimeout(timer);
  });

  await load();
  live({ status: 'lost', agent: params.agent }, { onExecution: soon, onReset: () => load() });
  return { tick, copyCommand: findings.command(params) };
}

function head(params, chooser = '') {
  const ofAgent = params.agent ? `<span class="sub">${esc(params.agent)}</span>` : '';
  return `<div class="head"><h1>Diagnose</h1>${ofAgent}<div class="acts">${chooser}${copyCommand(findings.command(params))}</div></div>`;
}

function showPart(part) {
  if (!part) return;
  part.tabIndex = -1;
  part.scrollIntoView({ block: 'start' });
  part.focus({ preventScroll: true });
}

function isInUse(part, next = document.activeElement) {
  const selection = getSelection();
  return part.matches(':hover') || (next instanceof Node && part.contains(next))
    || (!selection.isCollapsed && part.contains(selection.anchorNode));
}

/** Whether nothing was ever recorded, so that there is nothing to be well or ill. */
async function isUnused(signal) {
  const { items } = await get('/v1/executions', { limit: 1 }, { signal });
  return items.length === 0;
}
