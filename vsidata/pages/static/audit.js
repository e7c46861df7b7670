"use strict";
// The results of `vsidata audit`: scores without the video, and regularities of the answers. If an audit of another
// release lacks an entry, the page does not show it.

report.audit = (() => {
  const { html, count, topic } = report;
  const CHANCE = 0.001; // answers are uneven if the p-value of their counts is below this
  const CLEAR = 0.05; // a gain over the constant is highlighted if it is larger

  const percent = (figure) => (figure?.score === undefined ? "" : (100 * figure.score).toFixed(1));
  const from = (figure) =>
    figure?.low === undefined ? "" : `${(100 * figure.low).toFixed(1)} to ${(100 * figure.high).toFixed(1)}`;

  function cell(figure, kind = "") {
    return html("td", { class: `number ${kind}` }, percent(figure), " ", html("span", { class: "quiet less" }, from(figure)));
  }

  function row(name, figures) {
    const gains = (figures.gain?.score ?? 0) > CLEAR;
    return html(
      "tr",
      {},
      html("th", { scope: "row" }, name),
      html("td", { class: "number less" }, figures.questions === undefined ? "" : count(figures.questions)),
      html("td", { class: "number less" }, figures.answer ?? ""),
      cell(figures.constant_in_sample),
      cell(figures.constant),
      cell(figures.category_constant),
      cell(figures.forest, gains ? "answer-word" : ""),
    );
  }

  function scores(found) {
    const types = Object.entries(found.scores?.types ?? {});
    if (!types.length) return html("p", {}, "These pages cannot read this version of audit.json.");
    const head = (words, kind = "number") => html("th", { scope: "col", class: kind }, words);
    const rows = types.map(([name, figures]) => row(topic(name), figures));
    if (found.scores.macro) rows.push(row("mean of topics", found.scores.macro));
    return html(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Scores without the video" },
      html(
        "table",
        { class: "audit" },
        html(
          "thead",
          {},
          html("tr", {}, head("question type", ""), head("questions", "number less"), head("best answer", "number less"), head("in sample"), head("constant"), head("by words"), head("forest")),
        ),
        html("tbody", {}, rows),
      ),
    );
  }

  function notes(found) {
    const uneven = [...Object.entries(found.letters ?? {}), ...Object.entries(found.words ?? {})].filter(([, one]) => one.p < CHANCE);
    const twice = Object.values(found.repeats?.within_scene ?? {});
    const margins = Object.entries(found.margins ?? {}).filter(([, one]) => one.below > 0);
    return [
      uneven.length ? `Less even than expected by chance: ${uneven.map(([name]) => topic(name)).join("; ")}.` : "Letters and directions are as even as expected by chance.",
      twice.length > 0 && `In ${report.counted(twice.length, "question type")}, some questions are asked twice about the same scene.`,
      ...margins.map(([name, one]) => `${topic(name)}: ${percent({ score: one.below })} % of the questions are below the minimum margin of the rules.`),
    ].filter(Boolean);
  }

  function section(found, stale) {
    return html(
      "section",
      { "aria-labelledby": "audit" },
      html("h2", { id: "audit" }, "What can be guessed"),
      html(
        "p",
        { class: "quiet" },
        "Scores without the video, in per cent, by the metrics of VSI-Bench. In sample: the one answer that is best for these questions. The other columns are trained on other rooms. Constant: one answer to all questions. By words: the best answer to questions with the same words. Forest: a random forest on the words. The 95 % intervals by room are grey.",
      ),
      stale && html("p", { class: "notice" }, "This audit does not belong to the current questions of the build. Run `vsidata audit` again."),
      scores(found),
      html("ul", { class: "notes" }, notes(found).map((words) => html("li", {}, words))),
    );
  }

  return { section };
})();
