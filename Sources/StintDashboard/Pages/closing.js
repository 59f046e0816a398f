// Closing an execution that will not end by itself: sends an end like any other, with the reason and who said so.
import { get, send, serverNow, session } from './api.js';
import { esc, iso } from './formats.js';
import { shellQuoted } from './list-view.js';
import { command } from './signs.js';

const ENDS = [['failed', 'Failed'], ['timed_out', 'Timed out'], ['aborted', 'Cancelled']];
const STORED = 'closed-by';

/**
 * Asks how an execution should end and why, and tells the server. Without the right to send events it shows the command alone.
 * @param {string} id
 * @param {object} page `toast(text)`; `signal`, aborted when the page is left; `done()`, called after the end was recorded.
 */
export async function askToClose(id, { toast, signal, done }) {
  const { scopes } = await session();
  const mayClose = scopes === null || scopes.includes('ingest') || scopes.includes('admin');
  const dialog = document.createElement('dialog');
  dialog.className = 'closing';
  dialog.setAttribute('aria-labelledby', 'closing-title');
  dialog.innerHTML = mayClose ? form(id) : commandAlone(id);
  document.body.append(dialog);
  const leave = () => dialog.close();
  signal.addEventListener('abort', leave);
  dialog.addEventListener('close', () => {
    signal.removeEventListener('abort', leave);
    dialog.remove();
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog || event.target.closest('[data-cancel]')) dialog.close();
  });
  dialog.querySelector('form')?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const said = Object.fromEntries(new FormData(event.target));
    const fault = dialog.querySelector('[role=alert]');
    try {
      const { attempt } = await get(`/v1/executions/${encodeURIComponent(id)}`);
      const { rejected } = await send('POST', '/v1/events', [end(id, attempt, said)]);
      if (rejected.length) throw new Error(rejected[0].detail);
      remember(said.by);
      dialog.close();
      toast('Closed');
      done();
    } catch (failure) {
      fault.textContent = failure.message;
    }
  });
  dialog.showModal();
}

/** The event that ends its current attempt, as `stint close` sends it. */
function end(id, attempt, { status, reason, by }) {
  return {
    type: 'execution.finished', execution: id, attempt, at: iso(serverNow()), status,
    error: { type: 'Closed', message: reason }, attributes: { closedBy: by },
  };
}

function form(id) {
  const choices = ENDS.map(([status, word], index) => `<label><input type="radio" name="status" value="${status}"${index ? '' : ' checked'}> ${word}</label>`).join('');
  return `<form><h2 id="closing-title">Close <code>${esc(id)}</code></h2>
    <p class="sub">Records its end. Should it still be heard of, what it says is kept beside this.</p>
    <fieldset><legend>As</legend>${choices}</fieldset>
    <label for="closing-reason">Reason</label><input id="closing-reason" name="reason" required maxlength="1000" autocomplete="off" placeholder="worker lost" autofocus>
    <label for="closing-by">Who closes it</label><input id="closing-by" name="by" required maxlength="200" autocomplete="name" value="${esc(remembered())}">
    <p class="s-failed" role="alert"></p>
    <div class="acts"><button type="button" data-cancel>Cancel</button><button type="submit" class="primary">Close execution</button></div></form>`;
}

function commandAlone(id) {
  return `<h2 id="closing-title">Close <code>${esc(id)}</code></h2><p class="sub">This session may read only. With a key of the scope ingest:</p>
    ${command(`stint close ${shellQuoted(id)} --as failed --reason 'worker lost'`)}
    <div class="acts"><button type="button" data-cancel autofocus>Done</button></div>`;
}

function remembered() {
  try { return localStorage.getItem(STORED) ?? ''; } catch { return ''; }
}

function remember(name) {
  try { localStorage.setItem(STORED, name); } catch { /* It is asked for again. */ }
}
