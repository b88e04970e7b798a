// Every option that fits is to be ticked.

KINDS.multiple = {
  grade(item, response) {
    if (!Array.isArray(response)) return outcome("unanswered");
    const size = item.options.length;
    const ticked = [...new Set(response.filter((i) => isIndex(i, size)))].sort((a, b) => a - b);
    if (!ticked.length) return outcome("unanswered");
    const all = item.options.filter((o) => o.right).length;
    const hits = ticked.filter((i) => item.options[i].right).length;
    const comments = ticked.map((i) => ({ about: i, right: item.options[i].right, say: item.options[i].say }));
    if (hits === all && ticked.length === all) return outcome("right", 1, comments);
    const score = Math.max(0, (hits - (ticked.length - hits)) / all);
    return outcome(hits ? "partly" : "wrong", score, comments, all - hits);
  },

  control: (item, strings, uid) => choices(item, strings, uid, true),
  folded: options,
};
