// Whether what is kept here lasts, as far as a page can know.

export interface Outlook {
  lasts: boolean; // the browser promised
  inApp: boolean; // another program's browser, which keeps little
}

const kInApp = /FBAN|FBAV|Instagram|Line\/|MicroMessenger|Snapchat|; wv\)|GSA\//;

// askToKeep asks the browser to keep what is stored. It is never waited for: Firefox leaves the question
// open until the person answers.
export function askToKeep(): void {
  void navigator.storage?.persist?.().catch(() => false);
}

export async function outlook(): Promise<Outlook> {
  const lasts = await (navigator.storage?.persisted?.() ?? Promise.resolve(false)).catch(() => false);
  return {lasts, inApp: kInApp.test(navigator.userAgent)};
}

// ownLabel is what this wallet calls itself to the sender: "Firefox on Linux".
export function ownLabel(agent = navigator.userAgent): string {
  const browsers: [RegExp, string][] = [
    [/Firefox\//, "Firefox"], [/Edg\//, "Edge"], [/OPR\//, "Opera"], [/Chrome\/|CriOS\//, "Chrome"], [/Safari\//, "Safari"],
  ];
  const systems: [RegExp, string][] = [
    [/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Windows/, "Windows"], [/Mac OS X/, "macOS"], [/CrOS/, "ChromeOS"], [/Linux/, "Linux"],
  ];
  const [browser, system] = [browsers, systems].map((rows) => rows.find(([pattern]) => pattern.test(agent))?.[1]);
  return [browser ?? "a browser", system].filter((part) => part !== undefined).join(" on ");
}

// ownSystem guesses which command to show first.
export function ownSystem(agent = navigator.userAgent): "linux" | "macos" | "windows" {
  return /Windows/.test(agent) ? "windows" : /Mac OS X|iPhone|iPad/.test(agent) ? "macos" : "linux";
}
