// Left sides, and for each a right side to choose.

KINDS.match = {
  grade(item, response) {
    if (!Array.isArray(response)) return outcome("unanswered");
    const { pairs, rights } = item;
    const chosen = pairs.map((_, i) => (isIndex(response[i], rights.length) ? response[i] : null));
    if (chosen.every((choice) => choice === null)) return outcome("unanswered");
    let hits = 0;
    const comments = [];
    pairs.forEach((pair, i) => {
      if (chosen[i] === null) return;
      const right = chosen[i] === pair.right;
      if (right) hits += 1;
      const known = pair.wrong.find((w) => w.right === chosen[i]);
      const extra = item.extra.find((e) => e.right === chosen[i] && e.say.length);
      comments.push({ about: i, right, say: right ? [] : (known ?? extra ?? pair).say });
    });
    const score = hits / pairs.length;
    const missing = chosen.filter((choice) => choice === null).length;
    return outcome(score === 1 ? "right" : hits ? "partly" : "wrong", score, comments, missing);
  },

  control(item, strings, uid) {
    const menu = item.shown.map((right) => [String(right), item.rights[right]]);
    const control = menus(item.pairs.map((pair) => ({ text: pair.left, menu })), strings, uid, {
      read: Number,
      write: (right) => (isIndex(right, item.rights.length) ? String(right) : ""),
      key: (i) => item.rights[item.pairs[i].right],
    });
    control.instruction = say(strings, "match_each");
    return control;
  },

  folded: (item) => [["every_pair", item.pairs.map((p) => [[...growInline(p.left), ": ", make("bdi", {}, item.rights[p.right]), "."], p.say])]],
};
