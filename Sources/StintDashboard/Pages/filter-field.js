// The field of the filter language: suggests while one types, names what cannot be read, applies on Enter.
import { esc } from './formats.js';
import { FilterError, parse, suggest } from './query.js';

const SHOWN = 10;

/**
 * @param {string} text the filter that is in force
 * @returns {string} markup, to be given to `wireFilterField`
 */
export const filterField = (text) => `<div class="filter-field">
  <input type="search" name="filter" value="${esc(text)}" autocomplete="off" spellcheck="false" autocapitalize="off"
    placeholder="error:RateLimitError  attr.customer:acme  duration:&gt;60" aria-label="Filter by words or field:value"
    role="combobox" aria-expanded="false" aria-controls="filter-list" aria-autocomplete="list" aria-describedby="filter-error">
  <ul id="filter-list" role="listbox" aria-label="Fields" hidden></ul>
</div>`;

export const FILTER_ERROR = '<p id="filter-error" class="filter-error" role="alert" hidden></p>';

/**
 * @param {HTMLFormElement} form holds the field and, anywhere, `FILTER_ERROR`
 * @param {{agents: () => string[], apply: (parameters: [string, string][]) => void}} page
 */
export function wireFilterField(form, { agents, apply }) {
  const input = form.elements.filter;
  const list = form.querySelector('#filter-list');
  const error = form.querySelector('#filter-error');
  let offers = [];
  let chosen = -1;

  const choose = (index) => {
    chosen = index;
    [...list.children].forEach((option, at) => option.setAttribute('aria-selected', String(at === chosen)));
    if (chosen < 0) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', `filter-option-${chosen}`);
  };
  const show = (found) => {
    offers = found.slice(0, SHOWN);
    list.innerHTML = offers.map(({ label, meaning }, index) =>
      `<li id="filter-option-${index}" role="option" aria-selected="false"><code>${esc(label)}</code> <span>${esc(meaning)}</span></li>`).join('');
    list.hidden = !offers.length;
    input.setAttribute('aria-expanded', String(offers.length > 0));
    choose(-1);
  };
  const offer = () => show(suggest(input.value, input.selectionStart ?? input.value.length, { agents: agents() }));
  const complete = ({ text, caret }) => {
    input.value = text;
    input.setSelectionRange(caret, caret);
    offer();
  };
  const complain = (text) => {
    error.textContent = text;
    error.hidden = !text;
    input.setAttribute('aria-invalid', String(Boolean(text)));
  };

  input.addEventListener('input', () => { complain(''); offer(); });
  input.addEventListener('focus', offer);
  input.addEventListener('blur', () => show([]));
  list.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    const index = [...list.children].indexOf(event.target.closest('li'));
    if (index >= 0) complete(offers[index]);
  });
  input.addEventListener('keydown', (event) => {
    const isOpen = !list.hidden;
    if (isOpen && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      const by = event.key === 'ArrowDown' ? 1 : -1;
      choose((chosen + by + offers.length + (chosen < 0 && by < 0 ? 1 : 0)) % offers.length);
    } else if (isOpen && chosen >= 0 && (event.key === 'Enter' || event.key === 'Tab')) {
      complete(offers[chosen]);
    } else if (event.key === 'Escape') {
      // A browser would clear the field.
      if (isOpen) show([]);
      else input.blur();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    try {
      const parameters = parse(input.value);
      show([]);
      apply(parameters);
    } catch (failure) {
      if (!(failure instanceof FilterError)) throw failure;
      complain(`${failure.message[0].toUpperCase()}${failure.message.slice(1)}.`);
    }
  });
}
