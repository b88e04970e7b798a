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
  const { menu, shown, node } = wrappingMenu(make("select", { id }));
  menu.addEventListener("change", () => moved(options[menu.selectedIndex][1]));
  return {
    node: make("p", { class: "dm-row" }, make("label", { for: id }, control.label), node),
    set(now) {
      options = now.options;
      menu.replaceChildren(...options.map(([label]) => make("option", {}, label)));
      menu.selectedIndex = index(now.value);
      shown();
    },
  };
}

/** The controls, one below the other; those of one row stand together under its name. */
function laid(controls, moved) {
  const handles = new Map(), nodes = [];
  let rows = null;
  for (const control of controls) {
    const one = handle(control, (value) => moved(control.key, value));
    handles.set(control.key, one);
    if (!control.row) nodes.push(one.node);
    else {
      if (rows?.dataset.row !== control.row) {
        rows = make("fieldset", { class: "dm-rows", "data-row": control.row }, make("legend", {}, control.row));
        nodes.push(rows);
      }
      rows.append(one.node);
    }
  }
  return { handles, nodes };
}

MODELS["explorer-page"] = async ({ file, start, python }) => ({ data: await need(file), start, python });
Dialogue.views["explorer-page"] = {
  render({ model: { data, start, python }, el }) {
    const strings = Dialogue.words;
    const root = make("div", { class: "dialogue-explore" });
    const heard = new Set();
    let scene, ask = null, handles, waiting = null, busy = false;
    const values = () => Object.fromEntries(scene.controls.map(({ key, value }) => [key, value]));
    const found = (wishes) => unpacked(data, data.at[wishKey(data.keys.map((key) => wishes[key]))] ?? 0);
    const show = (next) => {
      scene = next;
      scene.controls.forEach((control) => handles.get(control.key)?.set(control));
      heard.forEach((act) => act());
    };
    async function go(wishes) { // of wishes that come while Python draws, the last counts
      if (!ask) { show(found(wishes)); return; }
      waiting = wishes;
      if (busy) return;
      busy = true;
      try {
        while (waiting) {
          const now = waiting;
          waiting = null;
          show(await ask(now));
        }
      } catch { // ended meanwhile: what was drawn beforehand moves as before
        ask = null;
        begin(found(start));
        if (row) row.hidden = false;
      } finally { busy = false; waiting = null; }
    }
    const controls = make("div", {});
    const begin = (first) => {
      const made = laid(first.controls, (key, value) => go({ ...values(), [key]: value }));
      handles = made.handles;
      controls.replaceChildren(...made.nodes);
      if (first.still.length && !row) controls.append(make("p", { class: "dx-note" }, say(strings.site, "still_controls", { names: first.still.join(", ") })));
      show(first);
    };
    scene = found(start);
    const row = python && scene.still.length && Dialogue.lanes?.picture(python, () => ({ ...python.settings, ...values() }), (first, more) => {
      ask = more;
      row.hidden = true;
      begin(first);
      controls.querySelector("input, select")?.focus();
    });
    begin(scene);
    const stage = make("div", {});
    root.append(controls, ...(row ? [row] : []), stage);
    el.append(root);
    const own = {
      get: (name) => (name === "scene" ? scene : strings.explorer), set() {}, save_changes() {}, send() {},
      on: (_, act) => heard.add(act), off: (_, act) => heard.delete(act),
    };
    return Dialogue.views.explorer.render({ model: own, el: stage });
  },
};
