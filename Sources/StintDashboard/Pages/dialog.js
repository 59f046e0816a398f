// Short messages, the one dialog of the frame, and what is copied.
import { esc } from './formats.js';

const TOAST_MS = 1800;
const LONGEST_NAMED = 60;
const toastSign = document.getElementById('toast');
const dialog = document.getElementById('dialog');
let toastTimer = null;

/** Says something for a moment; announced politely. */
export function toast(text) {
  toastSign.textContent = text;
  toastSign.classList.add('on');
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => toastSign.classList.remove('on'), TOAST_MS);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(text.length > LONGEST_NAMED ? 'Copied' : `Copied ${text}`);
  } catch {
    // Without TLS the clipboard is closed to pages; the text can be selected by hand.
    showDialog('Copy this', `<pre class="code" tabindex="0">${esc(text)}</pre>`);
  }
}

/** Shows markup under a title until it is closed; focus returns to where it was. */
export function showDialog(title, markup) {
  dialog.innerHTML = `<form method="dialog"><h2 id="dialog-title">${esc(title)}</h2><button class="icon" aria-label="Close">×</button></form>${markup}`;
  dialog.setAttribute('aria-labelledby', 'dialog-title');
  dialog.showModal();
}

dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });

// Every chart can be read as a table.
document.addEventListener('chart-table', ({ detail: { title, head, rows } }) => {
  const cells = (row) => row.map((text, index) => `<td${index ? ' class="num"' : ''}>${esc(text)}</td>`).join('');
  const heads = head.map((text, index) => `<th scope="col"${index ? ' class="num"' : ''}>${esc(text)}</th>`).join('');
  showDialog(title, `<div class="scroll" tabindex="0"><table><thead><tr>${heads}</tr></thead><tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</tbody></table></div>`);
});
