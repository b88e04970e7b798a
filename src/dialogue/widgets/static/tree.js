// Question text arrives as a tree made by page/text.py and is built node by node.

const TEXT_BLOCKS = { p: "auto", ul: "auto", ol: "auto", li: "auto", table: "auto", pre: "ltr" };
const TEXT_ROLES = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", th: "columnheader", td: "cell" };
const TEXT_TAGS = new Set([...Object.keys(TEXT_BLOCKS), ...Object.keys(TEXT_ROLES), "em", "strong", "code", "br"]);

const MATH = "http://www.w3.org/1998/Math/MathML";
const MATH_TAGS = new Set(["math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mstyle", "msqrt", "mtable", "mtr", "mtd", "mpadded",
  "mphantom", "mmultiscripts", "mprescripts", "none", "mfrac", "msup", "msub", "munder", "mover", "mroot", "msubsup", "munderover"]);
const MATH_RULES = new Set(["display", "displaystyle", "scriptlevel", "mathvariant", "stretchy", "fence", "form", "accent", "accentunder",
  "movablelimits", "largeop", "symmetric", "separator", "linethickness", "width", "height", "depth", "lspace", "rspace", "minsize", "maxsize",
  "columnalign", "rowspacing", "columnspacing", "voffset"]);

/** Build a formula, which the browser draws: [tag, attributes, child, …] of MathML. */
function growMath(node) {
  if (typeof node === "string") return document.createTextNode(node);
  const [tag, attributes, ...children] = node;
  const allowed = Object.entries(attributes).filter(([name]) => MATH_RULES.has(name));
  return grown(document.createElementNS(MATH, MATH_TAGS.has(tag) ? tag : "mrow"), Object.fromEntries(allowed), children.map(growMath));
}

const PICTURE = /^data:image\/(png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/]+=*$/;

/** A picture stands in the text itself, and runs nothing; anything else is its description. */
const growPicture = ([, { src, alt }]) => (PICTURE.test(src) ? make("img", { src, alt, class: "dialogue-picture" }) : make("span", {}, `[${alt}]`));

/** Build a text tree.  Unknown tags become plain spans, so nothing can be smuggled in. */
function grow(nodes) {
  return (nodes ?? []).map((node) => {
    if (typeof node === "string") return document.createTextNode(node);
    if (node[0] === "math") return growMath(node[2]);
    if (node[0] === "img") return growPicture(node);
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
    if (node[0] === "math") return growMath(node[2]);
    if (node[0] === "img") return growPicture(node);
    const [tag, ...children] = node;
    const inline = ["em", "strong", "code", "br"].includes(tag);
    const known = TEXT_TAGS.has(tag);
    const attributes = inline ? {} : { class: `dq-as-${known ? tag : "p"}`, dir: tag === "pre" ? "ltr" : "auto" };
    if (known && Object.hasOwn(TEXT_ROLES, tag)) attributes.role = TEXT_ROLES[tag];
    return make(inline ? tag : "span", attributes, ...growInline(children));
  });
}
