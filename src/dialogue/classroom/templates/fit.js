// The largest letters with which each sheet fits on its page; below the smallest it runs over.
(() => {
  "use strict";
  const POINTS = [10.5, 10.25, 10, 9.75, 9.5, 9.25, 9, 8.75, 8.5, 8.25, 8];
  const fit = () => document.querySelectorAll(".sheet").forEach((sheet) => {
    sheet.classList.add("measured");
    for (const points of POINTS) {
      sheet.style.setProperty("--size", `${points}pt`);
      if (sheet.scrollHeight <= sheet.clientHeight + 1) break;
    }
    sheet.dataset.points = sheet.style.getPropertyValue("--size");
    sheet.classList.remove("measured");
  });
  addEventListener("beforeprint", fit);
  fit();
  document.fonts.ready.then(() => { fit(); document.documentElement.dataset.fitted = ""; });
})();
