"use strict";
// The objects of a scene as a table. The chosen object is marked on the plan.

report.objects = (() => {
  const { html, plan } = report;

  function table(scene, choose, ask) {
    const rows = scene.objects
      .filter((thing) => thing.footprint.length)
      .sort((a, b) => (a.category ?? a.label).localeCompare(b.category ?? b.label, "en") || a.instance - b.instance)
      .map((thing) =>
        html(
          "tr",
          { mouseenter: () => choose(thing.instance), mouseleave: () => choose(null), title: plan.inWords(thing) },
          html(
            "th",
            { scope: "row" },
            html(
              "button",
              { type: "button", class: "plain", click: () => ask(thing.category ?? thing.label), focus: () => choose(thing.instance), blur: () => choose(null) },
              thing.category ?? thing.label,
            ),
          ),
          html("td", { class: "number" }, String(thing.instance)),
          html("td", { class: "number" }, thing.sides.map((side) => side.toFixed(2)).join(" × ")),
          html("td", {}, thing.seen === null ? "" : thing.seen ? "seen" : "not seen"),
        ),
      );
    return html(
      "div",
      {},
      html("p", { class: "quiet" }, "Choose an object to find the questions about it."),
      html(
        "table",
        { class: "object-table" },
        html("thead", {}, html("tr", {}, html("th", { scope: "col" }, "object"), html("th", { scope: "col", class: "number" }, "id"), html("th", { scope: "col", class: "number" }, "sides, m"), html("th", { scope: "col" }, "frames"))),
        html("tbody", {}, rows),
      ),
    );
  }

  return { table };
})();
