// Predict: dX is hidden; for one window after the other the reader clicks where its gradient will land.

/**
 * @typedef {Object} Quiz
 * @property {PoolWindow[]} queue windows still to guess, the current one first
 * @property {Set<string>} hidden
 * @property {number} right
 * @property {number} asked
 */

const MOST_QUESTIONS = 5;

/**
 * @param {Layout} layout
 * @param {{spotlight: PoolWindow, second: PoolWindow|null}} tale
 * @returns {Quiz}
 */
function startQuiz(layout, tale) {
  const first = [tale.spotlight, tale.second].filter((w) => w !== null);
  const rest = layout.windows.filter((w) => !first.includes(w) && shows(layout.dx, w.shares[0]));
  return { queue: [...first, ...rest].slice(0, MOST_QUESTIONS), hidden: new Set(["all"]), right: 0, asked: 0 };
}

/**
 * @param {Quiz} quiz
 * @param {View} view
 * @param {Routed} routed
 */
function questionWords(quiz, view, routed) {
  const window = quiz.queue[0];
  const sent = shown(routed.dy[window.row][window.column], view.scales.g);
  return `Window ${nameOf(view.layout, window)} sends ${sent} back. Click the cell of dX where it will land.`;
}

/**
 * Judges a guess and moves on to the next window.
 * @param {Quiz} quiz
 * @param {View} view
 * @param {Routed} routed
 * @param {Cell} cell
 */
function guess(quiz, view, routed, cell) {
  const window = quiz.queue.shift();
  if (!window) return "";
  quiz.asked += 1;
  const isRight = window.shares.some((share) => share.row === cell.row && share.column === cell.column);
  if (isRight) quiz.right += 1;
  const goal = window.shares.map((share) => `(${placeOf(routed, share)})`).join(" and ");
  const name = nameOf(view.layout, window);
  const inside = window.cells.some((share) => share.row === cell.row && share.column === cell.column);
  const isTied = window.equals.some((equal) => equal.row === cell.row && equal.column === cell.column);
  const verdict = isRight
    ? `Right: window ${name} found its largest number, ${plainNumber(window.value)}, at ${goal}.`
    : isTied
      ? `As large, but a tie: of equal numbers the ${routed.settings.ties} one gets all, here ${goal}.`
      : inside
        ? `No: in window ${name} the largest number, ${plainNumber(window.value)}, stands at ${goal}.`
        : `No: that cell is not in window ${name}, whose largest number stands at ${goal}.`;
  return quiz.queue.length > 0 ? verdict : `${verdict} ${quiz.right} of ${quiz.asked} right. Here is all of dX.`;
}
