"use strict";
// The questions of a scene, filtered by topic and text. An open question shows the evidence for its answer.

report.questions = (() => {
  const { html, counted, count, topic, matches, searchField } = report;

  const answerOf = (question) => [question.answer, question.unit].filter(Boolean).join(question.unit === "°" ? "" : " ");

  /** The text that a search covers. */
  function wordsOf(question) {
    const things = (question.drawing.objects ?? []).map((one) => one.label);
    return [question.question, question.answer, question.id, ...things, ...(question.options ?? [])].join(" ");
  }

  /** The question's text with the words for its objects in bold. The other words are the same in many questions. */
  function emphasized(question) {
    const words = new Set((question.drawing.objects ?? []).map((one) => one.label));
    const parts = [...words].sort((a, b) => b.length - a.length).map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
    if (!parts.length) return question.question;
    return question.question.split(new RegExp(`(?<![\\p{L}\\d])(${parts.join("|")})(?![\\p{L}\\d])`, "u")).map((part) => (words.has(part) ? html("b", {}, part) : part));
  }

  function options(question) {
    if (!question.options) return null;
    return html(
      "ul",
      { class: "options" },
      question.options.map((option) => {
        const right = option.startsWith(`${question.truth}.`);
        return html("li", { class: right ? "right" : null }, option, right && html("span", { class: "unseen" }, " (the answer)"));
      }),
    );
  }

  function constants(list) {
    if (!list.length) return null;
    return html(
      "details",
      {},
      html("summary", {}, `Constants (${list.length})`),
      html(
        "dl",
        { class: "constants" },
        list.map((one) => html("div", {}, html("dt", {}, one.name, " ", html("b", {}, one.value)), html("dd", {}, one.why))),
      ),
    );
  }

  function detail(question, rules) {
    const rule = rules[question.topic];
    const facts = [
      ["Answer", html("strong", { class: "answer-word" }, question.options ? `${question.truth} (${answerOf(question)})` : answerOf(question))],
      ["Evidence", question.evidence],
      ["Margin", question.margin],
      ["Rule", question.rule ?? rule?.definition ?? ""],
    ];
    return [
      options(question),
      html("dl", { class: "reasons" }, facts.map(([name, value]) => html("div", {}, html("dt", {}, name), html("dd", {}, value)))),
      constants(rule?.constants ?? []),
      html("p", { class: "quiet" }, question.type, " · ", html("code", {}, question.id)),
    ];
  }

  function panel(scene, rules, choose) {
    const items = scene.questions.map((question, index) => {
      const region = html("div", { class: "detail", id: `detail-${index}`, hidden: true });
      const button = html(
        "button",
        { type: "button", class: "question", "aria-expanded": "false", "aria-controls": region.id, click: () => toggle(question) },
        html("span", { class: "topic" }, topic(question.topic)),
        html("span", { class: "text" }, emphasized(question)),
        html("span", { class: "answer-word" }, answerOf(question)),
      );
      return { question, button, region, item: html("li", {}, button, region) };
    });
    const byQuestion = new Map(items.map((one) => [one.question, one]));
    const list = html("ol", { class: "questions", keydown: move });
    const status = html("p", { class: "quiet", role: "status" });
    const search = searchField("Search questions", (text) => { filter.text = text; show(); });
    const topics = [...new Set(scene.questions.map((question) => question.topic))];
    const filter = { text: "", topic: null };
    let open = null;

    const chip = (name, label, number) =>
      html("button", { type: "button", class: "chip", "aria-pressed": String(name === null), "data-topic": name ?? "", click: () => choice(name) }, label, html("span", { class: "quiet" }, ` ${count(number)}`));
    const chips = [
      chip(null, "all", scene.questions.length),
      ...topics.map((name) => chip(name, topic(name), scene.questions.filter((question) => question.topic === name).length)),
    ];

    function choice(name) {
      filter.topic = name;
      for (const one of chips) one.setAttribute("aria-pressed", String(one.dataset.topic === (name ?? "")));
      show();
    }

    function show() {
      const found = items.filter(
        ({ question }) =>
          (!filter.topic || question.topic === filter.topic) &&
          matches(wordsOf(question), filter.text),
      );
      list.replaceChildren(...found.map((one) => one.item));
      status.textContent = found.length ? counted(found.length, "question") : "No questions found. Search for fewer words, or choose all topics.";
    }

    /** Open a question, or close it if it is open. */
    function toggle(question) {
      const last = byQuestion.get(open);
      if (last) {
        last.button.setAttribute("aria-expanded", "false");
        last.region.hidden = true;
      }
      open = open === question ? null : question;
      const now = byQuestion.get(open);
      if (now) {
        if (!now.region.childElementCount) now.region.append(...detail(now.question, rules).filter(Boolean));
        now.button.setAttribute("aria-expanded", "true");
        now.region.hidden = false;
      }
      choose(open);
      now?.item.scrollIntoView({ block: matchMedia("(min-width: 60rem)").matches ? "nearest" : "start" });
    }

    /** Move from question to question with the arrow keys. */
    function move(event) {
      const buttons = [...list.querySelectorAll("button.question")];
      const at = buttons.indexOf(document.activeElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      buttons[Math.max(0, Math.min(buttons.length - 1, to))].focus();
    }

    /** Show the questions that mention something. */
    function find(text) {
      search.value = filter.text = text;
      choice(null);
    }

    show();
    const element = html(
      "div",
      {},
      html("div", { class: "filters" }, html("div", { class: "chips", role: "group", "aria-label": "Topics" }, chips), search),
      status,
      list,
    );
    return { element, find, search, close: () => open && toggle(open), toggle, questionOf: (id) => scene.questions.find((one) => one.id === id) };
  }

  return { panel };
})();
