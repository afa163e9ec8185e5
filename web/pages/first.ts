// What runs while the rest is on its way: the secret is taken in; the storage is opened, and the person's
// language fetched, for which the page would wait last.

import "./arrival.ts"; // first of all

import {Database} from "../keystore/database.ts";
import {chosenLanguage, kLoaders, preferredLanguage} from "./language.ts";

export const database = new Database();

void kLoaders[chosenLanguage() ?? preferredLanguage(navigator.languages)]().catch(() => undefined); // say.ts tries again
