// For xterm.js under a content security policy that allows no inline styles: what it writes into <style> elements and
// style attributes goes through the CSS object model instead, which the policy lets scripts use.

let allowed = false;

/** From now on a <style> element that a script makes becomes a sheet of the document, and a span's style is set as CSS. */
export function allowItsStyles() {
  if (allowed) return;
  allowed = true;
  const create = document.createElement.bind(document);
  document.createElement = (tag, options) => (tag === "style" ? styleElement(create("span")) : create(tag, options));
  HTMLSpanElement.prototype.setAttribute = function (name, value) {
    if (name === "style") this.style.cssText = value;
    else Element.prototype.setAttribute.call(this, name, value);
  };
}

/** Makes `element` stand in for a <style> element until it is removed. */
function styleElement(element) {
  const sheet = new CSSStyleSheet();
  element.hidden = true;
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, "textContent", { set: (css) => sheet.replaceSync(css) });
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    Element.prototype.remove.call(element);
  };
  return element;
}
