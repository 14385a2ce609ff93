// Small helpers to make elements. Text always becomes text nodes, so no name in the data can become markup.

const SVG_SPACE = "http://www.w3.org/2000/svg";

/** @typedef {Record<string, string|number|boolean|null|undefined>} Attributes */

/**
 * @param {Element} element
 * @param {Attributes} attributes true sets an empty attribute; false, null and undefined remove it
 */
function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...(Node|string)} children
 * @returns {any}
 */
function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/**
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...(Node|string)} children
 * @returns {any}
 */
function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG_SPACE, tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/**
 * A drop-down list.
 * @param {string} label
 * @param {[string, string][]} options value and words
 * @param {string} value
 * @param {(value: string) => void} change
 */
function choice(label, options, value, change) {
  const select = html("select", { name: label });
  for (const [key, words] of options) select.append(html("option", { value: key, selected: key === value }, words));
  select.addEventListener("change", () => change(select.value));
  return html("label", { class: "choice" }, html("span", {}, label), select);
}

/**
 * @param {string} words
 * @param {Attributes} attributes
 * @param {() => void} act
 */
function button(words, attributes, act) {
  const made = html("button", { type: "button", ...attributes }, words);
  made.addEventListener("click", act);
  return made;
}

/** Whether the reader asked for little motion. */
function prefersStillness() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/**
 * Lets arrow keys walk over a grid of cells, of which one at a time can be reached by Tab.
 * @param {SVGElement} group
 * @param {(row: number, column: number) => SVGElement|undefined} at
 */
function walkWithArrows(group, at) {
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  group.addEventListener("keydown", (event) => {
    const step = steps[/** @type {keyof steps} */ (event.key)];
    const cell = /** @type {SVGElement} */ (event.target).closest("[data-row]");
    if (!step || !cell) return;
    event.preventDefault();
    event.stopPropagation();
    const next = at(
      Number(cell.getAttribute("data-row")) + step[0],
      Number(cell.getAttribute("data-column")) + step[1],
    );
    if (!next) return;
    cell.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  });
}
