"use strict";
// Positions of the labels on a plan. The first labels get the best places. Labels do not overlap if possible.

report.labels = (() => {
  const canvas = document.createElement("canvas").getContext("2d");
  const FONT = "system-ui, sans-serif";

  /** The space that a text needs, pixels. */
  function extent(text, size, bold) {
    canvas.font = `${bold ? 600 : 400} ${size}px ${FONT}`;
    return { width: canvas.measureText(text).width + 4, height: size * 1.2 };
  }

  const around = (point, size) => ({
    left: point[0] - size.width / 2,
    right: point[0] + size.width / 2,
    top: point[1] - size.height / 2,
    bottom: point[1] + size.height / 2,
  });

  /** Pixels² that two rectangles have in common. */
  function overlap(a, b) {
    const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return width > 0 && height > 0 ? width * height : 0;
  }

  /** Places beside a point, nearest first. */
  function beside(point, size, steps) {
    const [x, y] = point;
    return steps.flatMap((step) => {
      const across = size.width / 2 + step;
      const along = size.height / 2 + step;
      const places = [[x, y - along], [x, y + along], [x + across, y], [x - across, y]];
      return [...places, ...[[1, -1], [-1, -1], [1, 1], [-1, 1]].map(([a, b]) => [x + a * across, y + b * along])];
    });
  }

  /** Places along a line, on it and beside it. */
  function along(points, size) {
    const start = points[Math.floor((points.length - 1) / 2)];
    const end = points[Math.floor((points.length - 1) / 2) + 1] ?? start;
    const length = Math.hypot(end[0] - start[0], end[1] - start[1]) || 1;
    const normal = [-(end[1] - start[1]) / length, (end[0] - start[0]) / length];
    const off = Math.abs(normal[0]) * (size.width / 2) + Math.abs(normal[1]) * (size.height / 2) + 4;
    return [0.5, 0.38, 0.62, 0.25, 0.75].flatMap((share) =>
      [-1, 1].map((side) => [
        start[0] + share * (end[0] - start[0]) + side * off * normal[0],
        start[1] + share * (end[1] - start[1]) + side * off * normal[1],
      ]),
    );
  }

  /**
   * Place labels within a box of `width` and `height`.
   *
   * A label has `text`, `size`, `bold`, and `places(extent)`: the possible positions of its middle, best first. A label
   * with `must` is always drawn, at its least bad place. The others are drawn only if a place is free. `taken` are
   * rectangles that labels should not cover.
   */
  function place(labels, box, taken) {
    const placed = [];
    for (const label of labels) {
      const size = extent(label.text, label.size, label.bold);
      let best = null;
      label.places(size).forEach((point, rank) => {
        const rectangle = around(point, size);
        const inside = overlap(rectangle, { left: 2, top: 2, right: box.width - 2, bottom: box.height - 2 });
        const outside = size.width * size.height - inside;
        const covered = placed.reduce((sum, other) => sum + overlap(rectangle, other.rectangle), 0);
        const crossed = taken.reduce((sum, other) => sum + overlap(rectangle, other), 0);
        if (!label.must && (outside > 1 || covered > 0 || crossed > 0)) return;
        const cost = 8 * outside + 4 * covered + 2 * crossed + 3 * rank;
        if (!best || cost < best.cost) best = { cost, point, rectangle };
      });
      if (best) placed.push({ ...label, point: best.point, rectangle: best.rectangle });
    }
    return placed;
  }

  /** Rectangles along a line that labels must not cover. */
  function strokes(points, half = 4) {
    return points.slice(1).flatMap((end, index) => {
      const start = points[index];
      const steps = Math.max(1, Math.ceil(Math.hypot(end[0] - start[0], end[1] - start[1]) / (2 * half)));
      return Array.from({ length: steps + 1 }, (_, step) => {
        const at = [0, 1].map((axis) => start[axis] + (step / steps) * (end[axis] - start[axis]));
        return around(at, { width: 2 * half, height: 2 * half });
      });
    });
  }

  return { place, beside, along, strokes, around };
})();
