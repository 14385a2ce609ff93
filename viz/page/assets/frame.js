// What surrounds the panels: theme, help, the view of the whole ladder.

const HELP = [
  ["← →", "step through forward and backward (in a grid: move between cells)"],
  ["space", "play or pause"],
  ["↑ ↓", "move between rows of the ladder, or cells of a grid"],
  ["Enter or click", "pin a cell; Esc lets go"],
  ["drag a cell of X", "nudge it, or + and − on the keyboard: losers change nothing"],
  ["/", "search the ladder"],
  ["?", "this help"],
];

/** @param {HTMLDialogElement} dialog */
function fillHelp(dialog) {
  const entries = HELP.flatMap(([keys, words]) => [html("dt", {}, html("kbd", {}, keys)), html("dd", {}, words)]);
  const legend = [
    ["forward", "computes, thin line"],
    ["saved", "is kept for backward, dotted"],
    ["backward", "gradient, thick line"],
    ["parameter", "parameter"],
  ].map(([role, words]) => html("span", { class: `legend ${role}` }, words));
  dialog.append(
    html("h2", {}, "How to read and play"),
    html(
      "p",
      {},
      "On the left the computation runs down, and its gradients come back up on the right. Click a step to look inside; point at anything to ask what it is.",
    ),
    html("p", {}, ...legend),
    html("dl", { class: "keys" }, ...entries),
    button("close", { class: "quiet" }, () => dialog.close()),
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

/**
 * @param {string} start
 * @param {(theme: string) => void} change
 */
function makeThemeButton(start, change) {
  const names = ["auto", "light", "dark"];
  let now = names.includes(start) ? start : "auto";
  const words = () => `theme: ${now}`;
  const made = button(words(), { class: "quiet" }, () => {
    now = names[(names.indexOf(now) + 1) % names.length];
    made.textContent = words();
    document.documentElement.dataset.theme = now;
    change(now);
  });
  document.documentElement.dataset.theme = now;
  return made;
}

/**
 * Makes the boxes of the whole ladder's drawing clickable.
 * @param {HTMLElement} whole
 * @param {(box: string) => void} choose
 */
function makeWholeClickable(whole, choose) {
  for (const group of whole.querySelectorAll("g[data-node]")) {
    const box = group.getAttribute("data-node") ?? "";
    group.classList.add("clickable");
    group.addEventListener("click", () => choose(box));
    if (!group.id) continue;
    setAttributes(group, { tabindex: 0, role: "button" });
    group.addEventListener("keydown", (event) => {
      if (/** @type {KeyboardEvent} */ (event).key === "Enter") choose(box);
    });
  }
}
