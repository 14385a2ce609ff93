// The panel of a pooling step: settings, picture A live, the caption, the scrubber; nudge and predict.

/**
 * What a panel may ask of the page around it.
 * @typedef {Object} Host
 * @property {(words: string) => void} say puts a sentence into the caption
 * @property {(changes: Partial<Choice>) => void} remember
 */
/**
 * @typedef {Object} Panel
 * @property {HTMLElement} root
 * @property {HTMLElement} foot its scrubber, which stands below the caption
 * @property {(key: string) => boolean} key whether the panel used a key
 * @property {() => void} leave
 * @property {() => void} start
 */

/**
 * @param {PoolData} pool
 * @param {Choice} choice
 * @param {Host} host
 * @param {boolean} playsAtFirst
 * @returns {Panel}
 */
function makePoolPanel(pool, choice, host, playsAtFirst) {
  const controls = html("div", { class: "controls" });
  const picture = html("div", { class: "picture" });
  const foot = html("div", { class: "foot" });
  const root = html("div", { class: "pool-panel" }, controls, picture);

  let plane = choice.plane ?? "0";
  if (plane !== "lecture" && !pool.planes[Number(plane)]) plane = "0";
  const recorded = () => (plane === "lecture" ? lectureSettings() : recordedSettings(pool, pool.planes[Number(plane)]));
  /** @type {Settings} */
  let settings = (choice.lab && settingsFrom(choice.lab, recorded())) || recorded();
  let token = { cancelled: true };
  /** @type {Spot|null} */
  let pinned = spotFrom(choice.pin);
  /** @type {Quiz|null} */
  let quiz = null;
  let isDragging = false;
  /** @type {any} */
  const now = {};

  const isChanged = () => settingsKey(settings) !== settingsKey(recorded());
  const recordedX = () =>
    plane === "lecture" ? LECTURE.map((row) => [...row]) : toNumbers(pool.planes[Number(plane)].x);
  const wholeMap = () => (plane === "lecture" ? { top: 0, left: 0, whole: [5, 5] } : pool.planes[Number(plane)]);
  const recordedDy = () => {
    const dy = plane === "lecture" ? null : pool.planes[Number(plane)].dy;
    return dy && !isChanged() ? toNumbers(dy) : null;
  };

  /** Computes the plane anew under the settings; under impossible ones the old picture stays. */
  function reload() {
    stopPlaying();
    quiz = null;
    const x = recordedX();
    try {
      now.routed = route(x, recordedDy(), settings);
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      host.say(`${error.message} The picture is as before.`);
      settings = now.routed && now.plane === plane ? now.routed.settings : recorded();
      if (!now.routed) reload();
      else drawControls();
      return;
    }
    now.plane = plane;
    now.recorded = now.routed;
    now.before = now.routed;
    now.isNudged = false;
    now.scales = {
      x: scaleOf(x.flat().concat(now.routed.y.flat())),
      g: scaleOf(
        [now.routed.dy.flat(), now.routed.dx.flat(), now.routed.arrivals.flat().flatMap(sentOf)].flat(),
        3,
      ),
    };
    drawControls();
    draw();
    now.tale = taleOf(now.routed, now.view.layout);
    now.stops = stopsOf(now.routed, now.view, now.tale);
    drawScrubber();
    seek(now.stops.length - 1);
  }

  function drawControls() {
    // The ladder shows what was recorded: dim what is no longer so.
    document.body.classList.toggle("stale", isChanged() || Boolean(now.isNudged));
    controls.replaceChildren(
      settingsRow(
        { pool, plane, settings, isChanged: isChanged() || Boolean(now.isNudged) },
        {
          plane: (name) => {
            plane = name;
            settings = recorded();
            reload();
            host.remember({ plane: name === "0" ? null : name, lab: null });
          },
          settings: (changed) => {
            settings = changed;
            reload();
            host.remember({ lab: isChanged() ? settingsKey(settings) : null });
          },
          reset: () => {
            settings = recorded();
            reload();
            host.remember({ lab: null });
          },
          predict,
        },
      ),
    );
  }

  /** Draws the routed plane; the focused cell, if there is one, keeps the focus. */
  function draw() {
    const focused = spotOf(/** @type {Element|null} */ (document.activeElement));
    now.view = drawRouting(now.routed, now.scales, wholeMap());
    now.strip = makeFilmstrip(now.routed, now.view);
    picture.replaceChildren(...[now.view.root, now.strip?.root].filter((part) => part !== undefined));
    if (focused) now.view.cell(focused.grid, focused.row, focused.column)?.focus({ preventScroll: true });
  }

  function drawScrubber() {
    now.scrubber = makeScrubber(now.stops, {
      seek: (index) => {
        stopPlaying();
        quiz = null;
        seek(index);
      },
      play: togglePlay,
    });
    foot.replaceChildren(now.scrubber.root);
  }

  /**
   * Shows the still of a stop.
   * @param {number} index
   */
  function seek(index) {
    now.index = Math.max(0, Math.min(index, now.stops.length - 1));
    for (const cell of picture.querySelectorAll(".guessed")) cell.classList.remove("guessed", "right");
    const { stop, caption } = now.stops[now.index];
    const lit = stop === STOPS.second && now.tale.second ? [now.tale.second, now.tale.spotlight] : [now.tale.spotlight];
    show({ stop, lit, scanned: 0, hidden: quiz ? quiz.hidden : new Set() });
    now.scrubber.set(now.index);
    host.say(sourceWords(stop) + caption);
    host.remember({ stop: now.index === now.stops.length - 1 ? null : now.index });
    if (stop === STOPS.all && pinned) pin(now.view.cell(pinned.grid, pinned.row, pinned.column) ? pinned : null);
    if (stop === STOPS.all && pinned) light(pinned);
  }

  /** @param {number} stop */
  function sourceWords(stop) {
    if (stop !== STOPS.all) return "";
    if (plane === "lecture") return "The lecture’s map; dY assumed 0.1 to 0.9. ";
    return recordedDy() ? "" : "dY is assumed here: 0.1, 0.2, … ";
  }

  /** @param {Partial<Frame>} changes */
  function show(changes) {
    now.frame = { hidden: new Set(), scanned: 0, ...now.frame, tale: now.tale, hasIncoming: false, ...changes };
    now.view.update(now.frame);
    now.strip?.update(now.frame);
    // The ladder's tiny pictures would tell the answers too.
    document.body.classList.toggle("riddle", now.frame.hidden.size > 0);
  }

  /** @param {Spot} spot */
  function light(spot) {
    const lit = windowsOfSpot(now.routed, spot);
    show({ lit: lit.length > 0 ? lit : now.frame.lit });
    if (!quiz) host.say(explain(now.routed, now.view, spot));
  }

  function stopPlaying() {
    if (token.cancelled) return;
    token.cancelled = true;
    now.scrubber.setPlaying(false);
  }

  async function togglePlay() {
    if (!token.cancelled) {
      stopPlaying();
      seek(now.index);
      return;
    }
    unpin();
    quiz = null;
    const last = now.stops.length - 1;
    if (prefersStillness()) {
      seek(now.index === last ? 0 : now.index + 1);
      return;
    }
    if (now.index === last) seek(0);
    await play();
  }

  async function play() {
    const own = { cancelled: false };
    token = own;
    now.scrubber.setPlaying(true);
    while (now.index < now.stops.length - 1 && !own.cancelled) {
      const next = now.index + 1;
      const { stop, caption } = now.stops[next];
      now.scrubber.set(next);
      await playTo(now.view, now.routed, now.tale, stop, show, own, () => host.say(caption));
      if (own.cancelled) return;
      now.index = next;
      await pause(stop === STOPS.losers || stop === STOPS.back ? 900 : 700, own);
    }
    if (own.cancelled) return;
    stopPlaying();
    seek(now.index);
  }

  /** @param {Spot|null} spot */
  function pin(spot) {
    pinned = spot;
    for (const cell of picture.querySelectorAll(".pinned")) cell.classList.remove("pinned");
    if (spot) now.view.cell(spot.grid, spot.row, spot.column)?.classList.add("pinned");
    host.remember({ pin: spot ? `${spot.grid}.${spot.row}.${spot.column}` : null });
  }

  function unpin() {
    if (pinned) pin(null);
  }

  function predict() {
    stopPlaying();
    unpin();
    seek(now.stops.length - 1);
    quiz = startQuiz(now.view.layout, now.tale);
    if (quiz.queue.length === 0) quiz = null;
    else ask(quiz, "");
  }

  /**
   * @param {Quiz} asked
   * @param {string} verdict on the answer before
   */
  function ask(asked, verdict) {
    show({ stop: STOPS.all, lit: [asked.queue[0]], hidden: asked.hidden });
    host.say(`${verdict} ${questionWords(asked, now.view, now.routed)}`.trim());
  }

  /**
   * @param {Quiz} asked
   * @param {Cell} cell
   */
  function answer(asked, cell) {
    const words = guess(asked, now.view, now.routed, cell);
    mark(cell, words.startsWith("Right"));
    if (asked.queue.length > 0) {
      ask(asked, words);
      return;
    }
    quiz = null;
    show({ stop: STOPS.all, hidden: new Set() });
    host.say(words);
  }

  /**
   * Marks the cell that was guessed.
   * @param {Cell} cell
   * @param {boolean} isRight
   */
  function mark(cell, isRight) {
    for (const other of picture.querySelectorAll(".guessed")) other.classList.remove("guessed", "right");
    now.view.cell("dx", cell.row, cell.column)?.classList.add("guessed", ...(isRight ? ["right"] : []));
  }

  /**
   * Changes a cell of X by whole steps from where `now.before` has it.
   * @param {Cell} cell
   * @param {number} steps
   */
  function nudge(cell, steps) {
    const x = now.before.x.map((/** @type {number[]} */ row) => [...row]);
    const value = x[cell.row][cell.column] + steps * stepOf(now.recorded.x);
    x[cell.row][cell.column] = Number(value.toPrecision(7));
    now.routed = route(x, now.before.dy, settings);
    draw();
    const spot = { grid: "x", ...cell };
    show({ stop: STOPS.all, lit: windowsOfSpot(now.routed, spot), scanned: 0 });
    now.view.cell("x", cell.row, cell.column)?.classList.add("nudged");
    host.say(nudgeWords(compare(now.before, now.routed, cell), now.routed));
  }

  function settle() {
    now.before = now.routed;
    now.isNudged = true;
    now.tale = taleOf(now.routed, now.view.layout);
    now.stops = stopsOf(now.routed, now.view, now.tale);
    drawControls();
    drawScrubber();
    now.index = now.stops.length - 1;
    now.scrubber.set(now.index);
    now.frame.tale = now.tale;
  }

  listenToDrags(picture, {
    start: () => {
      isDragging = true;
      stopPlaying();
      unpin();
      quiz = null;
    },
    move: nudge,
    end: (cell, isDrag) => {
      isDragging = false;
      if (isDrag) settle();
      else choose({ grid: "x", ...cell });
    },
  });

  /** @param {Spot} spot */
  function choose(spot) {
    stopPlaying();
    if (quiz) {
      if (spot.grid === "dx") answer(quiz, spot);
      else host.say(`The answer is a cell of dX. ${questionWords(quiz, now.view, now.routed)}`);
      return;
    }
    if (now.stops[now.index].stop !== STOPS.all) seek(now.stops.length - 1);
    const isSame = pinned && JSON.stringify(pinned) === JSON.stringify(spot);
    pin(isSame ? null : spot);
    light(spot);
  }

  listenToPicture(picture, {
    point(spot, isFocus) {
      if (!token.cancelled || quiz || pinned || isDragging) return;
      if (isFocus || now.stops[now.index].stop === STOPS.all) light(spot);
    },
    leave() {
      const isAtRest = token.cancelled && !quiz && !pinned && !now.isNudged;
      if (isAtRest && now.stops[now.index].stop === STOPS.all) seek(now.index);
    },
    choose(spot) {
      if (spot.grid !== "x") choose(spot);
    },
    enter: choose,
    nudge(cell, step) {
      stopPlaying();
      quiz = null;
      nudge(cell, step);
      settle();
    },
  });

  reload();
  if (choice.stop !== null) seek(choice.stop);
  return {
    root,
    foot,
    key(key) {
      if (key === " ") togglePlay();
      else if (key === "ArrowRight" || key === "ArrowLeft") {
        stopPlaying();
        quiz = null;
        seek(now.index + (key === "ArrowRight" ? 1 : -1));
      } else if (key === "Escape") {
        stopPlaying();
        quiz = null;
        unpin();
        seek(now.stops.length - 1);
      } else return false;
      return true;
    },
    leave() {
      stopPlaying();
      document.body.classList.remove("riddle", "stale");
    },
    start() {
      if (!playsAtFirst) return;
      seek(prefersStillness() ? 1 : 0);
      if (!prefersStillness()) play();
    },
  };
}
