// The negotiation in a page without a kernel: the view of negotiation.js over a model that plays
// here by the rules of bargaining.js.
//
//   playNegotiation(element, data, storage, { side: "iraq", seed: 7, voting: false })
//
// *data* is widgets/negotiation_data.py's `data()` as JSON; *storage* has `get(key)` and
// `put(key, value)`, each of which may answer at once or by a promise, and holds plain JSON.

/** What another window has kept since this page last read or wrote is never written over. */
class Elsewhere extends Error {}

/** Where the games of a page are kept.  A game of other tables or rules is left alone. */
function keptGames(data, rules, storage) {
  const known = new Map(); // a key to what this page has last read there, and last wanted there
  const own = (entry) => entry?.version === data.version && Array.isArray(entry.moves);
  const again = ({ side, seed, moves }) => {
    let game = rules.start(side, seed);
    for (const move of moves) {
      try { game = rules.step(game, move); } catch (error) {
        if (error instanceof CannotBe) break;
        throw error;
      }
    }
    return game;
  };
  const entry = (game) => ({ version: data.version, side: game.side, seed: game.seed, moves: game.turns.map(({ move }) => move) });
  const fits = (found) => own(found) && rules.other[found.side] && Number.isInteger(found.seed) && found.moves.every((move) => {
    const { kind, text } = move ?? {};
    return ["why", "accept", "walk"].includes(kind) || (kind === "offer" && rules.isText(text));
  });
  const read = async (key) => { try { return await storage.get(key); } catch { return null; } };
  const met = async (key) => {
    const found = await read(key);
    known.set(key, [JSON.stringify(found ?? null)]);
    return found;
  };
  const put = async (key, value) => {
    const there = JSON.stringify(await read(key) ?? null), wanted = JSON.stringify(value);
    if (there !== "null" && !known.get(key)?.includes(there)) throw new Elsewhere();
    known.set(key, [there, wanted]); // *there* still, where the storage refuses
    await storage.put(key, value);
  };
  const finished = async () => {
    const list = await read("negotiation/finished");
    return Array.isArray(list) ? list.filter(fits) : [];
  };
  return {
    async last(place) {
      const found = await met(place);
      return fits(found) ? again(found) : null;
    },
    async keep(place, game) {
      await put(place, entry(game));
      if (game.outcome !== "open") await storage.put("negotiation/finished", [entry(game), ...await finished()].slice(0, 8));
    },
    /** A game for two is read again by its own view; only the version is looked at here. */
    async pair(place) {
      const found = await met(`${place}/together`);
      return own(found) && Number.isInteger(found.seed) ? found : null;
    },
    keepPair: (place, pair) => put(`${place}/together`, pair),
    finished: async () => (await finished()).map(again).filter((game) => game.outcome !== "open"),
  };
}

/** A model as a notebook's, with the rules in the page. */
export const localModel = async (data, storage, side, cell, voting = false) => {
  const rules = bargaining(data), games = keptGames(data, rules, storage), place = `negotiation/${side}/${cell}`;
  const heard = { "change:state": new Set(), "change:content": new Set() };
  let game = await games.last(place) ?? rules.start(side, cell);
  let history = (await games.finished()).map(rules.line), kept = Promise.resolve();
  const view = (draft) => rules.shown(game, { draft, history, kept: data.strings.kept_here });
  let state = { ...view(), restored: game.turns.length > 0, together: await games.pair(place) };
  const known = { content: data.content[game.side], strings: data.strings, data, voting };
  const change = (next) => { state = { ...state, restored: false, ...next }; heard["change:state"].forEach((act) => act()); };
  const keeping = (write) => {
    kept = kept.then(write).catch((error) => change({ note: data.strings[error instanceof Elsewhere ? "kept_elsewhere" : "kept_not"] }));
  };
  const keep = () => {
    const now = game;
    keeping(() => games.keep(place, now));
  };
  const done = ({ event, text, seed, entry, side: chair }) => {
    if (event === "look") return { draft: rules.worthOf(game, text), note: "" };
    if (event === "together") {
      keeping(() => games.keepPair(place, entry));
      return { note: "" };
    }
    if (event === "again") {
      const named = rules.sides.find((one) => data.sides[one] === chair) ?? game.side, turned = named !== game.side;
      game = rules.start(named, seed);
      keep();
      if (turned) {
        known.content = data.content[named];
        state = { ...state, ...view() };
        heard["change:content"].forEach((act) => act());
      }
      return view();
    }
    game = rules.step(game, { kind: event, text: event === "offer" ? text : "" });
    if (game.outcome !== "open") history = [rules.line(game), ...history].slice(0, 8);
    keep();
    return view(text || state.draft.text);
  };
  return {
    get: (name) => (name === "state" ? state : known[name]),
    on: (name, act) => heard[name]?.add(act), off: (name, act) => heard[name]?.delete(act), set() {}, save_changes() {},
    send(message) {
      let next = {};
      try { next = done(message); } catch (error) {
        if (!(error instanceof CannotBe)) throw error;
        next = { note: error.message };
      }
      change({ ...next, seq: message.seq });
    },
    kept: () => kept,
  };
};

/** Play in *element*.  Returns a promise of what ends the view. */
export const playNegotiation = async (element, data, storage, { side = "iraq", seed = 1, voting = false } = {}) => {
  const model = await localModel(data, storage, side, seed, voting);
  return render({ model, el: element });
};
