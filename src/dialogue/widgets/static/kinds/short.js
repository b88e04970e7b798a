// A word or a few; spelling may be forgiven.

KINDS.short = {
  whole: true,

  grade(item, response) {
    const given = typeof response === "string" ? fold(response) : "";
    if (!given) return outcome("unanswered");
    const accept = item.accept.map(fold), wrong = item.wrong.map((slip) => fold(slip.text));
    if (accept.includes(given)) return outcome("right", 1);
    const slipped = (i) => outcome("wrong", 0, [{ about: null, right: false, say: item.wrong[i].say }]);
    if (wrong.includes(given)) return slipped(wrong.indexOf(given));
    if (item.forgiving) {
      const best = nearest(given, accept), slip = nearest(given, wrong);
      if (best && (!slip || best.distance < slip.distance)) {
        return outcome("right", 1, [{ about: null, right: true, say: [item.accept[best.i]] }]);
      }
      if (slip) return slipped(slip.i);
    }
    return outcome("wrong");
  },

  control(item, strings, uid) {
    return { ...field(item, strings, uid, { label: say(strings, "your_answer"), wide: true, mode: "text" }), instruction: say(strings, "short_how") };
  },

  spoken: (comment, strings) => (comment.right ? [say(strings, "usual_spelling", { text: comment.say.join("") })] : growInline(comment.say)),
  folded: (item) => slips(item.wrong),
};
