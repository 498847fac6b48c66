const UNSAFE: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** A message that may hold parts of a URL, with nothing in it that a browser takes for markup (Go: responsewriters' sanitizer). */
export function sanitized(message: string): string {
  return message.replace(/[&<>]/g, (character) => UNSAFE[character] ?? character);
}
