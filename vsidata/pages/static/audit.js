"use strict";
// What `vsidata audit` found: what one scores who never looks, and what gives answers away. What an audit of another
// release lacks is left out.

report.audit = (() => {
  const { html, count, topic } = report;
  const CHANCE = 0.001; // answers are uneven where chance alone makes them so less often
  const CLEAR = 0.05; // a gain over the constant that is worth a look

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
    if (!types.length) return html("p", {}, "audit.json has another form than these pages know.");
    const head = (words, kind = "number") => html("th", { scope: "col", class: kind }, words);
    const rows = types.map(([name, figures]) => row(topic(name), figures));
    if (found.scores.macro) rows.push(row("mean of topics", found.scores.macro));
    return html(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Scores without a look" },
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
      uneven.length ? `Not as even as chance would make them: ${uneven.map(([name]) => topic(name)).join("; ")}.` : "Letters and directions are as even as chance makes them.",
      twice.length > 0 && `Asked twice about one scene: ${twice.length} kinds of question.`,
      ...margins.map(([name, one]) => `${topic(name)}: ${percent({ score: one.below })} % lie within the rules' least margin.`),
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
        "Scores in per cent without a look, as VSI-Bench scores: in sample, the one answer that is best for these very questions; then, learned in other rooms, one answer to all, the best answer to the same words, and a random forest on the words. In grey: 95 % intervals by room.",
      ),
      stale && html("p", { class: "notice" }, "The audit is of other questions than these: run `vsidata audit` again."),
      scores(found),
      html("ul", { class: "notes" }, notes(found).map((words) => html("li", {}, words))),
    );
  }

  return { section };
})();
