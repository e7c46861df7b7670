"use strict";
// The floor plan of a scene: the room, its objects and the path of the camera. The evidence of a question is drawn on top.

report.plan = (() => {
  const { svg, labels } = report;
  const AROUND = 18; // pixels between the drawing and the edge
  const CONE = 0.32; // metres, the length of a camera's view on the plan
  const HALF_VIEW = 0.45; // radians
  const NARROW = 500; // pixels; on a narrower plan, names of objects are left out so that the evidence has space

  /** The view that converts metres (x to the right, y up) to pixels. */
  function fitted([low, high], width, height) {
    const span = [Math.max(high[0] - low[0], 0.5), Math.max(high[1] - low[1], 0.5)];
    const scale = Math.min((width - 2 * AROUND) / span[0], (height - 2 * AROUND) / span[1]);
    const left = (width - scale * span[0]) / 2;
    const top = (height - scale * span[1]) / 2;
    const at = ([x, y]) => [left + scale * (x - low[0]), top + scale * (high[1] - y)];
    return { width, height, scale, at };
  }

  const corners = (points) => points.map((point) => point.map((number) => number.toFixed(1)).join(",")).join(" ");
  const closed = (rings, view) => rings.map((ring) => `M${corners(ring.map(view.at))}Z`).join("");

  function floor(scene, view) {
    return svg("path", { class: "floor", d: closed(scene.outline, view), "fill-rule": "evenodd" });
  }

  /** The description of an object for a person. */
  function inWords(thing) {
    const sides = thing.sides ? `, ${thing.sides.map((side) => side.toFixed(2)).join(" × ")} m` : "";
    const seen = thing.seen === null ? "" : thing.seen ? ", seen in the frames" : ", not seen in the frames";
    return `${thing.category ?? thing.label} (object ${thing.instance})${sides}${seen}`;
  }

  /** The footprints. High objects are drawn over low ones, then objects of the question, then the chosen object. */
  function objects(scene, view, tones, chosen) {
    const rank = (thing) => (thing.instance === chosen ? 2e6 : tones.has(thing.instance) ? 1e6 : 0) + thing.heights[1];
    const inOrder = scene.objects.filter((thing) => thing.footprint.length).sort((a, b) => rank(a) - rank(b));
    return inOrder.map((thing) => {
      const kinds = ["object", thing.seen === false && "hidden", tones.get(thing.instance), thing.instance === chosen && "chosen"];
      return svg(
        "polygon",
        { class: kinds.filter(Boolean).join(" "), points: corners(thing.footprint.map(view.at)), "data-instance": thing.instance },
        svg("title", {}, inWords(thing)),
      );
    });
  }

  function camera(scene, view) {
    return scene.path.map((line) => svg("polyline", { class: "path", points: corners(line.map(view.at)) }));
  }

  function cones(scene, view, chosen) {
    return scene.frames.map((frame, index) => {
      if (!frame.at) return null;
      const here = view.at(frame.at);
      const kind = index === chosen ? "cone chosen" : "cone";
      if (!frame.towards) return svg("circle", { class: kind, cx: here[0], cy: here[1], r: 3 });
      const ahead = Math.atan2(frame.towards[1], frame.towards[0]);
      const long = (index === chosen ? 2 : 1) * CONE;
      const ends = [-HALF_VIEW, HALF_VIEW].map((turn) =>
        view.at([frame.at[0] + long * Math.cos(ahead + turn), frame.at[1] + long * Math.sin(ahead + turn)]),
      );
      return svg("polygon", { class: kind, points: corners([here, ...ends]) }, svg("title", {}, `frame ${index + 1}`));
    });
  }

  /** A line of one metre, or of a length that is easy to see. */
  function scaleBar(view) {
    const length = [0.5, 1, 2, 5, 10].find((metres) => metres * view.scale >= 60) ?? 10;
    const [x, y] = [12, view.height - 10];
    const end = x + length * view.scale;
    return svg(
      "g",
      { class: "scale" },
      svg("path", { d: `M${x},${y - 4}V${y}H${end}V${y - 4}` }),
      svg("text", { x: end + 5, y }, `${length} m`),
    );
  }

  const size = (points) => {
    const [x, y] = [0, 1].map((axis) => points.map((point) => point[axis]));
    return (Math.max(...x) - Math.min(...x)) * (Math.max(...y) - Math.min(...y));
  };

  /** The words for the objects. Objects of the question come first, then the largest objects. */
  function names(scene, view, marked, chosen) {
    const words = new Map(marked.map((one) => [one.instance, one]));
    const pointed = scene.objects.find((thing) => thing.instance === chosen);
    if (pointed && !words.has(chosen)) words.set(chosen, { label: pointed.category ?? pointed.label, tone: "chosen" });
    const things = scene.objects.filter((thing) => thing.footprint.length);
    const rank = (thing) => (words.has(thing.instance) ? 1e6 : 0) + size(thing.footprint);
    return things.sort((a, b) => rank(b) - rank(a)).map((thing) => {
      const one = words.get(thing.instance);
      const middle = view.at([0, 1].map((axis) => {
        const values = thing.footprint.map((point) => point[axis]);
        return (Math.min(...values) + Math.max(...values)) / 2;
      }));
      return {
        text: one ? one.label : (thing.category ?? thing.label),
        size: one ? 13 : 11,
        bold: Boolean(one),
        must: Boolean(one),
        kind: one ? `name ${one.tone}` : "name",
        places: (extent) =>
          one?.tone === "chosen"
            ? labels.beside(middle, extent, [10, 20, 34])
            : [middle, ...labels.beside(middle, extent, one ? [2, 10, 22, 36] : [1])],
      };
    });
  }

  /**
   * Draw a scene.
   *
   * `state.question`: the question with the evidence to draw, or null.
   * `state.frame`, `state.object`: the chosen frame and object, or null.
   * `state.names`, `state.camera`: whether names and cameras are drawn.
   */
  function draw(scene, state, width, height) {
    const view = fitted(scene.bounds, width, height);
    const drawing = state.question?.drawing ?? {};
    const marked = drawing.objects ?? [];
    const tones = new Map(marked.map((one) => [one.instance, one.tone]));
    const shown = report.evidence.shapes(drawing, view);
    const room = state.names && !(state.question && width < NARROW);
    const words = [...shown.labels, ...names(scene, view, marked, state.object).filter((label) => label.must || room)];
    const what = `Floor plan of ${scene.name}: ${report.counted(scene.objects.filter((one) => one.footprint.length).length, "object")}`;
    const parts = [
      floor(scene, view),
      ...shown.areas,
      svg("g", { class: "objects" }, objects(scene, view, tones, state.object)),
      svg("g", { class: "camera" }, state.camera ? camera(scene, view) : [], state.camera || state.frame !== null ? cones(scene, view, state.frame).filter((_, index) => state.camera || index === state.frame) : []),
      svg("g", { class: "evidence" }, shown.lines),
      svg(
        "g",
        { class: "names" },
        labels.place(words, view, shown.taken).map((label) =>
          svg("text", { x: label.point[0], y: label.point[1], class: label.kind, "font-size": label.size }, label.text),
        ),
      ),
      scaleBar(view),
    ];
    const image = {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "img",
      class: state.question ? "plan with-evidence" : "plan",
      "aria-label": state.question ? `${what}. Evidence drawn: ${state.question.evidence}` : what,
    };
    return svg("svg", image, report.evidence.heads(), parts);
  }

  return { draw, inWords, corners, closed };
})();
