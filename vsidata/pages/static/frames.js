"use strict";
// The frames of a scene: a strip of buttons. The plan shows where the chosen frame was taken.

report.frames = (() => {
  const { html } = report;

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
      const things = scene.objects.filter((thing) => marked.some((one) => one.instance === thing.instance));
      buttons.forEach((button, index) => {
        button.setAttribute("aria-pressed", String(index === state.frame));
        const shown = things.filter((thing) => thing.frames.includes(index)).length;
        button.classList.toggle("showing", shown > 0);
        button.querySelector(".shows").textContent = shown ? `${shown} of ${things.length}` : "";
      });
    }

    return { list, update };
  }

  return { strip };
})();
