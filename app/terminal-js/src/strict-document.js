// xterm.js writes its own style elements and style attributes, which `style-src 'self'` forbids. This stands in for the page's
// document wherever xterm.js says `document` (build.mjs puts it there) or takes one of our choice: its elements put the same
// rules into constructed style sheets and into the CSS object model, which the policy allows.

const real = globalThis.document;
const make = (name, options) => Document.prototype.createElement.call(real, name, options);

function styleElement() {
  const sheet = new CSSStyleSheet();
  real.adoptedStyleSheets = [...real.adoptedStyleSheets, sheet];
  const element = make("span");
  element.hidden = true;
  Object.defineProperty(element, "textContent", {
    get: () => [...sheet.cssRules].map((rule) => rule.cssText).join("\n"),
    set: (text) => sheet.replaceSync(text),
  });
  element.remove = () => {
    Element.prototype.remove.call(element);
    real.adoptedStyleSheets = real.adoptedStyleSheets.filter((other) => other !== sheet);
  };
  return element;
}

function createElement(name, options) {
  if (name.toLowerCase() === "style") return styleElement();
  const element = make(name, options);
  element.setAttribute = setAttribute;
  return element;
}

function setAttribute(name, value) {
  if (name === "style") this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}

export const strictDocument = new Proxy(real, {
  get(target, key) {
    if (key === "createElement") return createElement;
    const value = Reflect.get(target, key, target);
    return typeof value === "function" ? value.bind(target) : value;
  },
  set: (target, key, value) => Reflect.set(target, key, value, target),
});

/** Runs what asks `window.document` for its style elements, as xterm.js 6.0's viewport does when it is opened. */
export function withStrictWindow(act) {
  real.createElement = createElement;
  try {
    act();
  } finally {
    delete real.createElement;
  }
}
