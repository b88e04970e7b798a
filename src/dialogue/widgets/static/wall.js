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
  function go(to) {
    at = Math.max(0, Math.min(sections.length - 1, to));
    sections.forEach((section, n) => { section.hidden = n !== at; });
    here().focus({ preventScroll: true });
    window.scrollTo(0, 0);
    history.replaceState(null, "", `#q${at + 1}`);
  }

  function reveal() {
    const key = here().querySelector(".reveal");
    key.hidden = !key.hidden;
    said.textContent = key.hidden ? say(strings, "key_hidden") : key.textContent;
    if (!key.hidden) key.scrollIntoView({ block: "nearest" });
  }

  // --- votes: the first is shown only when the second is in ---
  const of = (section) => (votes[section.dataset.item] ??= { 1: [], 2: [] });
  const sum = (counts) => counts.reduce((whole, n) => whole + (n || 0), 0);
  function typed(section) {
    for (const field of section.querySelectorAll("input[data-vote]")) {
      const count = of(section)[field.dataset.vote][field.dataset.option];
      field.value = count || count === 0 ? count : "";
    }
    ready(section);
  }
  function ready(section) {
    const button = section.querySelector("[data-do=show]");
    if (!button) return;
    const both = of(section);
    button.disabled = !(sum(both[1]) && sum(both[2]));
    section.querySelector(".bars").replaceChildren();
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
  }
  function vote() {
    const panel = here().querySelector(".vote");
    if (!panel) { said.textContent = say(strings, "no_vote"); return; }
    panel.hidden = !panel.hidden;
    if (!panel.hidden) panel.querySelector("input").focus();
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

  const help = () => { const keys = document.getElementById("keys"); keys.hidden = !keys.hidden; };
  const doing = {
    back: () => go(at - 1), next: () => go(at + 1), reveal, vote, timer, help,
    show: () => show(here()),
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) doing[button.dataset.do]();
  });
  const keys = {
    ArrowRight: "next", PageDown: "next", n: "next", ArrowLeft: "back", PageUp: "back", p: "back",
    r: "reveal", v: "vote", t: "timer", "?": "help",
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input");
    if (typing && event.key !== "Escape" && event.key !== "PageDown" && event.key !== "PageUp") return;
    if (event.key === "Escape") { here().focus(); return; }
    if (event.key === "+" || event.key === "-") { more(event.key === "+" ? 30 : -30); event.preventDefault(); return; }
    const name = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (name) { event.preventDefault(); doing[name](); }
  });

  sections.forEach(typed);
  face();
  go((Number(location.hash.slice(2)) || 1) - 1);
})();
