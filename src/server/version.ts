/** The Kubernetes version whose API is served. */
export const KUBERNETES_VERSION = 'v1.36.2';

/** The body of /version (Go: apimachinery/pkg/version.Info). `gitVersion` begins with `v1.`. */
export function versionDocument(gitVersion: string): Record<string, string> {
  const match = /^v(\d+)\.(\d+)/.exec(gitVersion);
  const major = match?.[1] ?? '1';
  const minor = match?.[2] ?? '36';
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion,
    gitCommit: '0000000000000000000000000000000000000000',
    gitTreeState: 'clean',
    buildDate: '2026-06-18T00:00:00Z',
    goVersion: 'go1.26.8',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}
