// Charts: the stored drawing stands until the chart comes near; then Vega draws the same chart from
// its compiled specification.  Its expressions are read and not compiled, as the policy asks.

function charts() {
  const every = [...document.querySelectorAll("[data-chart]")];
  if (!every.length || navigator.connection?.saveData) return;
  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      need(target.dataset.chart).then((spec) => drawn(target, spec)).catch(() => { /* the stored drawing says the same */ });
    }
  }, { rootMargin: "25% 0px" });
  every.forEach((one) => near.observe(one));
}

async function drawn(figure, spec) {
  await asset("vega");
  const stored = figure.querySelector("svg");
  const box = document.createElement("div");
  await vegaEmbed(box, spec, { ast: true, renderer: "svg", actions: false, defaultStyle: false, tooltip: { disableDefaultStyle: true } });
  const svg = box.querySelector("svg");
  // The same name, and the same room, so that nothing on the page moves.
  for (const name of ["role", "aria-label", "width", "height", "viewBox"]) svg.setAttribute(name, stored.getAttribute(name));
  svg.style.removeProperty("width");
  svg.style.removeProperty("height");
  stored.replaceWith(box);
  figure.dataset.drawn = "";
}
document.addEventListener("DOMContentLoaded", charts);

// What the script of code that runs uses.
Dialogue.own = { asset, drawn, handle, here, told };
