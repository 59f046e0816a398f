// Texts from data, which may hold markup, control characters, writing from right to left, and 32 KiB on a line.
import { count, esc } from './formats.js';

const BRIEF = 300;
const LETTERS = 800;
const LINES = 20;

/** Text as text, its direction of writing its own affair. */
export const said = (text) => `<bdi>${esc(text)}</bdi>`;

/** The beginning of a text, for a line that is cut where its room ends. */
export function saidInBrief(text) {
  const line = String(text ?? '');
  return line.length > BRIEF ? `${said(line.slice(0, BRIEF))}…` : said(line);
}

/** A value of an attribute as text. */
export const textOf = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

/** The size of a text as its bytes count: `800 B`, `7.9 KiB`, `1.2 MiB`. */
export function sizeOf(bytes) {
  if (bytes < 1024) return `${count(bytes)} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** A text that keeps its lines; a long one is cut, with the whole of it folded. */
export function longText(text) {
  const lines = text.split('\n', LINES + 1);
  const isLong = text.length > LETTERS || lines.length > LINES;
  if (!isLong) return `<span class="text">${said(text)}</span>`;
  const beginning = lines.slice(0, LINES).join('\n').slice(0, LETTERS);
  return `<span class="text">${said(beginning)}…</span>
    <details class="whole"><summary>All of it <span class="note">${sizeOf(new TextEncoder().encode(text).length)}</span></summary><pre class="code" tabindex="0">${said(text)}</pre></details>`;
}
