// Checks of accessibility and layout, run inside a page. Each returns sentences about what is wrong.

const visible = element =>
  element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && element.getClientRects().length > 0;

const describe = element => {
  const classes = element.getAttribute('class');
  const text = (element.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 40);
  return `<${element.localName}${element.id ? ` id=${element.id}` : ''}${classes ? ` class="${classes}"` : ''}> "${text}"`;
};

/** The name by which assistive technology calls an element; empty where it has none. A placeholder is no name. */
function nameOf(element) {
  const labelled = (element.getAttribute('aria-labelledby') ?? '').split(' ').filter(Boolean)
    .map(id => document.getElementById(id)?.textContent ?? '').join(' ').trim();
  if (labelled) return labelled;
  const label = element.getAttribute('aria-label')?.trim();
  if (label) return label;
  const labels = [...(element.labels ?? [])].map(each => each.textContent.trim()).join(' ').trim();
  if (labels) return labels;
  if (element.localName === 'img') return element.alt.trim();
  const inner = [...element.querySelectorAll('[aria-label], img[alt], title')]
    .map(each => each.getAttribute('aria-label') ?? each.getAttribute('alt') ?? each.textContent).join(' ');
  return `${element.textContent ?? ''} ${inner} ${element.getAttribute('title') ?? ''}`.trim();
}

// Colours as [red, green, blue, opacity], 0 to 255 and 0 to 1.
const painter = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
const known = new Map();
function colour(text) {
  if (!known.has(text)) {
    painter.clearRect(0, 0, 1, 1);
    painter.fillStyle = '#000';
    painter.fillStyle = text;
    painter.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = painter.getImageData(0, 0, 1, 1).data;
    known.set(text, [r, g, b, a / 255]);
  }
  return known.get(text);
}
const over = (top, below) => top.slice(0, 3).map((part, i) => part * top[3] + below[i] * (1 - top[3])).concat(1);

/** What is painted behind an element; `null` where it is a picture. */
function backgroundOf(element) {
  const layers = [];
  for (let each = element; each; each = each.parentElement) {
    const style = getComputedStyle(each);
    if (style.backgroundImage !== 'none') return null;
    const layer = colour(style.backgroundColor);
    if (layer[3] > 0) layers.push(layer);
    if (layer[3] === 1) break;
  }
  return layers.reduceRight((below, top) => over(top, below), [255, 255, 255, 1]);
}

function luminance([r, g, b]) {
  const [x, y, z] = [r, g, b].map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
}

/** As WCAG defines it: 1 to 21. */
function ratio(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const checks = {
  /** Whatever can be used or stands for something has a name. */
  names() {
    const wanted = 'a[href], button, input:not([type=hidden]), select, textarea, summary, img, [role=img], [role=button], [tabindex="0"]';
    return [...document.querySelectorAll(wanted)]
      .filter(element => visible(element) && !element.closest('[aria-hidden=true]') && !nameOf(element))
      .map(element => `no name: ${describe(element)}`);
  },

  /** Headings, landmarks, ids and tables as a reader of the structure needs them. */
  structure() {
    const wrong = [];
    if (!document.documentElement.lang) wrong.push('the page has no language');
    if (document.querySelectorAll('main').length !== 1) wrong.push('not one main');
    const headings = [...document.querySelectorAll('h1')].filter(visible);
    if (headings.length !== 1) wrong.push(`${headings.length} headings of the first level`);
    const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
    for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) wrong.push(`id ${id} is there twice`);
    for (const table of document.querySelectorAll('table')) {
      if (!table.querySelector('th')) wrong.push(`a table without th: ${describe(table)}`);
    }
    for (const header of document.querySelectorAll('th')) {
      if (visible(header) && !nameOf(header)) wrong.push(`an empty th in ${describe(header.closest('table'))}`);
    }
    for (const reference of document.querySelectorAll('[aria-labelledby], [aria-controls], [aria-describedby]')) {
      for (const attribute of ['aria-labelledby', 'aria-describedby']) {
        for (const id of (reference.getAttribute(attribute) ?? '').split(' ').filter(Boolean)) {
          if (!document.getElementById(id)) wrong.push(`${attribute} names nothing: ${describe(reference)}`);
        }
      }
    }
    return wrong;
  },

  /** Every text stands out from what is behind it at least so much. Over pictures it is not measured. */
  contrast(least) {
    const wrong = new Map();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!walker.currentNode.data.trim() || !visible(element) || element.closest('script, style, .sr')) continue;
      if (element.closest(':disabled')) continue;
      const style = getComputedStyle(element);
      const inSVG = element instanceof SVGElement;
      const shape = inSVG && element.parentElement.querySelector(':scope > circle');
      const behind = shape ? colour(getComputedStyle(shape).fill) : backgroundOf(inSVG ? element.closest('svg').parentElement : element);
      if (!behind) continue;
      const opacity = [];
      for (let each = element; each; each = each.parentElement) opacity.push(Number(getComputedStyle(each).opacity));
      const ink = [...colour(inSVG ? style.fill : style.color)];
      ink[3] *= opacity.reduce((product, each) => product * each, 1);
      const found = ratio(over(ink, behind), behind);
      if (found < least) wrong.set(describe(element), `${found.toFixed(2)}: ${describe(element)}`);
    }
    return [...wrong.values()];
  },

  /** What is clicked, other than words in a line of text, is at least so many pixels wide and high. */
  targets(least) {
    return [...document.querySelectorAll('button, input:not([type=hidden], [type=checkbox], [type=radio]), select')].filter(visible)
      .map(element => [element, element.getBoundingClientRect()])
      .filter(([, box]) => box.width < least - 0.1 || box.height < least - 0.1)
      .map(([element, box]) => `${box.width.toFixed(0)} × ${box.height.toFixed(0)}: ${describe(element)}`);
  },

  /** Nothing makes the page wider than its window. */
  width() {
    const { scrollWidth } = document.documentElement;
    if (scrollWidth <= innerWidth) return [];
    const widest = [...document.querySelectorAll('body *')].filter(visible)
      .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
      .filter(element => !element.parentElement.closest('.scroll, pre')).slice(-3);
    return [`${scrollWidth} px in ${innerWidth}: ${widest.map(describe).join(', ')}`];
  },

  /** The element that has the focus shows it. */
  focus() {
    const element = document.activeElement;
    if (!element || element === document.body) return [];
    const style = getComputedStyle(element);
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    return outlined ? [] : [`no sign of focus: ${describe(element)}`];
  },
};
