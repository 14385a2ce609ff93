// What the reader does to picture A: pointing, clicking, dragging, keys. It only tells; the panel decides.

/**
 * @param {HTMLElement} picture
 * @param {Object} actions
 * @param {(spot: Spot, isFocus: boolean) => void} actions.point
 * @param {() => void} actions.leave
 * @param {(spot: Spot) => void} actions.choose a click
 * @param {(spot: Spot) => void} actions.enter the key
 * @param {(cell: Cell, step: number) => void} actions.nudge by key
 */
function listenToPicture(picture, actions) {
  /** @type {Spot|null} */
  let last = null;
  const spotAt = (/** @type {Event} */ event) => spotOf(/** @type {Element} */ (event.target));
  picture.addEventListener("pointerover", (event) => {
    const spot = spotAt(event);
    // When the picture changes under a resting pointer, the reader has not pointed anew.
    const isSame = spot && last && spot.grid === last.grid && spot.row === last.row && spot.column === last.column;
    last = spot;
    if (spot && !isSame) actions.point(spot, false);
  });
  picture.addEventListener("focusin", (event) => {
    const spot = spotAt(event);
    if (spot) actions.point(spot, true);
  });
  picture.addEventListener("pointerleave", () => {
    last = null;
    actions.leave();
  });
  picture.addEventListener("click", (event) => {
    const spot = spotAt(event);
    if (spot) actions.choose(spot);
  });
  picture.addEventListener("keydown", (event) => {
    const spot = spotAt(event);
    if (!spot) return;
    if (event.key === "Enter") actions.enter(spot);
    else if (spot.grid === "x" && (event.key === "+" || event.key === "-"))
      actions.nudge(spot, event.key === "+" ? 1 : -1);
    else return;
    event.preventDefault();
  });
}

/**
 * Lets the reader drag cells of X up and down.
 * @param {Element} picture
 * @param {{start: (cell: Cell) => void, move: (cell: Cell, steps: number) => void, end: (cell: Cell, isDrag: boolean) => void}} actions
 */
function listenToDrags(picture, actions) {
  picture.addEventListener("pointerdown", (event) => {
    const pressed = /** @type {PointerEvent} */ (event);
    const element = /** @type {Element} */ (pressed.target).closest('[data-grid="x"][role="gridcell"]');
    if (!element || pressed.button !== 0) return;
    const cell = { row: Number(element.getAttribute("data-row")), column: Number(element.getAttribute("data-column")) };
    let isDrag = false;
    const move = (/** @type {PointerEvent} */ now) => {
      const distance = pressed.clientY - now.clientY;
      if (!isDrag && Math.abs(distance) < 5) return;
      if (!isDrag) actions.start(cell);
      isDrag = true;
      actions.move(cell, Math.round(distance / 8));
    };
    const up = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", up);
      actions.end(cell, isDrag);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", up);
  });
}

/**
 * @param {Element|null} element
 * @returns {Spot|null}
 */
function spotOf(element) {
  const cell = element?.closest('[role="gridcell"][data-grid]');
  if (!cell) return null;
  const [row, column] = ["data-row", "data-column"].map((name) => Number(cell.getAttribute(name)));
  const grid = cell.getAttribute("data-grid") ?? "";
  // A still of the strip stands for its window.
  return { grid: grid === "strip" ? "dy" : grid, row, column };
}

/**
 * @param {string|null} text
 * @returns {Spot|null}
 */
function spotFrom(text) {
  const parts = text?.match(/^(x|y|saved|dy|dx)\.(\d+)\.(\d+)$/);
  return parts ? { grid: parts[1], row: Number(parts[2]), column: Number(parts[3]) } : null;
}
