// xterm.js as the console uses it: fitted to its host, coloured by the console's theme, quiet under a strict content policy.
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import sheetUrl from "@xterm/xterm/css/xterm.css";
import { strictDocument, withStrictWindow } from "./strict-document.js";
import { themeOf } from "./theme.js";

/**
 * Opens a terminal in `host`. `told.input(text)` gets what is typed and pasted, `told.size(columns, rows)` each new size,
 * `told.shown(bytes)` the length of each piece of output once it is taken in.
 */
export async function open(host, label, screenReaderMode, told) {
  await styled();
  const terminal = new Terminal({
    allowProposedApi: true,
    cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    documentOverride: strictDocument,
    fontFamily: getComputedStyle(host).fontFamily,
    fontSize: Number.parseFloat(getComputedStyle(host).fontSize),
    lineHeight: 1.2,
    // Colours that a program chose must stay readable on the theme's ground.
    minimumContrastRatio: 4.5,
    screenReaderMode,
    scrollback: 10_000,
    theme: themeOf(host),
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  withStrictWindow(() => terminal.open(host));
  terminal.textarea?.setAttribute("aria-label", label);
  terminal.onData((text) => told.input(text));
  terminal.onBinary((text) => told.input(text));
  terminal.onResize(({ cols, rows }) => told.size(cols, rows));
  terminal.attachCustomKeyEventHandler((event) => keyGoesToShell(terminal, event));

  let isFixed = false;
  let isOpen = true;
  const refit = () => !isFixed && host.clientWidth > 0 && fit.fit();
  const resized = new ResizeObserver(refit);
  resized.observe(host);
  const recolour = () => (terminal.options.theme = themeOf(host));
  const themed = new MutationObserver(recolour);
  themed.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", recolour);
  refit();

  return {
    write: (bytes) => terminal.write(bytes, () => isOpen && told.shown(bytes.length)),
    focus: () => terminal.focus(),
    clear: () => terminal.reset(),
    columns: () => terminal.cols,
    rows: () => terminal.rows,
    selection: () => terminal.getSelection(),
    paste: (text) => terminal.paste(text),
    reader: (on) => (terminal.options.screenReaderMode = on),
    onlyShow: () => {
      isFixed = true;
      Object.assign(terminal.options, { disableStdin: true, cursorBlink: false, linkHandler: { activate: () => {} } });
      // Keys are for what the screen is in.
      terminal.attachCustomKeyEventHandler(() => false);
      if (terminal.textarea) terminal.textarea.tabIndex = -1;
    },
    fix: ([columns, rows]) => terminal.write("", () => terminal.resize(columns, rows)),
    dispose: () => {
      isOpen = false;
      resized.disconnect();
      themed.disconnect();
      system.removeEventListener("change", recolour);
      terminal.dispose();
    },
  };
}

/** Ctrl+C copies while something is selected, and interrupts otherwise; Ctrl+Shift+C and +V copy and paste. */
function keyGoesToShell(terminal, event) {
  if (event.type !== "keydown") return true;
  const command = event.ctrlKey || event.metaKey;
  const copies = command && event.code === "KeyC" && (event.shiftKey || event.metaKey || terminal.hasSelection());
  if (copies && terminal.hasSelection()) {
    event.preventDefault();
    navigator.clipboard?.writeText(terminal.getSelection());
    terminal.clearSelection();
    return false;
  }
  // The browser pastes into the terminal's own text field.
  if (command && event.code === "KeyV" && (event.shiftKey || event.metaKey)) return false;
  return !copies;
}

/** Loads the style sheet once. */
function styled() {
  const known = document.querySelector(`link[href="${sheetUrl}"]`);
  if (known) return Promise.resolve();
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: sheetUrl });
  document.head.append(link);
  return new Promise((resolve, reject) => {
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      reject(new Error("the terminal's style sheet could not be loaded"));
    };
  });
}
