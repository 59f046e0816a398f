// Drawing anew under the reader's hands: focus, the chosen row and charts stay.

const FOCUSABLE = 'a[href], button, summary, input, svg[tabindex]';

/**
 * Puts markup in place of what `part` holds, where it differs. What is being pressed, and text that is being selected, is
 * left as it is until later: a click ends on what it began on.
 * @returns {boolean} Whether it was drawn.
 */
export function redraw(part, markup) {
  if (part.drawn === markup || (part.firstChild && isTouched(part))) return false;
  const focusable = () => [...part.querySelectorAll(FOCUSABLE)];
  const focused = focusable().indexOf(document.activeElement);
  const chosen = part.querySelector('[aria-selected=true]')?.dataset.href;
  const charts = [...part.querySelectorAll('x-chart')];

  part.drawn = markup;
  part.innerHTML = markup;

  for (const chart of charts) part.querySelector(`x-chart[data-chart=${chart.dataset.chart}]`)?.replaceWith(chart);
  if (chosen) part.querySelector(`[data-href="${CSS.escape(chosen)}"]`)?.setAttribute('aria-selected', 'true');
  focusable()[focused]?.focus({ preventScroll: true });
  return true;
}

/** To ask what is selected has the page laid out. */
function isTouched(part) {
  const selection = getSelection();
  return (!selection.isCollapsed && part.contains(selection.anchorNode)) || part.matches(':active');
}
