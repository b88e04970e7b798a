// Question text arrives as a tree made by page/text.py and is built node by node.

const TEXT_BLOCKS = { p: "auto", ul: "auto", ol: "auto", li: "auto", table: "auto", pre: "ltr" };
const TEXT_ROLES = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", th: "columnheader", td: "cell" };
const TEXT_TAGS = new Set([...Object.keys(TEXT_BLOCKS), ...Object.keys(TEXT_ROLES), "em", "strong", "code", "br"]);

/** Build a text tree.  Unknown tags become plain spans, so nothing can be smuggled in. */
function grow(nodes) {
  return (nodes ?? []).map((node) => {
    if (typeof node === "string") return document.createTextNode(node);
    const [tag, ...children] = node;
    const known = TEXT_TAGS.has(tag);
    const attributes = known && Object.hasOwn(TEXT_BLOCKS, tag) ? { dir: TEXT_BLOCKS[tag] } : {};
    if (tag === "th") attributes.scope = "col";
    return make(known ? tag : "span", attributes, ...grow(children));
  });
}

/** Legends and labels may hold no blocks: the same words with blocks as spans. */
function growInline(nodes) {
  return (nodes ?? []).map((node) => {
    if (typeof node === "string") return document.createTextNode(node);
    const [tag, ...children] = node;
    const inline = ["em", "strong", "code", "br"].includes(tag);
    const known = TEXT_TAGS.has(tag);
    const attributes = inline ? {} : { class: `dq-as-${known ? tag : "p"}`, dir: tag === "pre" ? "ltr" : "auto" };
    if (known && Object.hasOwn(TEXT_ROLES, tag)) attributes.role = TEXT_ROLES[tag];
    return make(inline ? tag : "span", attributes, ...growInline(children));
  });
}
