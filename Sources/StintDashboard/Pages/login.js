// Logging in: a key is shown to the server once, and a cookie that scripts cannot read stands for it from then on.
import { forgetSession, send, session } from './api.js';
import { esc } from './formats.js';

export async function login({ root, query, navigate, setTitle }) {
  setTitle('Log in');
  const next = pathWithin(query.get('next'));
  const { required, authenticated } = await session();
  if (!required || authenticated) {
    navigate(next, { replace: true });
    return {};
  }
  root.innerHTML = form();
  const [key, button, fault] = ['#key', 'form button', '#fault'].map((selector) => root.querySelector(selector));
  key.focus();
  root.querySelector('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    fault.textContent = '';
    button.disabled = true;
    try {
      await send('POST', '/v1/session', { key: key.value.trim() });
      key.value = '';
      forgetSession();
      navigate(next, { replace: true });
    } catch (failure) {
      fault.textContent = sentence(failure);
      button.disabled = false;
      key.setAttribute('aria-invalid', 'true');
      key.select();
      key.focus();
    }
  });
  return {};
}

/** Only a path of this server is gone to after the login: an address from elsewhere may be a trap. */
function pathWithin(next) {
  const url = URL.parse(next ?? '/', location.origin);
  return url?.origin === location.origin && url.pathname !== '/login' ? url.pathname + url.search : '/';
}

function sentence(failure) {
  if (failure.status === 401) return 'That is no valid key of this server. It may be mistyped, expired or revoked.';
  if (failure.status === 429) return `Too many wrong keys came from this address. Try again in ${failure.retryAfterSeconds ?? 60} s.`;
  if (failure.isOffline) return 'The server does not answer. Try again when it runs.';
  return failure.message;
}

function form() {
  return `<div class="head"><h1>Log in</h1></div>
    <section class="panel login"><form class="body">
      <label for="key">Key</label>
      <input id="key" name="key" type="password" autocomplete="off" spellcheck="false" required placeholder="stint_read_…" aria-describedby="fault key-note">
      <p id="fault" class="s-failed" role="alert"></p>
      <button type="submit" class="primary">Log in</button>
      <p id="key-note" class="dim">A key with the scope read shows everything; ingest is needed to close executions as well. Who runs the server makes one with
        <code>${esc('stint keys create --scope read')}</code>. The key itself is not kept in this browser.</p>
    </form></section>`;
}
