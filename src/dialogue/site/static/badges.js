// What a badge stands for, on hover and on focus: the digest of a paragraph, the title of a source.
// It can be pointed at, and Escape takes it away.

function badges() {
  const tip = make("div", { class: "tip", role: "tooltip", id: "tip", dir: "auto", hidden: true });
  document.body.append(tip);
  let shown = null;
  let timer;
  const hide = () => {
    shown?.removeAttribute("aria-describedby");
    shown = null;
    tip.hidden = true;
  };
  function show(link) {
    clearTimeout(timer);
    if (shown === link) return;
    hide();
    shown = link;
    setText(tip, link.dataset.tip);
    tip.hidden = false;
    link.setAttribute("aria-describedby", "tip");
    const box = link.getBoundingClientRect(), own = tip.getBoundingClientRect();
    const left = Math.min(Math.max(8, box.left), document.documentElement.clientWidth - own.width - 8);
    const below = box.bottom + own.height + 8 < innerHeight || box.top < own.height + 8;
    tip.style.setProperty("left", `${left + scrollX}px`);
    tip.style.setProperty("top", `${(below ? box.bottom + 2 : box.top - own.height - 2) + scrollY}px`);
  }
  const later = () => { timer = setTimeout(hide, 200); };
  for (const link of document.querySelectorAll("main a[title]")) {
    link.dataset.tip = link.title;
    link.removeAttribute("title"); // the browser's own would stand over ours
    link.addEventListener("pointerenter", ({ pointerType }) => { if (pointerType !== "touch") show(link); });
    link.addEventListener("pointerleave", later);
    link.addEventListener("focus", () => show(link));
    link.addEventListener("blur", hide);
  }
  tip.addEventListener("pointerenter", () => clearTimeout(timer));
  tip.addEventListener("pointerleave", later);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
}
document.addEventListener("DOMContentLoaded", badges);
