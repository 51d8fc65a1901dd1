// The console's tokens as xterm.js wants them: sixteen colours and a few more, resolved for the theme in force.

const COLOURS = {
  background: "--surface",
  foreground: "--ink",
  cursor: "--accent",
  cursorAccent: "--surface",
  selectionBackground: "--log-selected",
  scrollbarSliderBackground: "--line",
  scrollbarSliderHoverBackground: "--line-strong",
  scrollbarSliderActiveBackground: "--line-strong",
};

const ANSI = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/** @param {HTMLElement} host */
export function themeOf(host) {
  const probe = document.createElement("span");
  probe.hidden = true;
  host.append(probe);
  const resolve = (token) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const theme = {};
  for (const [name, token] of Object.entries(COLOURS)) theme[name] = resolve(token);
  ANSI.forEach((name, i) => {
    theme[name] = resolve(`--ansi-${i}`);
    theme[`bright${name[0].toUpperCase()}${name.slice(1)}`] = resolve(`--ansi-${i + 8}`);
  });
  probe.remove();
  return theme;
}
