// The game on a projector: a page of the class kit, with the side chosen first and the vote open.

export const playBeforeAClass = (element, chooser, data) => {
  const key = (name) => `us-iraq-dialogue/class/${name}`, held = new Map();
  const storage = {
    // Where a browser keeps nothing, the page itself does, until it is closed.
    get(name) { try { return JSON.parse(localStorage.getItem(key(name))) ?? held.get(name); } catch { return held.get(name); } },
    put(name, value) { held.set(name, value); localStorage.setItem(key(name), JSON.stringify(value)); },
  };
  const play = async (side) => {
    for (const button of chooser.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.side === side));
    try { storage.put("side", side); } catch { /* it is asked again after a reload */ }
    element.replaceChildren();
    await playNegotiation(element, data, storage, { side, seed: data.wall_seed, voting: true });
  };
  for (const button of chooser.querySelectorAll("button")) button.addEventListener("click", () => play(button.dataset.side));
  const before = storage.get("side");
  if (data.content[before]) play(before);
};
