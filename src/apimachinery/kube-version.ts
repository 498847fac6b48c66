const FORM = /^v([1-9][0-9]{0,8})(?:(alpha|beta)([1-9][0-9]{0,8}))?$/;
const STABILITY: Readonly<Record<string, number>> = { alpha: 1, beta: 2 };

/**
 * Orders API versions, the one that clients should prefer first: stable before
 * beta before alpha, higher numbers first, then names of any other form in
 * alphabetical order (Go: version.CompareKubeAwareVersionStrings, turned round).
 */
export function compareKubeVersions(a: string, b: string): number {
  if (a === b) return 0;
  const left = FORM.exec(a);
  const right = FORM.exec(b);
  if (left === null || right === null) {
    if (left !== null) return -1;
    if (right !== null) return 1;
    return a < b ? -1 : 1;
  }
  return rank(right[2]) - rank(left[2]) || Number(right[1]) - Number(left[1]) || Number(right[3] ?? 0) - Number(left[3] ?? 0);
}

function rank(stability: string | undefined): number {
  return stability === undefined ? 3 : (STABILITY[stability] ?? 0);
}
