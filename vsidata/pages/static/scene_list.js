"use strict";
// The scenes of a build: searchable and sortable, with links to their pages.

report.sceneList = (() => {
  const { html, count, counted, matches, searchField } = report;

  const STEP = 100; // rows that are added per step

  const COLUMNS = [
    { key: "name", title: "scene", text: (line) => line.name },
    { key: "split", title: "split", text: (line) => line.split, less: true },
    { key: "area", title: "m²", number: true, text: (line) => (line.area === null ? "" : line.area.toFixed(1)) },
    { key: "objects", title: "objects", number: true, text: (line) => count(line.objects) },
    { key: "frames", title: "frames", number: true, less: true, text: (line) => count(line.frames) },
    { key: "questions", title: "questions", number: true, text: (line) => count(line.questions) },
  ];

  function row(line) {
    const cells = COLUMNS.map((column) => {
      const kind = [column.number && "number", column.less && "less"].filter(Boolean).join(" ");
      if (column.key !== "name") return html("td", { class: kind }, column.text(line));
      const link = html("a", { href: `scene.html#${encodeURIComponent(line.name)}` }, line.name);
      return html("th", { scope: "row" }, link);
    });
    return html("tr", {}, cells);
  }

  /** Compares by a column. Unknown values come last. */
  function by(key, falling) {
    return (a, b) => {
      if (a[key] === b[key]) return 0;
      if (a[key] === null || b[key] === null) return a[key] === null ? 1 : -1;
      return (a[key] < b[key] ? -1 : 1) * (falling ? -1 : 1);
    };
  }

  function section(lines) {
    const body = html("tbody");
    const status = html("p", { class: "quiet", role: "status" });
    let search = "";
    let order = { key: "name", falling: false };
    let found = [];

    /** Add the next rows that match the search. The list grows while the user scrolls, so a long list opens quickly. */
    function more() {
      const next = body.childElementCount;
      body.append(...found.slice(next, next + STEP).map(row));
    }

    function show() {
      found = lines.filter((line) => matches(`${line.name} ${line.split}`, search)).sort(by(order.key, order.falling));
      body.replaceChildren();
      more();
      status.textContent = search ? `${count(found.length)} of ${counted(lines.length, "scene")}` : "";
      for (const head of heads) {
        const sorted = head.dataset.key === order.key;
        head.setAttribute("aria-sort", sorted ? (order.falling ? "descending" : "ascending") : "none");
      }
    }

    function sortBy(column) {
      order = { key: column.key, falling: order.key === column.key ? !order.falling : Boolean(column.number) };
      show();
    }

    const heads = COLUMNS.map((column) =>
      html(
        "th",
        {
          scope: "col",
          "data-key": column.key,
          class: [column.number && "number", column.less && "less"].filter(Boolean).join(" "),
        },
        html("button", { type: "button", class: "sort", click: () => sortBy(column) }, column.title),
      ),
    );
    const near = ({ target }) => target.scrollTop + 2 * target.clientHeight > target.scrollHeight && more();
    const table = html("table", { class: "scenes" }, html("thead", {}, html("tr", {}, heads)), body);
    show();
    return html(
      "section",
      { "aria-labelledby": "scenes" },
      html("h2", { id: "scenes" }, "Scenes"),
      html("p", { class: "quiet" }, "Choose a scene to see its floor plan and its questions with their evidence."),
      lines.length > 8 && searchField("Search scenes", (text) => { search = text; show(); }),
      status,
      html("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": "List of scenes", scroll: near }, table),
    );
  }

  return { section };
})();
