// Names of caches that the page and its worker share.

// Which release the person agreed to, and which one the worker fetched last.
export const kAgreed = "keyferry agreed";
export const kAgreedEntry = "./agreed";
export const kNewestEntry = "./newest";
// The files of one release, and the lock of whoever uses them.
export const kRelease = "keyferry release ";
