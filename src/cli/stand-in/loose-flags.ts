/**
 * Flags of another program, of which we know a few: `--name=value`, `--name
 * value`, `--switch`. The last of a repeated flag counts; `all` has them all.
 */
export class LooseFlags {
  private readonly values = new Map<string, string[]>();

  constructor(args: readonly string[]) {
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] ?? '';
      if (!arg.startsWith('--')) continue;
      const equals = arg.indexOf('=');
      const name = equals === -1 ? arg.slice(2) : arg.slice(2, equals);
      const next = args[i + 1];
      const isSeparate = equals === -1 && next !== undefined && !next.startsWith('--');
      const value = equals !== -1 ? arg.slice(equals + 1) : isSeparate ? next : 'true';
      if (isSeparate) i++;
      this.values.set(name, [...(this.values.get(name) ?? []), value]);
    }
  }

  get names(): readonly string[] {
    return [...this.values.keys()];
  }

  last(name: string): string | undefined {
    const found = this.values.get(name)?.at(-1);
    return found === '' ? undefined : found;
  }

  all(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /** Comma-separated items of all occurrences. */
  list(name: string): readonly string[] | undefined {
    const items = this.all(name).flatMap((value) => value.split(',').filter((item) => item !== ''));
    return items.length === 0 ? undefined : items;
  }
}
