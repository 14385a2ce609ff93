// What a reader's eye would find wrong, measured in the browser: a list of sentences, empty for a good page.
() => {
  const wrong = [];
  const box = (element) => element.getBoundingClientRect();
  const isSeen = (element) => {
    const { width, height } = box(element);
    return width > 0 && height > 0 && getComputedStyle(element).visibility === "visible" && element.checkVisibility();
  };
  const inside = (inner, outer, slack) =>
    inner.left >= outer.left - slack && inner.right <= outer.right + slack && inner.top >= outer.top - slack && inner.bottom <= outer.bottom + slack;
  const overlap = (a, b, slack) =>
    a.left < b.right - slack && b.left < a.right - slack && a.top < b.bottom - slack && b.top < a.bottom - slack;
  const words = (element) => (element.textContent || element.className?.baseVal || element.className || element.tagName).slice(0, 40);
  // Letters fill less than their line's box: cut the empty space above and below.
  const ink = (text) => {
    const b = box(text);
    const cut = b.height * 0.2;
    return { left: b.left, right: b.right, top: b.top + cut, bottom: b.bottom - cut };
  };

  for (const cell of document.querySelectorAll(".cell")) {
    const ground = cell.querySelector(".ground");
    if (!ground || !isSeen(ground)) continue;
    for (const text of cell.querySelectorAll("text")) {
      if (text.textContent && isSeen(text) && !inside(ink(text), box(ground), 1)) wrong.push(`leaves its cell: ${words(text)}`);
    }
  }
  for (const root of document.querySelectorAll("svg.routing")) {
    const texts = [...root.querySelectorAll("text")].filter((text) => text.textContent && isSeen(text));
    const rooms = box(root);
    const boxes = texts.map((text) => [text, ink(text)]);
    boxes.sort((a, b) => a[1].top - b[1].top);
    boxes.forEach(([text, b], index) => {
      if (!inside(b, rooms, 1)) wrong.push(`leaves the picture: ${words(text)}`);
      for (const [other, o] of boxes.slice(index + 1)) {
        if (o.top >= b.bottom) break;
        if (overlap(b, o, 0.6)) wrong.push(`overlap: ${words(text)} and ${words(other)}`);
      }
    });
    for (const pill of root.querySelectorAll(".pill")) {
      const text = pill.querySelector("text");
      if (!inside(ink(text), box(pill.querySelector("rect")), 0.5)) wrong.push(`leaves its pill: ${words(text)}`);
    }
  }
  const apart = (selector) => {
    const seen = [...document.querySelectorAll(selector)].filter(isSeen).map((element) => [element, box(element)]);
    seen.sort((a, b) => a[1].top - b[1].top);
    seen.forEach(([element, b], index) => {
      for (const [other, o] of seen.slice(index + 1)) {
        if (o.top >= b.bottom) break;
        if (overlap(b, o, 0.5)) wrong.push(`overlap: ${words(element)} and ${words(other)}`);
      }
    });
  };
  apart(".step, .rung, .absent, .ladder-head");
  apart("#tools > *, .heading");
  apart("#panel > *");
  apart(".settings > *");
  apart(".card");
  apart(".mark, .play");
  apart(".still");
  for (const element of document.querySelectorAll(".step, .mark, .still, .quiet, .caption, .card, .heading h1, .panel-head h2")) {
    if (!isSeen(element)) continue;
    for (const part of element.querySelectorAll("span, b, i, p, dd, text")) {
      if (isSeen(part) && (box(part).left < box(element).left - 1 || box(part).right > box(element).right + 1)) wrong.push(`leaves its box: ${words(part)}`);
    }
    const isCut = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === "visible";
    if (isCut) wrong.push(`too wide: ${words(element)}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("the page is wider than the window");
  return wrong;
}
