// Pick a paragraph: its digest opens beside it, and the article itself is one click away.

KINDS.evidence = {
  whole: true,
  grade: (item, response) => KINDS.single.grade(item, response),

  control(item, strings, uid) {
    const control = choices(item, strings, uid, false);
    const article = item.article ? make("p", {}, link(item.article, say(strings, "read_article"))) : null;
    control.instruction = say(strings, "choose_evidence");
    control.node = [...control.rows.flatMap((r, i) => [r.row,
      make("details", { class: "dq-digest" },
        make("summary", {}, say(strings, "digest_of", { what: item.options[i].text.join("") })),
        make("p", { dir: "auto" }, item.options[i].digest))]), article].filter(Boolean);
    return control;
  },

  folded: (item, strings) => options(item, strings, (option) => option.text.join("")),
};
