"use strict";
// The page of a scene. Its address contains the scene and the open question: scene.html#SCENE/QUESTION.

(() => {
  const { html, load, counted, printable, plan, frames, questions, objects, fail } = report;

  /** The scene and the question in the address. */
  function asked() {
    const [scene, question] = location.hash.slice(1).split("/").map(decodeURIComponent);
    return { scene, question };
  }

  const addressOf = (scene, question) => `#${[scene, question].filter(Boolean).map(encodeURIComponent).join("/")}`;

  function heading(scene, lines, at) {
    const step = (line, label, word) =>
      line ? html("a", { href: addressOf(line.name), rel: word, "aria-label": `${label}: ${line.name}` }, label) : html("span", { class: "quiet" }, label);
    const facts = [
      scene.area !== null && `${scene.area.toFixed(1)} m² (${scene.method})`,
      counted(scene.objects.filter((thing) => thing.footprint.length).length, "object"),
      counted(scene.questions.length, "question"),
      `split ${scene.split}`,
    ];
    return html(
      "header",
      { class: "bar-of-page" },
      html("nav", { "aria-label": "Scenes" }, html("a", { href: "index.html" }, "All scenes"), step(lines[at - 1], "Previous", "prev"), step(lines[at + 1], "Next", "next")),
      html("h1", { tabindex: "-1" }, scene.name),
      html("p", { class: "quiet" }, facts.filter(Boolean).join(" · ")),
    );
  }

  const TONES = {
    answer: "the answer",
    given: "stated in the question",
    other: "other answers",
    margin: "too close to another answer",
  };

  /** The meaning of the colours that occur on the plan. */
  function legend(scene, question) {
    const shapes = Object.values(question?.drawing ?? {}).flat();
    const entries = Object.entries(TONES).filter(([tone]) => shapes.some((shape) => shape.tone === tone));
    if (scene.objects.some((thing) => thing.seen === false)) entries.push(["hidden", "not seen in the frames"]);
    return entries.map(([kind, words]) => html("li", {}, html("span", { class: `key ${kind}`, "aria-hidden": "true" }), words));
  }

  function checkbox(label, on, changed) {
    const input = html("input", { type: "checkbox", checked: on, change: () => changed(input.checked) });
    return html("label", {}, input, ` ${label}`);
  }

  function tabs(parts) {
    const buttons = parts.map(([name, element], index) => {
      element.hidden = index > 0;
      return html("button", { type: "button", class: "tab", "aria-pressed": String(index === 0), click: () => open(index) }, name);
    });
    function open(chosen) {
      parts.forEach(([, element], index) => {
        element.hidden = index !== chosen;
        buttons[index].setAttribute("aria-pressed", String(index === chosen));
      });
    }
    return { buttons: html("div", { class: "tabs", role: "group", "aria-label": "Show" }, buttons), open };
  }

  /** Put a scene on the page. Returns a function that removes its listeners. */
  function page(scene, rules, lines, at) {
    const state = { question: null, frame: null, object: null, names: true, camera: true };
    const board = html("div", { class: "board" });
    const colours = html("ul", { class: "legend", "aria-label": "Colours" });

    function draw() {
      const { clientWidth: width, clientHeight: height } = board;
      document.documentElement.style.setProperty("--view", `${board.parentElement?.offsetHeight ?? 0}px`);
      if (width && height) board.replaceChildren(plan.draw(scene, state, width, height));
    }

    function change(what) {
      Object.assign(state, what);
      colours.replaceChildren(...legend(scene, state.question));
      strip.update(state);
      draw();
      document.body.classList.toggle("with-question", Boolean(state.question?.drawing.objects ?? state.question?.asked));
    }

    const strip = frames.strip(scene, (index) => change({ frame: state.frame === index ? null : index }));
    const asking = questions.panel(scene, rules, (question) => {
      change({ question });
      history.replaceState(null, "", addressOf(scene.name, question?.id));
    });
    const things = objects.table(scene, (object) => change({ object }), (word) => { asking.find(word); both.open(0); asking.search.focus(); });
    const both = tabs([["Questions", asking.element], ["Objects", things]]);

    const keys = (event) => {
      const typing = event.target instanceof HTMLInputElement && event.target.type === "search";
      if (event.key === "/" && !typing) {
        event.preventDefault();
        both.open(0);
        asking.search.focus();
      } else if (event.key === "Escape") asking.close();
    };
    document.addEventListener("keydown", keys);
    const sizes = new ResizeObserver(draw);
    sizes.observe(board);

    document.title = printable(`${scene.name} – report`);
    document.getElementById("page").replaceChildren(
      heading(scene, lines, at),
      html(
        "main",
        { class: "scene" },
        html(
          "section",
          { class: "view", "aria-label": "Floor plan" },
          board,
          html("div", { class: "under" }, colours, html("div", { class: "switches" }, checkbox("names", true, (names) => change({ names })), scene.path.length > 0 && checkbox("camera", true, (camera) => change({ camera })))),
        ),
        scene.frames.length > 0 && html("section", { class: "film", "aria-label": "Frames" }, strip.list),
        html(
          "section",
          { class: "asked", "aria-label": "Questions and objects" },
          both.buttons,
          asking.element,
          things,
          html("p", { class: "quiet keys" }, "Keys: / to search, ↑ and ↓ to move between questions, Enter to open, Escape to close."),
        ),
      ),
    );
    change({});
    const open = asking.questionOf(asked().question);
    if (open) asking.toggle(open);
    return () => {
      document.removeEventListener("keydown", keys);
      sizes.disconnect();
    };
  }

  async function show() {
    const build = await load("data/build.js");
    const lines = await load("data/scenes.js");
    let undo = () => {};

    async function open() {
      const at = Math.max(0, lines.findIndex((line) => line.name === asked().scene));
      if (!lines.length) throw new Error("This build has no scenes.");
      const scene = await load(`scenes/${lines[at].file}.js`);
      undo();
      undo = page(scene, build.topics, lines, at);
      window.scrollTo(0, 0);
    }

    const follow = () => open().then(() => document.querySelector("h1").focus());
    window.addEventListener("hashchange", () => follow().catch(fail));
    await open();
  }

  show().catch(fail);
})();
