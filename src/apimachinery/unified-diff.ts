import { goJson } from './field-error.js';
import { matchingBlocks } from './sequence-matcher.js';

/** Unchanged lines around a change. */
const CONTEXT = 3;

/** Lines `[a1, a2)` of the one text, which are or become lines `[b1, b2)` of the other. */
interface Operation {
  readonly equal: boolean;
  readonly a1: number;
  readonly a2: number;
  readonly b1: number;
  readonly b2: number;
}

/**
 * What changed between two values as the real server's messages show it: a unified diff, without names of files,
 * of their indented JSON (Go: apimachinery/pkg/util/diff.Diff). Structs must come as Go prints them.
 */
export function unifiedDiff(before: unknown, after: unknown): string {
  const a = goJson(before, 1).split('\n');
  const b = goJson(after, 1).split('\n');
  return groupsOf(operations(a, b))
    .map((group) => hunk(group, a, b))
    .join('');
}

function hunk(group: readonly Operation[], a: readonly string[], b: readonly string[]): string {
  const [first, last] = [group[0], group.at(-1)];
  if (first === undefined || last === undefined) return '';
  const lines = group.flatMap(({ equal, a1, a2, b1, b2 }) =>
    equal
      ? a.slice(a1, a2).map((line) => ` ${line}`)
      : [...a.slice(a1, a2).map((line) => `-${line}`), ...b.slice(b1, b2).map((line) => `+${line}`)],
  );
  return `@@ -${range(first.a1, last.a2)} +${range(first.b1, last.b2)} @@\n${lines.join('\n')}\n`;
}

function range(start: number, end: number): string {
  const length = end - start;
  if (length === 1) return String(start + 1);
  return `${String(length === 0 ? start : start + 1)},${String(length)}`;
}

function operations(a: readonly string[], b: readonly string[]): Operation[] {
  const out: Operation[] = [];
  let [i, j] = [0, 0];
  for (const match of matchingBlocks(a, b)) {
    if (i < match.a || j < match.b) out.push({ equal: false, a1: i, a2: match.a, b1: j, b2: match.b });
    i = match.a + match.size;
    j = match.b + match.size;
    if (match.size > 0) out.push({ equal: true, a1: match.a, a2: i, b1: match.b, b2: j });
  }
  return out;
}

/** The changes with what is around them; those far from each other apart. */
function groupsOf(all: readonly Operation[]): Operation[][] {
  const groups: Operation[][] = [];
  let group: Operation[] = [];
  all.forEach((operation, i) => {
    const isFirst = i === 0;
    const isLast = i === all.length - 1;
    if (!operation.equal) {
      group.push(operation);
      return;
    }
    const { a1, a2, b1, b2 } = operation;
    const size = a2 - a1;
    const head = { equal: true, a1, a2: Math.min(a2, a1 + CONTEXT), b1, b2: Math.min(b2, b1 + CONTEXT) };
    const tail = { equal: true, a1: Math.max(a1, a2 - CONTEXT), a2, b1: Math.max(b1, b2 - CONTEXT), b2 };
    if (isFirst) group.push(tail);
    else if (isLast) group.push(head);
    else if (size > 2 * CONTEXT) {
      groups.push([...group, head]);
      group = [tail];
    } else group.push(operation);
  });
  if (group.some(({ equal }) => !equal)) groups.push(group);
  return groups;
}
