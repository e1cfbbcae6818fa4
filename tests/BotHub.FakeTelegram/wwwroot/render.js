// From messages to elements. Text never becomes markup: everything is made of text nodes.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

const wrappers = {
  bold: () => make("b"), italic: () => make("i"), underline: () => make("u"), strikethrough: () => make("s"), spoiler: () => make("span", { class: "spoiler" }),
  code: () => make("code"), pre: (e) => make("pre", { "data-language": e.language }), blockquote: () => make("blockquote"), expandable_blockquote: () => make("blockquote"),
  text_link: (e) => link(e.url), url: (e, text) => link(text), email: (e, text) => link(`mailto:${text}`), text_mention: (e) => make("a", { title: `user ${e.user?.id}` }),
};

function link(url) {
  return /^(https?|mailto|tg):/i.test(url ?? "") ? make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }) : make("span");
}

/** Text with its entities; they are ordered and nest. */
export function formatted(text, entities) {
  const root = make("div", { class: "text" });
  let next = 0;
  const fill = (parent, from, to) => {
    let at = from;
    while (next < entities.length && entities[next].offset < to) {
      const entity = entities[next++];
      const start = Math.max(entity.offset, at);
      if (start > at) parent.append(text.slice(at, start));
      const end = Math.min(entity.offset + entity.length, to);
      const part = text.slice(entity.offset, end);
      const element = wrappers[entity.type]?.(entity, part) ?? make("a", { title: entity.type });
      fill(element, start, end);
      parent.append(element);
      at = end;
    }
    if (at < to) parent.append(text.slice(at, to));
  };
  fill(root, 0, text.length);
  return root;
}

/** The marks inside a line of Markdown: code, bold, italic, strikethrough, links. */
function inline(text) {
  const span = document.createDocumentFragment();
  const marks = /(`[^`]+`)|(\*\*[^*]+\*\*)|(~~[^~]+~~)|(\*[^*\s][^*]*\*|_[^_\s][^_]*_)|\[([^\]]+)\]\(([^)\s]+)\)/g;
  let at = 0;
  for (const match of text.matchAll(marks)) {
    span.append(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[1]) span.append(make("code", {}, match[1].slice(1, -1)));
    else if (match[2]) span.append(make("b", {}, inline(match[2].slice(2, -2))));
    else if (match[3]) span.append(make("s", {}, match[3].slice(2, -2)));
    else if (match[4]) span.append(make("i", {}, inline(match[4].slice(1, -1))));
    else { const target = link(match[6]); target.append(match[5]); span.append(target); }
  }
  span.append(text.slice(at));
  return span;
}

/** A text of a block: a string, a list, or an object with more of it. */
function words(text) {
  const parts = document.createDocumentFragment();
  if (typeof text === "string") parts.append(inline(text));
  else if (Array.isArray(text)) parts.append(...text.map(words));
  else if (text) parts.append(words(text.text ?? ""));
  return parts;
}

function block(b) {
  const inner = () => (b.blocks ?? []).map(block);
  switch (b.type) {
    case "heading": return make(`h${Math.min(5, 2 + (b.size ?? 1))}`, {}, words(b.text));
    case "pre": return make("pre", { "data-language": b.language }, typeof b.text === "string" ? b.text : words(b.text));
    case "mathematical_expression": return make("pre", {}, b.expression ?? "");
    case "divider": return make("hr");
    case "blockquote": case "expandable_blockquote": case "pullquote": return make("blockquote", {}, ...inner(), words(b.text));
    case "details": return make("details", {}, make("summary", {}, words(b.summary)), ...inner());
    case "list": return make("ul", {}, ...(b.items ?? []).map((item) => make("li", {}, make("span", {}, item.label ?? "•"), make("div", {}, ...(item.blocks ?? []).map(block)))));
    case "table": return make("div", { class: "wide" }, make("table", {}, ...(b.cells ?? []).map((row) => make("tr", {}, ...row.map((cell) => make(cell.is_header ? "th" : "td", {}, words(cell.text)))))));
    default: return make("p", { class: "text" }, words(b.text ?? `[${b.type}]`));
  }
}

export function content(message) {
  if (message.rich) return make("div", { class: "rich" }, ...message.rich.blocks.map(block));
  return formatted(message.text, message.entities);
}
