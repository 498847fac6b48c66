import type { AuthResult } from './authenticator.js';

/** Upstream's TokenSuccessCacheTTL: how long a verified token is believed without a second look. */
const LIFETIME = 10_000;
const CAPACITY = 4096;

/**
 * What recently verified tokens proved, by the text that carried them. Only
 * successes are kept. A lookup compares texts only where V8's hash, seeded per
 * process, agrees; a guess learns nothing from its timing.
 */
export class TokenCache {
  private readonly entries = new Map<string, { readonly result: AuthResult; readonly until: number }>();
  /** Keys of entries by the objects on which they rest. */
  private readonly dependents = new Map<string, Set<string>>();
  private changes = 0;

  constructor(private readonly now: () => number) {}

  get(key: string): AuthResult | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (this.now() < entry.until) return entry.result;
    this.remove(key, entry.result);
    return undefined;
  }

  /** To be read before a verification starts and handed to `set`. */
  get generation(): number {
    return this.changes;
  }

  /** Keeps a result, unless something was forgotten since its verification started. */
  set(key: string, result: AuthResult, generation: number): void {
    if (generation !== this.changes) return;
    this.remove(key, this.entries.get(key)?.result);
    if (this.entries.size >= CAPACITY) {
      const [oldest] = this.entries;
      if (oldest !== undefined) this.remove(oldest[0], oldest[1].result);
    }
    this.entries.set(key, { result, until: Math.min(this.now() + LIFETIME, result.expiresAt ?? Infinity) });
    for (const object of result.dependsOn ?? []) {
      const keys = this.dependents.get(object);
      if (keys === undefined) this.dependents.set(object, new Set([key]));
      else keys.add(key);
    }
  }

  /** Drops what rests on this object, which was deleted or replaced. */
  forget(resource: string, namespace: string, name: string): void {
    this.changes++;
    const keys = this.dependents.get(dependency(resource, namespace, name));
    if (keys === undefined) return;
    for (const key of [...keys]) this.remove(key, this.entries.get(key)?.result);
  }

  /** Drops everything, as when keys change. */
  clear(): void {
    this.changes++;
    this.entries.clear();
    this.dependents.clear();
  }

  private remove(key: string, result: AuthResult | undefined): void {
    if (result === undefined) return;
    this.entries.delete(key);
    for (const object of result.dependsOn ?? []) {
      const keys = this.dependents.get(object);
      if (keys === undefined) continue;
      keys.delete(key);
      if (keys.size === 0) this.dependents.delete(object);
    }
  }
}

/** How AuthResult.dependsOn names an object; the namespace is empty for nodes. */
export function dependency(resource: string, namespace: string, name: string): string {
  return `${resource}/${namespace}/${name}`;
}
