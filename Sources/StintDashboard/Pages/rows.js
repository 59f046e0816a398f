// The chosen row of a list: whatever carries `data-href`. One that carries `data-id` can be previewed.
import { closePreview, isPreviewing, preview } from './preview.js';

const main = document.getElementById('main');
const rows = () => [...main.querySelectorAll('[data-href]')].filter((row) => row.checkVisibility());

export const selected = () => main.querySelector('[data-href][aria-selected=true]');

export function select(row) {
  selected()?.removeAttribute('aria-selected');
  row?.setAttribute('aria-selected', 'true');
  row?.scrollIntoView({ block: 'nearest' });
}

/** Goes to the next (1) or previous (−1) row, the preview with it. False where there is none. */
export function moveSelection(step, context) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(selected());
  const next = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + step))];
  select(next);
  if (isPreviewing() && next.dataset.id) preview(next.dataset.id, context);
  return true;
}

/** Opens the preview of the chosen or focused row, or closes it. False where there is neither. */
export function togglePreview(context) {
  if (isPreviewing()) {
    closePreview();
    return true;
  }
  const id = (selected() ?? document.activeElement?.closest('[data-id]'))?.dataset.id;
  if (id) preview(id, context);
  return Boolean(id);
}
