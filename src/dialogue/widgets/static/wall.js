// One question at a time; no network, no account. Counts stay in this browser.
(() => {
  "use strict";
  const strings = JSON.parse(document.getElementById("words").textContent);
  const sections = [...document.querySelectorAll("main > section")];
  const said = document.getElementById("said");
  const clock = document.getElementById("clock");
  const store = `dialogue-wall:${document.title}`;
  let votes = {};
  try { votes = JSON.parse(localStorage.getItem(store)) ?? {}; } catch { votes = {}; }
  const keep = () => { try { localStorage.setItem(store, JSON.stringify(votes)); } catch { /* private window */ } };

  let at = 0;
  const here = () => sections[at];

  // The largest letters with which question and vote fit; below the last of them one scrolls.
  const frame = document.querySelector("main");
  const SIZES = [36, 34, 32, 30, 28, 26, 24];
  function fit() {
    const key = here().querySelector(".reveal");
    const shown = !key.hidden;
    key.hidden = true;  // the key stands below the question
    for (const size of SIZES) {
      frame.style.setProperty("--size", `${size}px`);
      if (frame.scrollHeight <= frame.clientHeight) break;
    }
    key.hidden = !shown;
  }
  function go(to) {
    at = Math.max(0, Math.min(sections.length - 1, to));
    sections.forEach((section, n) => { section.hidden = n !== at; });
    fit();
    here().focus({ preventScroll: true });
    frame.scrollTo(0, 0);
    history.replaceState(null, "", `#q${at + 1}`);
  }

  function reveal() {
    const key = here().querySelector(".reveal");
    key.hidden = !key.hidden;
    here().classList.toggle("revealed", !key.hidden);
    said.textContent = key.hidden ? say(strings, "key_hidden") : key.textContent;
    if (key.hidden) return;
    key.scrollIntoView({ block: "nearest" });
    // The mark is what a class looks for: it stays in view, above as much of the key as fits.
    const mark = here().querySelector("[data-right]");
    if (mark && mark.getBoundingClientRect().top < frame.getBoundingClientRect().top) mark.scrollIntoView({ block: "start" });
  }

  // --- votes: the counts of the first are hidden while the class talks, and both are shown
  // together when the second is in ---
  const of = (section) => (votes[section.dataset.item] ??= { 1: [], 2: [] });
  const sum = (counts) => counts.reduce((whole, n) => whole + (n || 0), 0);
  function fill(section) {
    if (!section.querySelector(".vote")) return;
    for (const field of section.querySelectorAll("input[data-vote]")) {
      const count = of(section)[field.dataset.vote][field.dataset.option];
      field.value = count || count === 0 ? count : "";
    }
    stage(section, sum(of(section)[1]) ? 2 : 1);
    ready(section);
  }
  function stage(section, number) {
    for (const part of section.querySelectorAll("[data-stage]")) part.hidden = Number(part.dataset.stage) !== number;
    const first = sum(of(section)[1]);
    section.querySelector(".total").textContent = `${first} vote${first === 1 ? "" : "s"}`;
    const panel = section.querySelector(".vote");
    if (section !== here() || panel.hidden) return;
    fit();
    panel.querySelector(`[data-stage="${number}"] :is(input, button)`).focus({ preventScroll: true });
    panel.scrollIntoView({ block: "nearest" });
  }
  function ready(section) {
    const both = of(section);
    section.querySelector("[data-do=talk]").disabled = !sum(both[1]);
    section.querySelector("[data-do=show]").disabled = !(sum(both[1]) && sum(both[2]));
  }
  function show(section) {
    const both = of(section);
    const bars = section.querySelector(".bars");
    bars.replaceChildren();
    section.querySelectorAll("ol.options > li b").forEach((letter, option) => {
      const lines = [1, 2].map((which) => {
        const count = both[which][option] || 0;
        const share = Math.round((100 * count) / sum(both[which]));
        return make("span", { class: which === 1 ? "first" : "second", style: "display: block" },
          make("span", { class: "bar", style: `width: ${share * 0.6}%` }), say(strings, "vote_line", { which, count, share }));
      });
      bars.append(make("p", {}, make("b", {}, letter.textContent), make("span", {}, ...lines)));
    });
    stage(section, 3);
  }
  function vote() {
    const panel = here().querySelector(".vote");
    if (!panel) { said.textContent = say(strings, "no_vote"); return; }
    panel.hidden = !panel.hidden;
    fit();
    if (panel.hidden) return;
    panel.querySelector("[data-stage]:not([hidden]) :is(input, button)").focus({ preventScroll: true });
    panel.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.dataset?.vote) return;
    const section = field.closest("section");
    const count = Math.min(999, Math.max(0, Math.trunc(Number(field.value))));
    of(section)[field.dataset.vote][field.dataset.option] = field.value === "" || Number.isNaN(count) ? null : count;
    keep();
    ready(section);
  });

  // --- timer ---
  let left = 120, end = 0, ticking = 0;
  const face = () => {
    const now = ticking ? Math.max(0, Math.ceil((end - Date.now()) / 1000)) : left;
    clock.textContent = `${Math.floor(now / 60)}:${String(now % 60).padStart(2, "0")}`;
    clock.classList.toggle("over", now === 0);
    if (ticking && now === 0) { clearInterval(ticking); ticking = 0; left = 0; said.textContent = say(strings, "time_up"); }
  };
  function timer() {
    if (ticking) {
      clearInterval(ticking); ticking = 0;
      left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    } else {
      if (!left) left = 120;
      end = Date.now() + left * 1000;
      ticking = setInterval(face, 250);
    }
    face();
  }
  function more(seconds) {
    if (ticking) end += seconds * 1000; else left = Math.max(0, left + seconds);
    face();
  }

  // --- the list of questions ---
  const list = document.getElementById("jump");
  function jump() {
    list.hidden = !list.hidden;
    if (list.hidden) { here().focus({ preventScroll: true }); return; }
    list.querySelectorAll("button")[at].focus();
  }
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-to]");
    if (!button) return;
    list.hidden = true;
    go(Number(button.dataset.to));
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const buttons = [...list.querySelectorAll("button")];
    if (step) buttons[buttons.indexOf(document.activeElement) + step]?.focus();
    if (event.key === "Escape" || event.key.toLowerCase() === "g") jump();
    if (step || event.key === "Escape" || event.key.toLowerCase() === "g") event.preventDefault();
    event.stopPropagation();  // while the list is open, no key turns the page behind it
  });

  const help = () => { const keys = document.getElementById("keys"); keys.hidden = !keys.hidden; };
  const doing = {
    back: () => go(at - 1), next: () => go(at + 1), reveal, vote, timer, help, jump,
    talk: () => stage(here(), 2), again: () => stage(here(), 1), show: () => show(here()),
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) doing[button.dataset.do]();
  });
  const keys = {
    ArrowRight: "next", PageDown: "next", n: "next", ArrowLeft: "back", PageUp: "back", p: "back",
    g: "jump", r: "reveal", v: "vote", t: "timer", "?": "help",
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input");
    if (typing && event.key === "Enter") {
      event.preventDefault();  // or it would press the button that gets the focus
      event.target.closest("[data-stage]").querySelector("button:enabled")?.click();
      return;
    }
    if (typing && event.key !== "Escape" && event.key !== "PageDown" && event.key !== "PageUp") return;
    if (event.key === "Escape") { here().focus(); return; }
    if (event.key === "+" || event.key === "-") { more(event.key === "+" ? 30 : -30); event.preventDefault(); return; }
    const name = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (name) { event.preventDefault(); doing[name](); }
  });

  addEventListener("resize", fit);
  sections.forEach(fill);
  face();
  go((Number(location.hash.slice(2)) || 1) - 1);
})();
