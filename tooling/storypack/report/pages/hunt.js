"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const findings = [...document.querySelectorAll(".finding")];
  const data = JSON.parse(byId("hours").textContent);
  const [text, severity, timeline] = [byId("filter"), byId("severity"), byId("timeline")];
  const space = "http://www.w3.org/2000/svg";
  const ranks = ["critical", "high", "medium", "low", "informational"];
  const timed = findings.filter((each) => each.dataset.first !== "");
  const ends = [...timed.flatMap((f) => [+f.dataset.first, +f.dataset.last]), ...data.map((h) => h[0])];
  const whole = ends.length ? [Math.min(...ends), Math.max(...ends) + data.reduce((w, h) => Math.max(w, h[2]), 60)] : null;
  let view = whole && [...whole];

  const clock = (seconds) => new Date(seconds * 1000).toISOString().replace("T", " ").slice(0, 16);
  const draw = (name, attributes, words) => {
    const node = document.createElementNS(space, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (words !== undefined) node.textContent = words;
    timeline.append(node);
    return node;
  };
  const open = (finding) => {
    finding.open = true;
    finding.scrollIntoView({ block: "center" });
    finding.querySelector("summary").focus({ preventScroll: true });
  };

  function paint() {
    timeline.replaceChildren();
    if (!view) return;
    const width = timeline.clientWidth || 800;
    const [from, to] = view;
    const x = (time) => ((time - from) / (to - from)) * width;
    const most = Math.max(1, ...data.map((h) => h[1]));
    for (const [start, count, length] of data) {
      if (start + length < from || start > to) continue;
      const height = Math.max(2, (Math.log1p(count) / Math.log1p(most)) * 46);
      draw("rect", { class: "events", x: x(start), y: 164 - height, width: Math.max(1, x(start + length) - x(start)), height });
    }
    draw("line", { class: "axis", x1: 0, x2: width, y1: 164, y2: 164 });
    const ticks = width < 500 ? 2 : 5;
    for (let at = 0; at <= ticks; at++) {
      const anchor = at === 0 ? "start" : at === ticks ? "end" : "middle";
      draw("text", { x: (width * at) / ticks, y: 180, "text-anchor": anchor }, clock(from + ((to - from) * at) / ticks));
    }
    for (const finding of timed) {
      if (finding.hidden || +finding.dataset.last < from || +finding.dataset.first > to) continue;
      const y = 14 + ranks.indexOf(finding.dataset.severity) * 20;
      const start = x(+finding.dataset.first);
      const line = draw("line", { class: `span ${finding.dataset.severity}`, x1: start, x2: Math.max(start + 0.1, x(+finding.dataset.last)), y1: y, y2: y });
      const title = document.createElementNS(space, "title");
      title.textContent = finding.querySelector(".title").textContent;
      line.append(title);
      line.addEventListener("click", () => open(finding));
    }
  }

  function filter() {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const finding of findings) {
      const hay = (finding.textContent + " " + finding.dataset.entities).toLowerCase();
      const inView = !view || finding.dataset.first === "" || (+finding.dataset.last >= view[0] && +finding.dataset.first <= view[1]);
      finding.hidden = !(inView && (!severity.value || finding.dataset.severity === severity.value) && words.every((word) => hay.includes(word)));
      shown += !finding.hidden;
    }
    byId("shown").textContent = `${shown} of ${findings.length} shown`;
    paint();
  }

  const look = (from, to) => {
    if (!whole) return;
    view = to - from < 10 ? view : [Math.max(whole[0], from), Math.min(whole[1], to)];
    filter();
  };
  const zoom = (factor, middle) => {
    if (!view) return;
    const at = middle === undefined ? (view[0] + view[1]) / 2 : middle;
    look(at - (at - view[0]) * factor, at + (view[1] - at) * factor);
  };
  const timeAt = (event) => {
    const box = timeline.getBoundingClientRect();
    return view[0] + ((event.clientX - box.left) / box.width) * (view[1] - view[0]);
  };

  let begin = null;
  timeline.addEventListener("pointerdown", (event) => { if (view && event.target.tagName !== "line") begin = timeAt(event); });
  timeline.addEventListener("pointermove", (event) => {
    if (begin === null) return;
    paint();
    const [from, to] = [begin, timeAt(event)].sort((a, b) => a - b);
    const scale = timeline.clientWidth / (view[1] - view[0]);
    draw("rect", { class: "drag", x: (from - view[0]) * scale, y: 0, width: (to - from) * scale, height: 164 });
  });
  window.addEventListener("pointerup", (event) => {
    if (begin === null) return;
    const [from, to] = [begin, timeAt(event)].sort((a, b) => a - b);
    begin = null;
    if ((to - from) / (view[1] - view[0]) > 0.01) look(from, to); else paint();
  });
  timeline.addEventListener("wheel", (event) => {
    if (!view || !event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.3 : 0.75, timeAt(event));
  }, { passive: false });
  byId("in").addEventListener("click", () => zoom(0.5));
  byId("out").addEventListener("click", () => zoom(2));
  byId("all").addEventListener("click", () => { view = whole && [...whole]; filter(); });
  text.addEventListener("input", filter);
  severity.addEventListener("change", filter);
  window.addEventListener("resize", paint);
  for (const button of document.querySelectorAll("[data-filter]"))
    button.addEventListener("click", () => { text.value = button.dataset.filter; filter(); text.scrollIntoView({ block: "center" }); });
  for (const button of document.querySelectorAll("[data-open]"))
    button.addEventListener("click", () => { const found = byId(`finding-${button.dataset.open}`); if (found) { found.hidden = false; open(found); } });
  byId("theme").addEventListener("click", () => {
    const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "light" : "dark";
  });
  window.addEventListener("beforeprint", () => findings.forEach((each) => { each.open = true; }));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = ["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName);
    if (event.key === "Escape") { text.value = ""; severity.value = ""; text.blur(); view = whole && [...whole]; filter(); return; }
    if (typing) return;
    const shown = findings.filter((each) => !each.hidden);
    const at = shown.indexOf(document.activeElement && document.activeElement.closest(".finding"));
    const keys = {
      "/": () => text.focus(),
      j: () => shown.length && shown[Math.min(at + 1, shown.length - 1)].querySelector("summary").focus(),
      k: () => shown.length && shown[Math.max(at - 1, 0)].querySelector("summary").focus(),
      "+": () => zoom(0.5), "-": () => zoom(2), 0: () => byId("all").click(),
    };
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  filter();
})();
