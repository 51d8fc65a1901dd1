// xterm.js writes its own style elements and style attributes, which `style-src 'self'` forbids. It asks a document of our
// choice for its elements; this one hands out elements that put the same rules into constructed style sheets and into the CSS
// object model, which the policy allows.

/** @param {Document} real */
export function documentWithoutInlineStyle(real) {
  const sheets = new Set();
  const drop = (sheet) => {
    sheets.delete(sheet);
    real.adoptedStyleSheets = real.adoptedStyleSheets.filter((other) => other !== sheet);
  };

  const styleElement = () => {
    const sheet = new CSSStyleSheet();
    sheets.add(sheet);
    real.adoptedStyleSheets = [...real.adoptedStyleSheets, sheet];
    const element = real.createElement("span");
    element.hidden = true;
    Object.defineProperty(element, "textContent", {
      get: () => [...sheet.cssRules].map((rule) => rule.cssText).join("\n"),
      set: (text) => sheet.replaceSync(text),
    });
    element.remove = () => {
      Element.prototype.remove.call(element);
      drop(sheet);
    };
    return element;
  };

  const createElement = (name, options) => {
    if (name.toLowerCase() === "style") return styleElement();
    const element = real.createElement(name, options);
    element.setAttribute = setAttribute;
    return element;
  };

  const document = new Proxy(real, {
    get(target, key) {
      if (key === "createElement") return createElement;
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
  return { document, dispose: () => sheets.forEach(drop) };
}

function setAttribute(name, value) {
  if (name === "style") this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}
