"use strict";
// The overview of a build.

(() => {
  const { html, load, count, topic, printable, charts, sceneList, audit, fail } = report;

  const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);

  function facts(build) {
    const questions = sum(Object.values(build.questions).map((topics) => sum(Object.values(topics))));
    const list = [
      ["questions", questions],
      ["scenes", sum(Object.values(build.scenes))],
      ["objects", build.objects],
      ["pictures", build.frames.pictures ?? 0],
      ["skipped", build.failures.length],
    ];
    return html(
      "dl",
      { class: "facts" },
      list.map(([name, number]) => html("div", {}, html("dt", {}, name), html("dd", {}, count(number)))),
    );
  }

  function heading(build) {
    const guard = build.leak_guard.active
      ? "Rooms of benchmarks are left out."
      : `Leak guard off: this build contains ${report.counted(build.leak_guard.admitted, "scene")} of benchmark rooms.`;
    return html(
      "header",
      {},
      html("h1", {}, build.title),
      html(
        "p",
        { class: "quiet" },
        `Rule set ${build.rules.name}@${build.rules.digest} · seed ${build.seed} · vsidata ${build.version} · ${guard}`,
      ),
      build.pictures_of && html("p", { class: "notice" }, `These pages show small pictures of ${build.pictures_of}. Share them only with people who may see these pictures.`),
      facts(build),
    );
  }

  function topics(build) {
    const splits = Object.keys(build.questions).sort();
    const kept = (name) => sum(splits.map((split) => build.questions[split][name] ?? 0));
    const refused = (name) => sum(Object.values(build.drops[name] ?? {}));
    const names = [...new Set([...splits.flatMap((split) => Object.keys(build.questions[split])), ...Object.keys(build.drops)])];
    const most = Math.max(1, ...names.map(kept));
    names.sort((a, b) => kept(b) - kept(a));
    return html(
      "section",
      { "aria-labelledby": "topics" },
      html("h2", { id: "topics" }, "Topics"),
      html("p", { class: "quiet" }, "Questions kept and candidates refused. Open a topic for the reasons."),
      html(
        "div",
        { class: "topics" },
        names.map((name) => {
          const reasons = Object.entries(build.drops[name] ?? {}).sort((a, b) => b[1] - a[1]);
          return html(
            "details",
            {},
            html(
              "summary",
              {},
              html("span", { class: "name", title: name }, topic(name)),
              charts.bar(kept(name) / most),
              html("span", { class: "number" }, count(kept(name))),
              html("span", { class: "number quiet refused" }, `${count(refused(name))} refused`),
            ),
            splits.length > 1 &&
              html("p", { class: "quiet" }, splits.map((split) => `${split} ${count(build.questions[split][name] ?? 0)}`).join(", ")),
            reasons.length
              ? html(
                  "table",
                  { class: "bars" },
                  html("caption", { class: "unseen" }, `Why candidates of ${name} were refused`),
                  html(
                    "tbody",
                    {},
                    reasons.map(([reason, number]) =>
                      html(
                        "tr",
                        {},
                        html("th", { scope: "row" }, reason),
                        html("td", { class: "grow" }, charts.bar(number / reasons[0][1], "other")),
                        html("td", { class: "number" }, count(number)),
                      ),
                    ),
                  ),
                )
              : html("p", { class: "quiet" }, "No candidate was refused."),
          );
        }),
      ),
    );
  }

  function answers(build) {
    return html(
      "section",
      { "aria-labelledby": "answers" },
      html("h2", { id: "answers" }, "Answers"),
      html("p", { class: "quiet" }, "How often each answer is right. A frequent answer can be guessed without the video."),
      html("div", { class: "charts" }, build.charts.map(charts.answers)),
    );
  }

  function failures(build) {
    const lines = build.failures.map((one) =>
      html(
        "li",
        {},
        html("strong", {}, one.scene_name ?? ""),
        html("p", {}, html("code", {}, (one.file ?? "").split("/").pop()), `: ${one.fault ?? ""}`),
        html("p", { class: "quiet" }, one.remedy ?? ""),
      ),
    );
    return html(
      "section",
      { "aria-labelledby": "failures" },
      html("h2", { id: "failures" }, "Skipped scans"),
      lines.length
        ? html("ul", { class: "failures scroll tall", tabindex: "0", "aria-label": "Skipped scans" }, lines)
        : html("p", { class: "quiet" }, "No scan was skipped."),
    );
  }

  function constants(list) {
    return html(
      "dl",
      { class: "constants" },
      list.map((one) =>
        html(
          "div",
          {},
          html("dt", {}, one.name, " ", html("b", {}, one.value)),
          html("dd", {}, one.why, one.source && html("span", { class: "quiet" }, ` — ${one.source}`)),
        ),
      ),
    );
  }

  function changes(own) {
    const lines = own.changes.length > 0 ? own.changes : ["nothing"];
    return html(
      "div",
      {},
      html("p", {}, `${own.name} extends the rule set ${own.extends}. The differences:`),
      html("ul", {}, ...lines.map((line) => html("li", {}, line))),
    );
  }

  function rules(build) {
    const parts = Object.entries(build.topics).map(([name, stated]) =>
      html(
        "details",
        {},
        html("summary", {}, topic(name)),
        html("p", {}, stated.definition),
        constants(stated.constants),
      ),
    );
    const sight =
      build.visibility.length > 0 &&
      html("details", {}, html("summary", {}, "what the frames must show"), constants(build.visibility));
    return html(
      "section",
      { "aria-labelledby": "rules" },
      html("h2", { id: "rules" }, "Rules"),
      build.rules.why && html("p", { class: "quiet" }, build.rules.why),
      build.rules.extends && changes(build.rules),
      parts,
      sight,
    );
  }

  async function show() {
    const build = await load("data/build.js");
    const lines = await load("data/scenes.js");
    document.title = printable(`${build.title} – report`);
    document
      .getElementById("page")
      .replaceChildren(
        heading(build),
        sceneList.section(lines),
        topics(build),
        answers(build),
        ...(build.audit ? [audit.section(build.audit.found, build.audit.stale)] : []),
        failures(build),
        rules(build),
      );
  }

  show().catch(fail);
})();
