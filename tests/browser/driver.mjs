// Drives one real browser for the tests: a command a line on standard input, an answer a line on
// standard output. tests/support/browser.py speaks with it. A page is used as a person uses it: by the
// names of its controls.
import {readFileSync} from "node:fs";
import {createInterface} from "node:readline";
import puppeteer from "puppeteer-core";

let browser;
let page;
let requests = [];
let problems = [];
let counting;

const kChromium = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--disable-lcd-text", "--font-render-hinting=none", "--force-color-profile=srgb",
];

function watch(opened) {
  opened.on("request", (request) => requests.push({method: request.method(), url: request.url()}));
  opened.on("pageerror", (error) => problems.push(String(error?.message ?? error)));
  opened.on("console", (message) => {
    if (["error", "warn", "warning"].includes(message.type())) problems.push(message.text());
  });
}

function named(role, name) {
  return `::-p-aria([name="${name}"][role="${role}"])`;
}

// The control of that role and name, once it is there and can be seen.
async function control(role, name, timeout = 15000) {
  const found = await page.waitForSelector(named(role, name), {visible: true, timeout});
  await found.evaluate((element) => element.scrollIntoView({block: "center", behavior: "instant"}));
  return found;
}

const commands = {
  async launch({kind, profile, languages, dark, calm, width = 1280, height = 800, args = [], preferences = {}, timezone}) {
    // A browser that does not answer is an error of its own, before the test's patience ends.
    const common = {protocolTimeout: 60000, headless: true, userDataDir: profile, defaultViewport: null, env: {...process.env, TZ: timezone ?? "Europe/Berlin"}};
    if (kind === "firefox") {
      const extraPrefsFirefox = {
        "intl.accept_languages": languages ?? "en-US,en",
        "ui.systemUsesDarkTheme": dark ? 1 : 0,
        "ui.prefersReducedMotion": calm ? 1 : 0,
        "browser.download.folderList": 2,
        "browser.download.dir": process.env.DOWNLOADS,
        "browser.helperApps.neverAsk.saveToDisk": "application/x-tar,application/octet-stream",
        "browser.download.always_ask_before_handling_new_types": false,
        ...preferences,
      };
      browser = await puppeteer.launch({...common, browser: "firefox", executablePath: "/usr/bin/firefox-esr", extraPrefsFirefox, args});
    } else {
      browser = await puppeteer.launch({
        ...common, browser: "chrome", executablePath: "/usr/bin/chromium", acceptInsecureCerts: false,
        args: [...kChromium, `--accept-lang=${languages ?? "en-US,en"}`, `--window-size=${width},${height}`, ...args],
      });
    }
    page = (await browser.pages())[0] ?? (await browser.newPage());
    watch(page);
    await commands.size({width, height});
    if (kind !== "firefox") {
      const session = await browser.target().createCDPSession();
      await session.send("Browser.setDownloadBehavior", {behavior: "allow", downloadPath: process.env.DOWNLOADS});
      const own = await page.createCDPSession(); // a private window is a context of its own
      await own.send("Page.setDownloadBehavior", {behavior: "allow", downloadPath: process.env.DOWNLOADS});
      await commands.media({dark, calm});
    }
    return {version: await browser.version(), pid: browser.process().pid};
  },
  async size({width, height}) {
    await page.setViewport({width, height});
  },
  async media({dark, calm}) {
    await page.emulateMediaFeatures([
      {name: "prefers-color-scheme", value: dark ? "dark" : "light"},
      {name: "prefers-reduced-motion", value: calm ? "reduce" : "no-preference"},
    ]);
  },
  async close() {
    await browser.close();
  },
  async goto({url}) {
    // From another document, as from a chat: changing the fragment alone would not load anything.
    if (page.url() !== "about:blank") await page.goto("about:blank");
    // Behind a redirect that ends in a service worker, goto may wait for an answer that is never told, without any limit.
    const loaded = new Promise((resolve) => page.once("load", resolve));
    await Promise.race([page.goto(url, {waitUntil: "load", timeout: 30000}), loaded]);
  },
  async reload() {
    await page.reload({waitUntil: "load"});
  },
  // A page that comes back as it was left has no load event to wait for.
  async back() {
    const before = page.url();
    await page.evaluate(() => void setTimeout(() => history.back(), 0));
    for (let i = 0; i < 100 && page.url() === before; ++i) await new Promise((resolve) => setTimeout(resolve, 50));
  },
  async tab() {
    page = await browser.newPage();
    watch(page);
    return (await browser.pages()).length;
  },
  async to_tab({index}) {
    page = (await browser.pages())[index];
    await page.bringToFront();
  },
  async close_tab({index}) {
    const pages = await browser.pages();
    await pages[index].close();
    page = (await browser.pages())[0];
    await page.bringToFront();
  },
  async view({name, timeout = 20000}) {
    const names = Array.isArray(name) ? name : [name];
    const selector = names.map((one) => `main[data-view="${one}"]`).join(",");
    try {
      await page.waitForSelector(selector, {timeout});
    } catch {
      const shown = await page.evaluate(() => `${document.querySelector("main")?.dataset.view}: ${document.body.innerText}`);
      throw new Error(`waited for the view ${names.join(" or ")}; shown is ${shown.slice(0, 600)}; ${problems.join("; ")}`);
    }
    return page.evaluate(() => document.querySelector("main").dataset.view);
  },
  async click({name, role = "button", timeout}) {
    await (await control(role, name, timeout)).click();
  },
  async hold({name, milliseconds = 1300}) {
    const box = await (await control("button", name)).boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await page.mouse.up();
  },
  async hold_key({key, milliseconds = 1300}) {
    await page.keyboard.down(key);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await page.keyboard.up(key);
  },
  async press({key, times = 1}) {
    for (let i = 0; i < times; ++i) await page.keyboard.press(key);
  },
  async paste({name, text}) {
    await (await control("textbox", name)).click({count: 3});
    await page.keyboard.sendCharacter(text);
  },
  async keys({text}) {
    await page.keyboard.type(text);
  },
  async type({name, text}) {
    const field = await control("textbox", name);
    await field.click({count: 3});
    await page.keyboard.type(text);
  },
  async choose({label, value}) {
    const menu = await control("combobox", label);
    await page.waitForFunction((one, wanted) => [...one.options].some((option) => option.value === wanted), {timeout: 15000}, menu, value);
    await menu.select(value);
  },
  // What a screen reader is given, in its order: role, name, and what goes with it. Chromium alone.
  async heard() {
    const said = [];
    const walk = (node) => {
      if (node.role !== "RootWebArea") said.push([node.role, node.name ?? "", node.description ?? "", node.focused === true]);
      for (const child of node.children ?? []) walk(child);
    };
    walk(await page.accessibility.snapshot());
    const live = await page.evaluate(() => [...document.querySelectorAll("[role=status], [role=alert], [aria-live]")].map((one) => one.innerText.trim()));
    return {said, live};
  },
  async focused() {
    return page.evaluate(() => ({
      name: document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim() ?? "",
      tag: document.activeElement?.tagName ?? "",
    }));
  },
  async text({selector = "body"}) {
    return commands.evaluate({code: `document.querySelector(${JSON.stringify(selector)})?.innerText ?? ""`});
  },
  async texts({selector}) {
    return page.evaluate((where) => [...document.querySelectorAll(where)].map((element) => element.innerText), selector);
  },
  async controls() {
    return page.evaluate(() => [...document.querySelectorAll("button, input, select, summary, a[href]")].map((element) => element.textContent.trim()));
  },
  async evaluate({code}) {
    for (let round = 0; ; ++round) {
      try {
        return await page.evaluate(code);
      } catch (error) {
        // The page loads itself again meanwhile.
        if (round === 20 || !/context was destroyed|DiscardedBrowsingContext|no such frame|detached/i.test(String(error))) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  },
  async address() {
    return {url: page.url(), state: await page.evaluate(() => JSON.stringify(history.state)), length: await page.evaluate(() => history.length)};
  },
  async screenshot({path, whole = true}) {
    // Of a page no higher than its window, written from right to left, Chromium's whole picture is shifted.
    const higher = await page.evaluate(() => document.documentElement.scrollHeight > window.innerHeight);
    await page.screenshot({path, fullPage: whole && higher});
    return page.evaluate(() => ({scroll: document.documentElement.scrollWidth, inner: window.innerWidth}));
  },
  async axe() {
    await page.evaluate(readFileSync(process.env.AXE, "utf8"));
    const found = await page.evaluate(async () => {
      const result = await window.axe.run(document, {resultTypes: ["violations"]});
      return result.violations.map(({id, impact, help, nodes}) => ({id, impact, help, nodes: nodes.map((node) => node.html.slice(0, 200))}));
    });
    return found;
  },
  async requests() {
    const seen = requests;
    requests = [];
    return seen;
  },
  async problems() {
    const seen = problems;
    problems = [];
    return seen;
  },
  async permit({origin, permissions}) {
    await browser.defaultBrowserContext().overridePermissions(origin, permissions);
  },
  async offline({value}) {
    await page.setOfflineMode(value);
  },
  // Milliseconds of processor time that the main thread of this page used since it was asked to count.
  async main_thread() {
    counting ??= await page.createCDPSession();
    await counting.send("Performance.enable", {timeDomain: "threadTicks"});
    const {metrics} = await counting.send("Performance.getMetrics");
    return 1000 * metrics.find(({name}) => name === "TaskDuration").value;
  },
  async throttle({latency, down, cpu}) {
    await page.emulateCPUThrottling(cpu ?? 1);
    await page.emulateNetworkConditions(latency === undefined ? null : {latency, download: down, upload: down});
  },
};

for await (const line of createInterface({input: process.stdin})) {
  const {do: name, ...given} = JSON.parse(line);
  let answer;
  try {
    answer = {ok: (await commands[name](given)) ?? null};
  } catch (error) {
    answer = {error: String(error?.stack ?? error).slice(0, 2000)};
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser?.close().catch(() => undefined);
process.exit(0);
