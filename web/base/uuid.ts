// UUIDs as 8-4-4-4-12 hex digits of either case; written in lower case.

const kForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

// parseUuid returns the lower-case form, or nothing.
export function parseUuid(text: string): string | undefined {
  return kForm.test(text) ? text.toLowerCase() : undefined;
}
