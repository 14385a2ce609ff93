// The bar below a panel: blue half forward, orange half backward, one big play button, a button for each stop.

/**
 * @typedef {Object} Scrubber
 * @property {HTMLElement} root
 * @property {(index: number) => void} set where it stands
 * @property {(isPlaying: boolean) => void} setPlaying
 */

/**
 * @param {{half: string, label: string}[]} stops
 * @param {{seek: (index: number) => void, play: () => void}} actions
 * @returns {Scrubber}
 */
function makeScrubber(stops, actions) {
  const last = stops.length - 1;
  const play = button("", { class: "play", "aria-label": "play", "aria-keyshortcuts": "Space" }, actions.play);
  const shape = svg("path", { d: "M8 5v14l11 -7Z" });
  play.append(svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, shape));
  const slider = html("input", {
    type: "range",
    min: 0,
    max: last,
    step: 1,
    value: last,
    "aria-label": "how far: forward, then backward",
  });
  slider.addEventListener("input", () => actions.seek(Number(slider.value)));
  const forward = stops.filter((stop) => stop.half === "forward").length;
  const marks = stops.map((stop, index) =>
    button(stop.label, { class: `mark ${stop.half}`, "aria-label": `${stop.half}: ${stop.label}` }, () =>
      actions.seek(index),
    ),
  );
  const track = svg(
    "svg",
    { class: "track", viewBox: `0 0 ${stops.length * 10} 4`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "forward", width: forward * 10, height: 4 }),
    svg("rect", { class: "backward", x: forward * 10, width: (stops.length - forward) * 10, height: 4 }),
  );
  const set = (/** @type {number} */ index) => {
    slider.value = String(index);
    slider.setAttribute("aria-valuetext", stops[index].label);
    marks.forEach((mark, place) => {
      mark.classList.toggle("now", place === index);
      setAttributes(mark, { "aria-current": place === index ? "step" : null });
    });
  };
  const setPlaying = (/** @type {boolean} */ isPlaying) => {
    shape.setAttribute("d", isPlaying ? "M7 5h4v14h-4ZM14 5h4v14h-4Z" : "M8 5v14l11 -7Z");
    play.setAttribute("aria-label", isPlaying ? "pause" : "play");
  };
  set(last);
  const root = html(
    "div",
    { class: `scrubber of-${stops.length}` },
    play,
    html("div", { class: "rail" }, track, slider, html("div", { class: "marks" }, ...marks)),
  );
  return { root, set, setPlaying };
}
