"use strict";
// Shared by all pages. Text of a build becomes text nodes and attributes here, never markup.

const report = (() => {
  let delivered;

  /** Called by the scripts that contain data. */
  function deliver(data) {
    delivered = data;
  }

  /** The data of a script beside the page. A page on the disk can load data only from scripts. */
  function load(path) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = path;
      script.onload = () => {
        script.remove();
        resolve(delivered);
      };
      script.onerror = () => reject(new Error(`${path} is missing. Copy the whole folder of the report.`));
      document.head.append(script);
    });
  }

  /** Whether an attribute or child has a value. */
  const given = (value) => value !== null && value !== undefined && value !== false;

  /** Control characters, and marks that reverse the direction of text. */
  const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

  const printable = (value) => (typeof value === "string" ? value.replace(CONTROLS, "") : value);

  function filled(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") element.addEventListener(name, value);
      else if (given(value)) element.setAttribute(name, value === true ? "" : printable(value));
    }
    element.append(...children.flat().filter(given).map(printable));
    return element;
  }

  /** An HTML element. An attribute with a function as its value is a listener for the event of that name. */
  function html(tag, attributes = {}, ...children) {
    return filled(document.createElement(tag), attributes, children);
  }

  /** An SVG element, with attributes as for `html`. */
  function svg(tag, attributes = {}, ...children) {
    return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  }

  /** 12,345 */
  const count = (number) => number.toLocaleString("en");

  /** `1 scene`, `2 scenes` */
  const counted = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;

  const metres = (number) => `${number.toFixed(2)} m`;

  /** The readable name of a topic: `object_rel_distance` is `rel distance`. */
  const topic = (name) => name.replace(/^obj(ect)?_/, "").replace(/_estimation$/, "").replaceAll("_", " ");

  /** Whether a text contains every word of a search. */
  function matches(text, search) {
    const low = text.toLowerCase();
    return search.toLowerCase().split(/\s+/).every((word) => low.includes(word));
  }

  /** A search field. Escape clears it. */
  function searchField(label, changed) {
    const input = html("input", {
      type: "search",
      "aria-label": label,
      placeholder: label,
      autocomplete: "off",
      spellcheck: "false",
      input: () => changed(input.value.trim()),
      keydown: (event) => {
        if (event.key !== "Escape" || !input.value) return;
        input.value = "";
        changed("");
        event.stopPropagation();
        event.preventDefault();
      },
    });
    return input;
  }

  /** Show an error on the page. */
  function fail(error) {
    document.getElementById("page").replaceChildren(html("p", { class: "fault", role: "alert" }, error.message));
  }

  return { deliver, load, html, svg, count, counted, metres, topic, matches, printable, searchField, fail };
})();
