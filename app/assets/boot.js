// Runs before anything is drawn. The chosen theme and language are put on <html>; the keys are those of stores/theme.rs and i18n.
(() => {
  try {
    const theme = localStorage.getItem("roadstead.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    const lang = localStorage.getItem("roadstead.lang");
    if (lang === "en" || lang === "ru") document.documentElement.lang = lang;
  } catch {
    // Storage is denied: the system's theme it is.
  }
})();

// The content policy lets text become markup or a script's address through this one policy alone (Trusted Types). Leptos makes the
// fixed parts of pages from text; they are of these few kinds, none of which can run, load or lead anywhere. Null is a refusal.
(() => {
  const markup = /^[^<]*(<\/?(span|div|p|b|br|code|svg|g|path|circle|rect|line)( (class|aria-hidden|d|c?[xyr]|width|height|viewBox)="[^"]*")*\/?>[^<]*)*$/;
  const script = /^\/(terminal\/entry|archive-worker-[0-9a-f]{16})\.js$/;
  globalThis.trustedTypes?.createPolicy("default", {
    createHTML: (text) => (markup.test(text) ? text : null),
    createScriptURL: (text) => {
      const { href, origin } = new URL(text, location.href);
      return origin === location.origin && script.test(href.slice(origin.length)) ? href : null;
    },
  });
})();
