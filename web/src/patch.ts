import { listens } from "./dom";

/**
 * Makes a place look like new contents, and keeps of the old ones what is the same: so most of a table costs nothing, and what the reader
 * did to it stays: what is folded open, how far it is scrolled, where the focus is.
 */
export function patch(place: Element, news: Node[]): void {
  const old = [...place.childNodes];
  news.forEach((node, at) => {
    const known = old[at];
    if (!known) place.append(node);
    else if (known !== node && !reuse(known, node)) known.replaceWith(node);
  });
  for (const rest of old.slice(news.length)) rest.remove();
}

/** Changes a node into another, where they differ in nothing but words. */
function reuse(known: Node, news: Node): boolean {
  if (known.nodeType !== news.nodeType || known.nodeName !== news.nodeName) return false;
  if (known instanceof Text) {
    if (known.data !== (news as Text).data) known.data = (news as Text).data;
    return true;
  }
  if (!(known instanceof Element && news instanceof Element)) return false;
  // What it does when it is pressed may be another thing now.
  const acts = known.tagName === "BUTTON" || listens(known) || listens(news);
  if (acts || !sameAttributes(known, news)) return false;
  patch(known, [...news.childNodes]);
  return true;
}

/** What is folded open is the reader's. */
const OWN = "open";

function sameAttributes(known: Element, news: Element): boolean {
  const own = (element: Element) => [...element.attributes].filter(({ name }) => name !== OWN);
  const [left, right] = [own(known), own(news)];
  return left.length === right.length && right.every(({ name, value }) => known.getAttribute(name) === value);
}
