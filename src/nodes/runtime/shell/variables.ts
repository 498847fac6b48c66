import { OutOfMemory } from '../process/bytes.js';

/** A shell's variables. Arrays are lists with a value for each index. */
export interface Variable {
  value: string | string[] | undefined;
  exported: boolean;
  readOnly: boolean;
}

/** Bytes that all variables of a shell may take. */
const MAX_BYTES = 4 * 1024 * 1024;

/** The variables of a shell, with the positional parameters and what functions keep to themselves. */
export class Variables {
  private readonly variables = new Map<string, Variable>();
  private readonly scopes: Map<string, Variable | undefined>[] = [];
  positional: readonly string[] = [];
  private bytes = 0;

  /** A copy for a subshell. */
  clone(): Variables {
    const copy = new Variables();
    for (const [name, variable] of this.variables)
      copy.variables.set(name, { ...variable, value: Array.isArray(variable.value) ? [...variable.value] : variable.value });
    copy.positional = this.positional;
    return copy;
  }

  /** Takes an environment over; all of it stays exported. */
  import(env: ReadonlyMap<string, string>): void {
    for (const [name, value] of env) this.variables.set(name, { value, exported: true, readOnly: false });
  }

  /** What programs are started with. */
  environment(): Map<string, string> {
    const env = new Map<string, string>();
    for (const [name, { value, exported }] of this.variables) if (exported && typeof value === 'string') env.set(name, value);
    return env;
  }

  /** Undefined if it isn't set; the first element of an array. */
  get(name: string): string | undefined {
    const value = this.variables.get(name)?.value;
    return Array.isArray(value) ? value[0] : value;
  }

  list(name: string): readonly string[] {
    const value = this.variables.get(name)?.value;
    if (value === undefined) return [];
    return Array.isArray(value) ? value.filter((element) => element !== undefined) : [value];
  }

  element(name: string, index: number): string | undefined {
    const value = this.variables.get(name)?.value;
    if (value === undefined) return undefined;
    return Array.isArray(value) ? value.at(index) : index === 0 ? value : undefined;
  }

  /** Throws an Error whose text a shell prints. */
  set(name: string, value: string | string[]): void {
    const variable = this.writable(name);
    this.charge(value);
    variable.value = value;
  }

  setElement(name: string, index: number, value: string): void {
    if (index < 0 || index > MAX_INDEX) throw new Error(`${name}: bad array subscript`);
    const variable = this.writable(name);
    this.charge(value);
    const list = Array.isArray(variable.value) ? variable.value : variable.value === undefined ? [] : [variable.value];
    list[index] = value;
    variable.value = list;
  }

  private writable(name: string): Variable {
    let variable = this.variables.get(name);
    if (variable === undefined) this.variables.set(name, (variable = { value: undefined, exported: false, readOnly: false }));
    if (variable.readOnly) throw new Error(`${name}: readonly variable`);
    return variable;
  }

  private charge(value: string | string[]): void {
    this.bytes += costOf(value);
    if (this.bytes <= MAX_BYTES) return;
    // What was overwritten has been counted too; count anew before giving up.
    this.bytes = 0;
    for (const { value: held } of this.variables.values()) this.bytes += costOf(held ?? '');
    if (this.bytes + costOf(value) > MAX_BYTES) throw new OutOfMemory();
  }

  export(name: string, exported = true): void {
    this.writable(name).exported = exported;
  }

  makeReadOnly(name: string): void {
    this.writable(name).readOnly = true;
  }

  unset(name: string): void {
    if (this.variables.get(name)?.readOnly === true) throw new Error(`${name}: readonly variable`);
    this.variables.delete(name);
  }

  names(): string[] {
    return [...this.variables.keys()].filter((name) => this.variables.get(name)?.value !== undefined).sort();
  }

  isExported(name: string): boolean {
    return this.variables.get(name)?.exported === true;
  }

  /** Begins a function; its `local` variables end with it. */
  pushScope(): void {
    this.scopes.push(new Map());
  }

  popScope(): void {
    for (const [name, before] of this.scopes.pop() ?? []) {
      if (before === undefined) this.variables.delete(name);
      else this.variables.set(name, before);
    }
  }

  /** False outside of a function. */
  local(name: string): boolean {
    const scope = this.scopes.at(-1);
    if (scope === undefined) return false;
    if (!scope.has(name)) {
      scope.set(name, this.variables.get(name));
      this.variables.set(name, { value: undefined, exported: false, readOnly: false });
    }
    return true;
  }
}

const MAX_INDEX = 65_535;

/** Bytes that a value takes beside its text, with its name. */
const OVERHEAD = 1024;

function costOf(value: string | readonly string[]): number {
  if (typeof value === 'string') return value.length + OVERHEAD;
  // Elements that nobody has set are holes.
  return value.reduce((sum, text) => sum + text.length + OVERHEAD / 8, OVERHEAD);
}
