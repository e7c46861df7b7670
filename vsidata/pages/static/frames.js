"use strict";
// The frames of a scene: a strip of buttons. The plan shows where the chosen frame was taken. The frames of an open
// question show its evidence.

report.frames = (() => {
  const { html, svg } = report;

  /** The lines of a question's evidence on the picture of a frame. */
  function marks(question, number) {
    const lines = (question?.marks ?? []).filter((mark) => mark.number === number);
    if (!lines.length) return [];
    const drawn = lines.map((mark) => svg("polyline", { class: `mark ${mark.tone}`, points: mark.points.map((at) => at.join()).join(" ") }, svg("title", {}, mark.label ?? "")));
    return [svg("svg", { class: "marks", viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" }, ...drawn)];
  }

  function strip(scene, choose) {
    const buttons = scene.frames.map((frame, index) =>
      html(
        "button",
        { type: "button", class: "frame", "aria-pressed": "false", click: () => choose(index), title: `frame ${frame.number}` },
        frame.picture
          ? html("img", { src: frame.picture, alt: "", loading: "lazy", decoding: "async" })
          : html("span", { class: "no-picture" }, "not readable"),
        html("span", { class: "when" }, html("span", { class: "unseen" }, `Frame ${index + 1} at `), `${frame.seconds.toFixed(1)} s`),
        html("span", { class: "shows", title: "number of the question's objects in this frame" }),
      ),
    );
    const list = html("div", { class: "strip", role: "group", "aria-label": "Frames" }, buttons);

    /** Mark the chosen frame, and show which frames contain objects of the question. */
    function update(state) {
      const marked = state.question?.drawing.objects ?? [];
      const asked = state.question?.asked;
      const first = asked && buttons.find((_, index) => asked.includes(scene.frames[index].number));
      const things = scene.objects.filter((thing) => marked.some((one) => one.instance === thing.instance));
      buttons.forEach((button, index) => {
        button.setAttribute("aria-pressed", String(index === state.frame));
        const shown = things.filter((thing) => thing.frames.includes(index)).length;
        const isAsked = asked?.includes(scene.frames[index].number);
        button.classList.toggle("showing", asked ? isAsked : shown > 0);
        button.querySelector(".shows").textContent = asked ? (isAsked ? `frame ${index + 1}` : "") : shown ? `${shown} of ${things.length}` : "";
        button.querySelector(".marks")?.remove();
        button.append(...marks(state.question, scene.frames[index].number));
      });
      if (first) list.scrollTo({ left: first.offsetLeft - list.offsetLeft });
    }

    return { list, update };
  }

  return { strip };
})();
