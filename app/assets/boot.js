// Puts the chosen theme and language on <html> before anything is drawn. The keys are those of stores/theme.rs and i18n.
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
