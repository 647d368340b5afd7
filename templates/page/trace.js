"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const picture = document.getElementById("picture");
  const filters = document.getElementById("filters");
  const detail = document.getElementById("detail");
  const shown = document.getElementById("shown");
  const hint = detail.textContent;
  const order = ["open", "weak", "unknown", "guarded", "gated"];
  const svgNames = "http://www.w3.org/2000/svg";
  const mostJobs = 40;
  const margin = 16;
  const between = 36;

  function element(name, attributes, text) {
    const made = document.createElementNS(svgNames, name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function lines(text, most) {
    const found = [""];
    for (const word of text.split(" ")) {
      const last = found[found.length - 1];
      if (last && (last + " " + word).length > most) found.push(word);
      else found[found.length - 1] = last ? last + " " + word : word;
    }
    return found.map((line) => (line.length > most + 2 ? line.slice(0, most + 1) + "…" : line));
  }

  function chosen() {
    const wanted = Object.fromEntries(new FormData(filters));
    return data.ways.filter((way) => Object.entries(wanted).every(([key, value]) => !value || way[key].includes(value)));
  }

  // Jobs that start alike and join alike are one box where there are too many to look at.
  function boxes(ways) {
    const jobs = new Set(ways.map((way) => way.stops[1]));
    const grouped = jobs.size > mostJobs;
    const found = new Map();
    const edges = new Map();
    for (const way of ways) {
      let before = null;
      way.stops.forEach((number, depth) => {
        const stop = data.stops[number];
        const key = grouped && depth === 1 ? "jobs " + way.stops[0] + " " + way.stops[2] : "stop " + number;
        if (!found.has(key)) found.set(key, { key, stop, stops: new Set() });
        found.get(key).stops.add(number);
        if (before !== null) {
          const edge = before + " > " + key;
          const refused = way.refused && depth === way.stops.length - 1;
          const known = edges.get(edge);
          if (!known || order.indexOf(way.exposure) < order.indexOf(known.exposure)) {
            edges.set(edge, { from: before, to: key, exposure: way.exposure, refused });
          }
        }
        before = key;
      });
    }
    for (const box of found.values()) {
      const many = box.stops.size;
      const names = [...box.stops].map((number) => data.stops[number].words.split(" of workflow")[0].replace(/^job /, ""));
      box.words = many > 1 ? many + " jobs: " + names.slice(0, 3).join(", ") + (many > 3 ? ", …" : "") : box.stop.words;
    }
    return [[...found.values()], [...edges.values()]];
  }

  function draw() {
    const ways = chosen();
    const visible = new Set(ways.map((way) => way.number));
    for (const row of document.querySelectorAll("#ways tbody tr")) row.hidden = !visible.has(Number(row.dataset.way));
    shown.textContent = ways.length + " of " + data.ways.length + " ways";
    picture.replaceChildren();
    if (!ways.length) return;
    const [nodes, edges] = boxes(ways);
    const graph = new dagre.graphlib.Graph();
    // Six columns fill the width; on a narrow screen the picture scrolls.
    const width = Math.max(150, Math.floor((picture.clientWidth - 2 * margin - 5 * between) / 6));
    graph.setGraph({ rankdir: "LR", nodesep: 18, ranksep: between, marginx: margin, marginy: margin });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const node of nodes) {
      node.lines = lines(node.words, Math.floor((width - 24) / 7));
      graph.setNode(node.key, { width, height: 34 + 17 * node.lines.length });
    }
    for (const edge of edges) graph.setEdge(edge.from, edge.to);
    dagre.layout(graph);
    const size = graph.graph();
    const svg = element("svg", { width: size.width, height: size.height, role: "group", "aria-label": "The ways as a picture" });
    const paths = edges.map((edge) => {
      const points = graph.edge(edge.from, edge.to).points.map((point) => point.x + "," + point.y).join(" L");
      const path = element("path", { d: "M" + points, class: edge.exposure + (edge.refused ? " refused" : "") });
      svg.append(path);
      return [edge, path];
    });
    const groups = new Map();
    const byKey = new Map(nodes.map((node) => [node.key, node]));
    for (const node of nodes) {
      const at = graph.node(node.key);
      const left = at.x - at.width / 2;
      const top = at.y - at.height / 2;
      const names = (node.stop.unknown ? "not-known " : "") + (node.stop.wide ? "wide" : "");
      const note = node.stop.unknown ? ", not known" : node.stop.wide ? ", takes in everything there is" : "";
      const group = element("g", { tabindex: "0", role: "img", class: names, "aria-label": node.stop.kind + ": " + node.words + note });
      group.append(element("rect", { x: left, y: top, width: at.width, height: at.height, rx: 6 }));
      group.append(element("text", { x: left + 12, y: top + 18, class: "kind" }, node.stop.kind));
      node.lines.forEach((line, index) => group.append(element("text", { x: left + 12, y: top + 35 + 17 * index }, line)));
      const show = () => focus(node, ways, paths, groups, byKey);
      group.addEventListener("focus", show);
      group.addEventListener("mouseenter", show);
      group.addEventListener("mouseleave", () => clear(paths, groups));
      group.addEventListener("blur", () => clear(paths, groups));
      groups.set(node.key, group);
      svg.append(group);
    }
    picture.append(svg);
  }

  function focus(node, ways, paths, groups, byKey) {
    const through = ways.filter((way) => way.stops.some((number) => node.stops.has(number)));
    const stops = new Set(through.flatMap((way) => way.stops));
    const keys = new Set([...groups.keys()].filter((key) => [...byKey.get(key).stops].some((number) => stops.has(number))));
    for (const [key, group] of groups) group.classList.toggle("faded", !keys.has(key));
    for (const [edge, path] of paths) path.classList.toggle("faded", !(keys.has(edge.from) && keys.has(edge.to)));
    const place = node.stop.place ? " (" + node.stop.place + ")" : "";
    const settles = node.stop.unknown ? " What settles it is " + node.stop.unknown + "." : "";
    detail.textContent = node.stop.kind + ": " + node.words + place + "." + settles;
  }

  function clear(paths, groups) {
    for (const group of groups.values()) group.classList.remove("faded");
    for (const [, path] of paths) path.classList.remove("faded");
    detail.textContent = hint;
  }

  filters.addEventListener("change", draw);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("reset", () => setTimeout(draw));
  let waiting = 0;
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(draw, 150);
  });
  draw();
})();
