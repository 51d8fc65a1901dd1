import { feed } from "/bench/feed.mjs";

// What the first version of most log views does: an element a line, at the end in view.
const view = document.getElementById("view");
const decoder = new TextDecoder();
feed(async (bytes) => {
  const rows = document.createDocumentFragment();
  for (const line of decoder.decode(bytes).split("\n").slice(0, -1)) {
    const row = document.createElement("div");
    row.textContent = line;
    rows.append(row);
  }
  view.append(rows);
  view.scrollTop = view.scrollHeight;
  await new Promise(requestAnimationFrame);
});
