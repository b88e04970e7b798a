// The course on this device: what is kept, what is still coming, and a newer edition.

function offline() {
  if (!/^https?:$/.test(location.protocol)) return; // from a disk everything is here already
  const strings = Dialogue.words.site;
  const root = new URL("..", here);
  document.head.append(make("link", { rel: "manifest", href: new URL("manifest.webmanifest", root) }));
  const place = document.querySelector(".device");
  if (!navigator.serviceWorker || !place) return;
  const words = make("span", { role: "status" });
  place.append(words);

  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data.broken) setText(words, say(strings, "device_broken"));
    else if (data.done === data.total) setText(words, say(strings, "device_kept"));
    // Not at each file: a live region would not stop talking.
    else if (!words.textContent) setText(words, say(strings, "device_coming", data));
  });

  let asked = false; // only on the reader's own wish the page is loaded again
  navigator.serviceWorker.addEventListener("controllerchange", () => { if (asked) location.reload(); });
  function newer(worker) {
    const now = make("button", { type: "button" }, say(strings, "newer_now"));
    now.addEventListener("click", () => { asked = true; worker.postMessage("now"); });
    place.append(make("span", { class: "newer", role: "status" }, say(strings, "newer"), " ", now));
  }
  const fill = () => {
    if (navigator.connection?.saveData) return;
    navigator.serviceWorker.ready.then(({ active }) => active.postMessage("fill")).catch(() => {});
  };
  navigator.serviceWorker.register(new URL("sw.js", root), { scope: root.pathname }).then((registration) => {
    if (registration.waiting && navigator.serviceWorker.controller) newer(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const coming = registration.installing;
      coming.addEventListener("statechange", () => {
        if (coming.state === "installed" && navigator.serviceWorker.controller) newer(coming);
      });
    });
    fill();
  }).catch(() => { /* a private window, or a host without encryption: the network is needed */ });
}
addEventListener("load", () => setTimeout(offline, 1000)); // the first question comes first
