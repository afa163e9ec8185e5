// Names of caches that the page and its worker share.

export const kAgreed = "keyferry agreed";
export const kRelease = "keyferry release ";
