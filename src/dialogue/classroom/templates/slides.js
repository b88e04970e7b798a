// The largest letters with which a slide fits; each is measured when it is first shown, and all
// before they are printed.
(() => {
  "use strict";
  const SIZES = [52, 48, 46, 44, 42, 40, 38, 36, 34, 32, 30, 28, 26, 25, 24];
  const fit = (slide) => {
    for (const size of SIZES) {
      slide.style.setProperty("--size", `${size}px`);
      if (slide.scrollHeight <= 690 && slide.scrollWidth <= slide.clientWidth + 1) break;
    }
  };
  for (const event of ["ready", "slidechanged"]) Reveal.on(event, ({ currentSlide }) => fit(currentSlide));
  // With this class reveal.js leaves the paper to slides.css.
  document.documentElement.classList.add("print-pdf");
  addEventListener("beforeprint", () => {
    for (const slide of Reveal.getSlides()) {
      const { display } = slide.style;
      slide.style.setProperty("display", "block", "important");
      fit(slide);
      slide.style.display = display;
    }
  });
})();
