// Question text arrives as a tree made by page/text.py and is built node by node.

const TEXT_TAGS = new Set(["p", "ul", "ol", "li", "em", "strong", "code", "br"]);

/** Build a text tree.  Unknown tags become plain spans, so nothing can be smuggled in. */
function grow(nodes) {
  return (nodes ?? []).map((node) => {
    if (typeof node === "string") return document.createTextNode(node);
    const [tag, ...children] = node;
    const known = TEXT_TAGS.has(tag);
    const block = known && ["p", "ul", "ol", "li"].includes(tag);
    return make(known ? tag : "span", block ? { dir: "auto" } : {}, ...grow(children));
  });
}

/** Legends and labels may hold no blocks: the same words with blocks as spans. */
function growInline(nodes) {
  return (nodes ?? []).map((node) => {
    if (typeof node === "string") return document.createTextNode(node);
    const [tag, ...children] = node;
    const inline = ["em", "strong", "code", "br"].includes(tag);
    const attributes = inline ? {} : { class: `dq-as-${TEXT_TAGS.has(tag) ? tag : "p"}`, dir: "auto" };
    return make(inline ? tag : "span", attributes, ...growInline(children));
  });
}
