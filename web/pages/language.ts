// The languages of the site, and which one a person reads.

import {type Sentences} from "../languages/en.ts";

export type Language = "en" | "de" | "fr" | "es" | "ar" | "zh";

export const kLoaders: Record<Language, () => Promise<Sentences>> = {
  en: async () => (await import("../languages/en.ts")).en,
  de: async () => (await import("../languages/de.ts")).de,
  fr: async () => (await import("../languages/fr.ts")).fr,
  es: async () => (await import("../languages/es.ts")).es,
  ar: async () => (await import("../languages/ar.ts")).ar,
  zh: async () => (await import("../languages/zh.ts")).zh,
};

export const kLanguages: readonly [Language, string][] = [
  ["en", "English"],
  ["de", "Deutsch"],
  ["fr", "Français"],
  ["es", "Español"],
  ["ar", "العربية"],
  ["zh", "中文"],
];

// preferredLanguage is the first of the browser's that this site speaks.
export function preferredLanguage(wanted: readonly string[]): Language {
  const spoken = wanted.map((tag) => tag.toLowerCase().split("-")[0]);
  return (spoken.find((tag) => tag !== undefined && tag in kLoaders) as Language | undefined) ?? "en";
}

const kChosen = "keyferry language";

// chosenLanguage is what the person chose here before; keepLanguage keeps it where the browser lets us.
export function chosenLanguage(): Language | undefined {
  try {
    const kept = window.localStorage.getItem(kChosen);
    return kLanguages.find(([tag]) => tag === kept)?.[0];
  } catch {
    return undefined;
  }
}

export function keepLanguage(chosen: Language): void {
  try {
    window.localStorage.setItem(kChosen, chosen);
  } catch {
    // then it is asked of the browser again
  }
}
