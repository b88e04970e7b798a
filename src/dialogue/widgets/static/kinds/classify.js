// Statements, and a label for each.

KINDS.classify = {
  grade(item, response) {
    if (!Array.isArray(response)) return outcome("unanswered");
    const chosen = item.statements.map((_, i) => (item.labels.includes(response[i]) ? response[i] : null));
    if (!chosen.some(Boolean)) return outcome("unanswered");
    let hits = 0;
    const comments = [];
    item.statements.forEach((statement, i) => {
      const right = chosen[i] === statement.label;
      if (right) hits += 1;
      if (chosen[i] !== null) {
        comments.push({ about: i, right, say: right ? [] : Object.hasOwn(statement.comments, chosen[i]) ? statement.comments[chosen[i]] : [] });
      }
    });
    const score = hits / item.statements.length;
    const missing = chosen.filter((label) => label === null).length;
    return outcome(score === 1 ? "right" : hits ? "partly" : "wrong", score, comments, missing);
  },

  control(item, strings, uid) {
    const menu = item.labels.map((label) => [label, label]);
    return menus(item.statements.map((s) => ({ text: s.text, menu })), strings, uid, {
      read: (value) => value,
      write: (label) => label ?? "",
      key: (i) => item.statements[i].label,
    });
  },
};
