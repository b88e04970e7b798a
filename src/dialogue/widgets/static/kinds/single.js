// One option of several is right.

KINDS.single = {
  whole: true,

  grade(item, response) {
    if (!isIndex(response, item.options.length)) return outcome("unanswered");
    const { say, right } = item.options[response];
    return outcome(right ? "right" : "wrong", right ? 1 : 0, [{ about: response, right, say }]);
  },

  reasons: (item) => item.options.map((option, about) => ({ about, right: null, say: option.say })),
  control: (item, strings, uid) => choices(item, strings, uid, false),
  folded: options,
};
