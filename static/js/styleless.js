// A document for xterm.js under a content security policy that allows no inline styles: what it writes into <style>
// elements and style attributes goes through the CSS object model, which the policy lets scripts use.

/** `document`, except that the elements it makes never need an inline style to be allowed. */
export function styleless() {
  return new Proxy(document, {
    get(real, name) {
      if (name === "createElement") return (tag) => (tag === "style" ? styleElement() : adapted(real.createElement(tag)));
      const value = real[name];
      return typeof value === "function" ? value.bind(real) : value;
    },
  });
}

function adapted(element) {
  const set = element.setAttribute.bind(element);
  element.setAttribute = (name, value) => (name === "style" ? void (element.style.cssText = value) : set(name, value));
  return element;
}

/** Stands in for a <style> element: its text becomes a sheet of the document until it is removed. */
function styleElement() {
  const sheet = new CSSStyleSheet();
  const element = document.createElement("span");
  element.hidden = true;
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, "textContent", { set: (css) => sheet.replaceSync(css) });
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    Element.prototype.remove.call(element);
  };
  return element;
}
