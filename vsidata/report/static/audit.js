"use strict";
// What `vsidata audit` found: its figures as they are, whatever they are called.

report.audit = (() => {
  const { html } = report;

  const words = (name) => String(name).replaceAll("_", " ");
  const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

  function text(value) {
    if (value === null || value === undefined) return "–";
    if (typeof value === "number") return Number.isInteger(value) ? report.count(value) : String(Number(value.toFixed(3)));
    if (Array.isArray(value)) return value.every((one) => !isRecord(one)) ? value.map(text).join(" – ") : `${value.length}`;
    return isRecord(value) ? Object.entries(value).map(([name, one]) => `${words(name)} ${text(one)}`).join(", ") : String(value);
  }

  function table(rows) {
    const columns = [...new Set(rows.flatMap(([, row]) => Object.keys(row)))];
    return html(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Figures of the audit" },
      html(
        "table",
        {},
        html("thead", {}, html("tr", {}, html("td"), columns.map((name) => html("th", { scope: "col" }, words(name))))),
        html(
          "tbody",
          {},
          rows.map(([name, row]) =>
            html("tr", {}, html("th", { scope: "row" }, words(name)), columns.map((key) => html("td", { class: "number" }, text(row[key])))),
          ),
        ),
      ),
    );
  }

  function part(name, value) {
    const rows = isRecord(value) ? Object.entries(value) : [];
    const isTable = rows.length > 0 && rows.every(([, row]) => isRecord(row));
    return [html("h3", {}, words(name)), isTable ? table(rows) : html("p", {}, text(value))];
  }

  function section(found) {
    return html(
      "section",
      { "aria-labelledby": "audit" },
      html("h2", { id: "audit" }, "What can be guessed"),
      html("p", { class: "quiet" }, "By `vsidata audit`: what one scores who never looks."),
      Object.entries(found).map(([name, value]) => part(name, value)),
    );
  }

  return { section };
})();
