const CONTEXT = 3;

/**
 * What changed between two values, as one hunk of a unified diff of their JSON.
 * The real server shows its Go structs here, with other names and line numbers.
 */
export function unifiedDiff(before: unknown, after: unknown): string {
  const old = lines(before);
  const now = lines(after);
  const shorter = Math.min(old.length, now.length);
  let start = 0;
  while (start < shorter && old[start] === now[start]) start++;
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
  const from = Math.max(0, start - CONTEXT);
  const rest = Math.max(0, end - CONTEXT);
  const range = (count: number): string => `${String(from + 1)},${String(count - rest - from)}`;
  const shown = [
    ...old.slice(from, start).map((line) => `  ${line}`),
    ...old.slice(start, old.length - end).map((line) => `- ${line}`),
    ...now.slice(start, now.length - end).map((line) => `+ ${line}`),
    ...old.slice(old.length - end, old.length - rest).map((line) => `  ${line}`),
  ];
  return `@@ -${range(old.length)} +${range(now.length)} @@\n${shown.join('\n')}\n`;
}

function lines(value: unknown): string[] {
  return JSON.stringify(value, null, 1).split('\n');
}
