"use strict";
// Bars beside the rows of a table, and charts of answers.

report.charts = (() => {
  const { html, svg, count, topic } = report;

  /** A bar beside a number in a table. */
  function bar(share, tone = "answer") {
    const inner = html("span", { class: `bar ${tone}` });
    inner.style.width = `${Math.max(0, Math.min(100, 100 * share))}%`;
    return html("span", { class: "bar-box", "aria-hidden": "true" }, inner);
  }

  /** A chart of how often each answer occurs. Numbers are a histogram; other answers are rows with labels. */
  function answers(chart) {
    const total = chart.bars.reduce((sum, one) => sum + one.count, 0);
    const most = Math.max(...chart.bars.map((one) => one.count));
    const top = chart.bars.find((one) => one.count === most);
    const share = `${Math.round((100 * most) / total)}\u00a0%`;
    return html(
      "figure",
      { class: "chart" },
      html("figcaption", {}, html("strong", {}, topic(chart.type)), ` ${chart.of}`),
      chart.numbers ? histogram(chart, most) : rows(chart, most, total),
      html("p", { class: "quiet" }, `${report.counted(total, "answer")}. The most common is ${top.label} (${share}).`),
    );
  }

  function rows(chart, most, total) {
    return html(
      "table",
      { class: "bars" },
      html("caption", { class: "unseen" }, `${chart.type}: ${chart.of}`),
      html(
        "tbody",
        {},
        chart.bars.map((one) =>
          html(
            "tr",
            { title: `${Math.round((100 * one.count) / total)}\u00a0%` },
            html("th", { scope: "row" }, one.label),
            html("td", { class: "grow" }, bar(one.count / most, "given")),
            html("td", { class: "number" }, count(one.count)),
          ),
        ),
      ),
    );
  }

  function histogram(chart, most) {
    const width = 10;
    const height = 90;
    const bars = chart.bars.map((one, index) => {
      const tall = Math.max(one.count && 1, (height * one.count) / most);
      const box = { x: index * width, y: height - tall, width: width - 1.5, height: tall, class: "bar-of-answers" };
      return svg("rect", box, svg("title", {}, `${one.label}: ${count(one.count)}`));
    });
    const last = chart.bars.length * width;
    return html(
      "div",
      {},
      svg(
        "svg",
        { viewBox: `0 0 ${last} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": chart.of, class: "histogram" },
        bars,
      ),
      html(
        "p",
        { class: "ends quiet", "aria-hidden": "true" },
        html("span", {}, chart.bars[0].label.split(" to ")[0]),
        html("span", {}, `${chart.bars.at(-1).label.split(" to ")[0]} and more`),
      ),
    );
  }

  return { bar, answers };
})();
