import { expect, test } from "../support/world.ts";

// The tests here try what the policy refuses, and the browser says so.
test.use({ refused: /Content Security Policy|Trusted(HTML|Script|ScriptURL)/ });

test.beforeEach(async ({ page }) => {
  await page.goto("/jobs");
  await expect(page.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
});

test("text that could run, load or lead anywhere becomes no markup, whichever way it is put into the page", { tag: ["@both-hosts", "@one-width"] }, async ({ page }) => {
  const became = await page.evaluate(() => {
    const ways: Record<string, (text: string) => unknown> = {
      innerHTML: (text) => (document.createElement("div").innerHTML = text),
      "innerHTML of the body": (text) => (document.body.innerHTML = text),
      "innerHTML of a template": (text) => (document.createElement("template").innerHTML = text),
      outerHTML: (text) => {
        const inner = document.createElement("div").appendChild(document.createElement("p"));
        inner.outerHTML = text;
      },
      insertAdjacentHTML: (text) => document.body.insertAdjacentHTML("beforeend", text),
      "document.write": (text) => document.write(text),
      srcdoc: (text) => (document.createElement("iframe").srcdoc = text),
      DOMParser: (text) => new DOMParser().parseFromString(text, "text/html"),
      createContextualFragment: (text) => document.createRange().createContextualFragment(text),
    };
    const texts = [
      "<img src=x onerror=alert(1)>",
      "<script>alert(1)</script>",
      '<script src="/app.js"></script>',
      '<iframe src="/"></iframe>',
      '<object data="/x"></object>',
      '<embed src="/x">',
      '<base href="https://example.com/">',
      '<meta http-equiv="refresh" content="0;url=https://example.com/">',
      '<link rel="stylesheet" href="https://example.com/x.css">',
      '<a href="javascript:alert(1)">x</a>',
      '<a href="https://example.com/">x</a>',
      '<form action="https://example.com/"><button>x</button></form>',
      '<style>p{}</style>',
      '<p onclick="alert(1)">x</p>',
      '<p class="a" onclick="alert(1)">x</p>',
      '<p class="a"onclick="alert(1)">x</p>',
      '<p class="a"/onclick="alert(1)">x</p>',
      "<p class='a'>x</p>",
      "<p/onclick=alert(1)>x</p>",
      "<P ONCLICK=alert(1)>x</P>",
      '<svg onload="alert(1)"></svg>',
      '<svg><animate attributeName="href" to="javascript:alert(1)"/></svg>',
      '<svg><use href="https://example.com/x.svg#x"/></svg>',
      '<svg><foreignObject><img src="x"></foreignObject></svg>',
      "<svg><script>alert(1)</script></svg>",
      "<math><mtext><img src=x></mtext></math>",
      "<template><img src=x></template>",
      "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
      "<!-- --><p>x</p>",
      '<p style="position:fixed">x</p>',
      "well <span>and</span> good <img src=x>",
      "<span",
      "<span>x</span><",
    ];
    const became: string[] = [];
    for (const [name, put] of Object.entries(ways)) {
      for (const text of texts) {
        try {
          put(text);
          became.push(`${name}: ${text}`);
        } catch (error) {
          if (!(error instanceof TypeError)) became.push(`${name}: ${text}: ${error}`);
        }
      }
    }
    return became;
  });
  expect(became).toEqual([]);
  await expect(page.getByRole("heading", { name: "Jobs", level: 1 }), "the page is what it was").toBeVisible();
});

test("a worker or script of any address but the console's own is refused, and text is never run", { tag: ["@both-hosts", "@one-width"] }, async ({ page }) => {
  const refused = await page.evaluate(() => {
    const own = document.querySelector<HTMLMetaElement>("meta[name=archive-worker]")!.content;
    const tell = (act: () => unknown) => {
      try {
        act();
        return "done";
      } catch (error) {
        return (error as Error).name;
      }
    };
    const blob = URL.createObjectURL(new Blob(["postMessage(1)"], { type: "text/javascript" }));
    const addresses = ["https://example.com/x.js", "//example.com" + own, "data:text/javascript,1", "javascript:1", blob, "/api/v1/jobs", `${own}?x`, `${own}#x`, `/x${own}`, `/v2/..${own}.map`];
    return {
      workers: addresses.map((address) => `${tell(() => new Worker(address))} ${address.slice(0, 12)}`),
      shared: tell(() => new SharedWorker(own.replace("archive-worker", "x"))),
      scripts: [...addresses, "/terminal/", "/terminal/entry.js?x", "/app.js"].map((address) => `${tell(() => (document.createElement("script").src = address))} ${address.slice(0, 12)}`),
      script: tell(() => (document.createElement("script").src = "/x.js")),
      text: tell(() => (document.createElement("script").text = "alert(1)")),
      timer: tell(() => setTimeout("alert(1)", 0)),
      another: tell(() => (globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): void } }).trustedTypes.createPolicy("mine", {})),
      second: tell(() => (globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): void } }).trustedTypes.createPolicy("default", {})),
      terminal: tell(() => (document.createElement("script").src = "/terminal/entry.js")),
      own: tell(() => new Worker(own, { type: "module" }).terminate()),
    };
  });
  expect(refused).toMatchObject({ script: "TypeError", text: "TypeError", shared: "TypeError", another: "TypeError", second: "TypeError", terminal: "done", own: "done" });
  expect(refused.timer).not.toBe("done");
  expect([...refused.workers, ...refused.scripts].filter((told) => !told.startsWith("TypeError"))).toEqual([]);
});

test("all the markup that the console's modules hold is let through", { tag: "@one-width" }, async ({ page }) => {
  // Pages that no test opens must work as well: whatever looks like a tag in any module is tried.
  const { tags, stuck } = await page.evaluate(async () => {
    const main = document.querySelector<HTMLLinkElement>("link[rel=preload][as=fetch]")!.href;
    const modules = [main];
    const loader = document.querySelector<HTMLLinkElement>("link[rel=modulepreload][href$='link.js']")?.href;
    if (loader) {
      const text = await (await fetch(loader)).text();
      for (const [, name] of text.matchAll(/new URL\("(\.\/[^"]+\.wasm)"/g)) modules.push(new URL(name!, loader).href);
    }
    const [tags, stuck]: [string[], string[]] = [[], []];
    for (const module of modules) {
      const bytes = new TextDecoder("latin1").decode(await (await fetch(module)).arrayBuffer());
      // An element's name, and what a macro writes for its attributes; other text between angle brackets is Rust's.
      for (const [tag, name, attributes] of bytes.matchAll(/<([a-z][a-z0-9-]+)( [a-zA-Z-]+="[^"<>]*")*\/?>/g)) {
        if (!attributes && document.createElement(name!) instanceof HTMLUnknownElement) continue;
        tags.push(tag);
        try {
          document.createElement("template").innerHTML = tag;
        } catch {
          stuck.push(tag);
        }
      }
    }
    return { tags, stuck };
  });
  expect(tags.length).toBeGreaterThan(5);
  expect(stuck, "kinds of markup that app/assets/boot.js should know").toEqual([]);
});
