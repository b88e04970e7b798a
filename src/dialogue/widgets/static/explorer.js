// What stands below the controls of an interactive picture: the picture, its words, its tables.
// Python draws and writes (explorer.py); here it is shown, and the controls are made usable by
// keyboard and by screen reader.

// The handle of a slider of ipywidgets has no name and tells the number of its stop, not what
// stands beside it.
function nameSliders(root) {
  const set = (node, name, value) => {
    if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  };
  for (const handle of root.querySelectorAll('[role="slider"]')) {
    const box = handle.closest(".widget-inline-hbox");
    const label = box?.querySelector(".widget-label")?.textContent.trim();
    const readout = box?.querySelector(".widget-readout");
    if (label) set(handle, "aria-label", label);
    if (readout) {
      set(handle, "aria-valuetext", readout.textContent.trim());
      // The stops have names, so there is nothing to type here, though ipywidgets would let one.
      set(readout, "aria-hidden", "true");
      set(readout, "contenteditable", "false");
      readout.removeAttribute("tabindex");
    }
  }
}

// A menu of ipywidgets is one line, too; it is set by its own view, which tells nobody.
const wrapped = new WeakMap();
function wrapMenus(root) {
  for (const menu of root.querySelectorAll(".widget-dropdown select")) {
    if (!wrapped.has(menu)) wrapped.set(menu, wrappingMenu(menu));
    wrapped.get(menu).shown();
  }
}

const LEGIBLE = 10; // px of the smallest letter

// The drawing was measured in another typeface: where letters are wider here, it gets the room.
// It is never so small that they cannot be read: then it scrolls.
function seeLabels(svg) {
  const view = svg?.viewBox?.baseVal;
  const seen = svg?.getBoundingClientRect();
  if (!view?.width || !seen.width) return;
  const edges = [...svg.querySelectorAll("text")].map((label) => label.getBoundingClientRect());
  const unit = view.width / seen.width;
  const left = Math.ceil(Math.max(0, ...edges.map((edge) => seen.left - edge.left)) * unit);
  const right = Math.ceil(Math.max(0, ...edges.map((edge) => edge.right - seen.right)) * unit);
  const width = view.width + left + right;
  const sizes = [...svg.querySelectorAll("text")].map((label) => parseFloat(getComputedStyle(label).fontSize));
  svg.style.maxInlineSize = `max(100%, ${Math.ceil((width * LEGIBLE) / Math.min(14, ...sizes))}px)`;
  if (!left && !right) return;
  svg.setAttribute("viewBox", `${view.x - left} ${view.y} ${width} ${view.height}`);
  svg.setAttribute("width", width);
}

function render({ model, el }) {
  const strings = model.get("strings");
  // In a narrow page the picture keeps a size that can be read, and scrolls in its box.
  const picture = make("div", { class: "dx-picture", tabindex: 0, role: "group", "aria-label": strings.picture });
  // Here from the beginning and only its text changes, so that a screen reader announces it.
  const words = make("p", { class: "dx-words", role: "status", "aria-live": "polite" });
  const summary = make("summary");
  const tables = make("div", { class: "dx-tables", role: "region", tabindex: "0" });
  const list = make("details", {}, summary, tables);
  const description = make("p");
  const about = make("details", {}, make("summary", {}, strings.in_words), description);
  const note = make("p", { class: "dx-note" });
  const stage = make("div", { class: "dx-stage" }, picture, words, list, about, note);
  el.append(stage);

  let drawn = null;
  let controls = null;
  const show = () => {
    const scene = model.get("scene");
    if (controls) requestAnimationFrame(() => wrapMenus(controls)); // which may be set by another
    if (scene.svg !== drawn) {
      // Our own drawing, made in Python from the course's tables.
      picture.innerHTML = scene.svg ?? "";
      drawn = scene.svg;
      requestAnimationFrame(() => seeLabels(picture.querySelector("svg")));
    }
    picture.hidden = scene.list_only;
    about.hidden = scene.list_only;
    if (scene.list_only) list.open = true;
    setText(words, scene.words);
    summary.textContent = scene.summary;
    tables.setAttribute("aria-label", scene.summary);
    tables.replaceChildren(...scene.tables.map(({ caption, columns, rows }) =>
      dataTable(caption, columns, rows, { named: false, box: "", style: null })));
    description.textContent = scene.description;
    note.textContent = scene.note;
  };
  model.on("change:scene", show);
  show();

  // The controls of a kernel that has ended move nothing any more.
  const kernel = courier(model, () => setText(words, strings.ended));
  // A control's own message tells nobody whether it was read: the kernel is asked after it.
  const look = ({ target }) => {
    if (!model.widget_manager || stage.contains(target)) return; // a page without a kernel moves at once
    const late = () => setText(words, strings.waiting);
    kernel.ask("moved", { event: "listens", name: "moved" }, { waits: late, lost: () => setText(words, strings.ended) });
  };
  const heard = (message) => {
    if (message?.event !== "listens" || message.name !== "moved") return;
    kernel.answered("moved");
    setText(words, model.get("scene").words);
  };
  if (model.widget_manager) model.on("msg:custom", heard);
  const HANDLED = ["change", "click", "keyup", "pointerup"];
  let observer = null;
  const stop = whenInside(el, ".dialogue-explore", (root) => {
    keepKeysOnce(root);
    controls = root;
    HANDLED.forEach((event) => root.addEventListener(event, look));
    const mend = () => {
      nameSliders(root);
      wrapMenus(root);
    };
    mend();
    observer = new MutationObserver(mend);
    observer.observe(root, {
      subtree: true,
      childList: true,
      characterData: true,
      attributeFilter: ["aria-valuetext", "contenteditable"],
    });
  });
  return () => {
    stop();
    observer?.disconnect();
    HANDLED.forEach((event) => controls?.removeEventListener(event, look));
    model.off("msg:custom", heard);
    kernel.stop();
    model.off("change:scene", show);
  };
}

export default { render };
