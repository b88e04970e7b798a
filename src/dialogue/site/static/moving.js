// A picture that moves: its controls, and a scene for each setting from one file.  The picture,
// its words and its tables are shown by the same view as in JupyterLab.

function unpacked(data, n) {
  const scene = data.scenes[n];
  const texts = (runs) => {
    const found = [];
    for (let i = 0; i < runs.length; i += 2) for (let k = 0; k < runs[i + 1]; k += 1) found.push(data.texts[runs[i] + k]);
    return found;
  };
  return {
    ...JSON.parse(data.texts[scene.rest]),
    svg: texts(scene.svg).join(""),
    tables: scene.tables.map(([caption, columns, rows]) => ({
      caption: data.texts[caption], columns: JSON.parse(data.texts[columns]), rows: texts(rows).map((row) => JSON.parse(row)),
    })),
    controls: JSON.parse(data.texts[scene.controls]), still: scene.still,
  };
}

/** JSON as Python writes a list of plain values: the key of a wish. */
const wishKey = (values) => `[${values.map((value) => dumps(value)).join(", ")}]`;

/** One control: a slider over named stops, a menu, or a box to tick. */
function handle(control, moved) {
  const id = newId();
  if (control.kind === "tick") {
    const input = make("input", { type: "checkbox", id });
    input.addEventListener("change", () => moved(input.checked));
    return {
      node: make("p", { class: "dm-row" }, make("label", { for: id, class: "dm-tick" }, input, " ", control.label)),
      set({ value }) { input.checked = value; },
    };
  }
  let options = control.options;
  const index = (value) => Math.max(0, options.findIndex(([, one]) => one === value));
  if (control.kind === "slider") {
    const input = make("input", { type: "range", id, min: 0, step: 1 });
    const shown = make("output", { for: id });
    const tell = () => {
      const [label] = options[Number(input.value)];
      setText(shown, label);
      input.setAttribute("aria-valuetext", label);
    };
    input.addEventListener("input", () => { tell(); moved(options[Number(input.value)][1]); });
    return {
      node: make("p", { class: "dm-row" }, make("label", { for: id }, control.label), input, shown),
      set(now) { options = now.options; input.max = options.length - 1; input.value = index(now.value); tell(); },
    };
  }
  const menu = make("select", { id });
  menu.addEventListener("change", () => moved(options[menu.selectedIndex][1]));
  return {
    node: make("p", { class: "dm-row" }, make("label", { for: id }, control.label), menu),
    set(now) {
      options = now.options;
      menu.replaceChildren(...options.map(([label]) => make("option", {}, label)));
      menu.selectedIndex = index(now.value);
    },
  };
}

MODELS["explorer-page"] = async ({ file, start }) => ({ data: await need(file), start });
Dialogue.views["explorer-page"] = {
  render({ model: { data, start }, el }) {
    const strings = Dialogue.words;
    const root = make("div", { class: "dialogue-explore" });
    const heard = new Set();
    let scene;
    const go = (values) => {
      scene = unpacked(data, data.at[wishKey(values)]);
      scene.controls.forEach((control) => handles.get(control.key)?.set(control));
      heard.forEach((act) => act());
    };
    const values = () => data.keys.map((key) => scene.controls.find((one) => one.key === key).value);
    scene = unpacked(data, data.at[wishKey(data.keys.map((key) => start[key]))] ?? 0);
    const handles = new Map(scene.controls.map((control) => [control.key, handle(control, (value) => {
      go(data.keys.map((key, i) => (key === control.key ? value : values()[i])));
    })]));
    root.append(...[...handles.values()].map(({ node }) => node));
    if (scene.still.length) root.append(make("p", { class: "dx-note" }, say(strings.site, "still_controls", { names: scene.still.join(", ") })));
    const stage = make("div", {});
    root.append(stage);
    el.append(root);
    go(values());
    const own = {
      get: (name) => (name === "scene" ? scene : strings.explorer), set() {}, save_changes() {}, send() {},
      on: (_, act) => heard.add(act), off: (_, act) => heard.delete(act),
    };
    const stop = Dialogue.views.explorer.render({ model: own, el: stage });
    // On a telephone the picture keeps its size, so that it can be read, and scrolls in its box.
    grown(stage.querySelector(".dx-picture"), { tabindex: 0, role: "group", "aria-label": strings.site.picture }, []);
    return stop;
  },
};
