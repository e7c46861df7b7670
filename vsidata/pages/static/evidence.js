"use strict";
// The shapes of a question's evidence on a plan, and the words that belong to them.

report.evidence = (() => {
  const { svg, labels } = report;
  const TONES = ["answer", "other", "given"];

  /** Heads of arrows, one per tone. */
  function heads() {
    return svg(
      "defs",
      {},
      TONES.map((tone) =>
        svg(
          "marker",
          { id: `head-${tone}`, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto" },
          svg("path", { d: "M0,0L8,4L0,8Z", class: `head ${tone}` }),
        ),
      ),
    );
  }

  /** A slice of a disc as a path. In pixels y points down, so angles turn the other way. */
  function slice(sector, view) {
    const [x, y] = view.at(sector.center);
    const radius = sector.radius * view.scale;
    const at = (angle) => `${(x + radius * Math.cos(angle)).toFixed(1)},${(y - radius * Math.sin(angle)).toFixed(1)}`;
    const middle = (sector.start + sector.end) / 2; // two arcs, because one arc of 180 degrees or more is ambiguous
    const arc = (to) => `A${radius.toFixed(1)},${radius.toFixed(1)} 0 0 0 ${at(to)}`;
    return `M${x.toFixed(1)},${y.toFixed(1)}L${at(sector.start)}${arc(middle)}${arc(sector.end)}Z`;
  }

  function sectorLabel(sector, view) {
    const [x, y] = view.at(sector.center);
    const places = [0.8, 0.65, 0.5, 0.35].flatMap((share) =>
      [0.5, 0.3, 0.7].map((part) => {
        const angle = sector.start + part * (sector.end - sector.start);
        const radius = Math.max(share * sector.radius * view.scale, 30);
        return [x + radius * Math.cos(angle), y - radius * Math.sin(angle)];
      }),
    );
    return { text: sector.label, size: 13, bold: sector.tone === "answer", must: true, kind: `word ${sector.tone}`, places: () => places };
  }

  function lineLabel(line, view) {
    const points = line.points.map(view.at);
    const short = points.length === 2 && Math.hypot(points[1][0] - points[0][0], points[1][1] - points[0][1]) < 12;
    return {
      text: line.label,
      size: line.tone === "answer" ? 14 : 12,
      bold: line.tone === "answer",
      must: true,
      kind: `value ${line.tone}`,
      places: (extent) => (short ? labels.beside(points[0], extent, [8, 16]) : labels.along(points, extent)),
    };
  }

  function line(shape, view) {
    const points = shape.points.map(view.at);
    const attributes = { class: `line ${shape.tone}`, points: report.plan.corners(points) };
    if (shape.arrow) attributes["marker-end"] = `url(#head-${shape.tone})`;
    const ends = shape.arrow ? [] : [points[0], points.at(-1)];
    return [
      svg("polyline", { class: "halo", points: attributes.points }),
      svg("polyline", attributes),
      ...ends.map(([x, y]) => svg("circle", { class: `end ${shape.tone}`, cx: x, cy: y, r: 3.5 })),
    ];
  }

  /** A place. A short label is written inside its disc. A long label is written beside it. */
  function spot(shape, view) {
    const [x, y] = view.at(shape.at);
    const label = shape.label ?? "";
    if (label.length > 2) return [svg("circle", { class: `end ${shape.tone}`, cx: x, cy: y, r: 4.5 })];
    return [
      svg("circle", { class: `disc ${shape.tone}`, cx: x, cy: y, r: 10 }),
      svg("text", { class: "in-disc", x, y, "font-size": 12 }, label),
    ];
  }

  function spotLabel(shape, view) {
    const at = view.at(shape.at);
    return {
      text: shape.label,
      size: 12,
      bold: true,
      must: true,
      kind: `value ${shape.tone}`,
      places: (extent) => labels.beside(at, extent, [6, 14, 26]),
    };
  }

  /** The parts of a drawing: areas under the objects, lines over them, labels, and rectangles that must stay free. */
  function shapes(drawing, view) {
    const patches = drawing.patches ?? [];
    const sectors = drawing.sectors ?? [];
    const lines = drawing.lines ?? [];
    const spots = drawing.spots ?? [];
    const middle = [[view.width / 2, view.height / 2]];
    return {
      areas: [
        ...patches.map((one) => svg("path", { class: `patch ${one.tone}`, d: report.plan.closed(one.rings, view), "fill-rule": "evenodd" })),
        ...sectors.map((one) => svg("path", { class: `sector ${one.tone}`, d: slice(one, view) })),
      ],
      lines: [...lines.flatMap((one) => line(one, view)), ...spots.flatMap((one) => spot(one, view))],
      labels: [
        ...lines.filter((one) => one.label).map((one) => lineLabel(one, view)),
        ...spots.filter((one) => one.label?.length > 2).map((one) => spotLabel(one, view)),
        ...sectors.filter((one) => one.label).map((one) => sectorLabel(one, view)),
        ...patches.map((one) => ({ text: one.label, size: 18, bold: true, must: true, kind: `value ${one.tone}`, places: () => middle })),
      ],
      taken: [
        ...lines.flatMap((one) => labels.strokes(one.points.map(view.at))),
        ...spots.map((one) => labels.around(view.at(one.at), { width: 20, height: 20 })),
      ],
    };
  }

  return { heads, shapes };
})();
