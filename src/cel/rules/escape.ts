/** Words of CEL that no identifier may be (cel-spec: langdef, Syntax). */
const RESERVED: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);
const ESCAPES: Readonly<Record<string, string>> = { __: '__underscores__', '.': '__dot__', '-': '__dash__', '/': '__slash__' };
const UNESCAPES: Readonly<Record<string, string>> = { underscores: '__', dot: '.', dash: '-', slash: '/' };

/** The identifier by which expressions name a property; undefined if they can't (Go: apiserver/pkg/cel.Escape). */
export function escapeName(name: string): string | undefined {
  if (!/^[a-zA-Z_.\-/][a-zA-Z0-9_.\-/]*$/.test(name)) return undefined;
  if (RESERVED.has(name)) return `__${name}__`;
  return name.replace(/__|[-./]/g, (part) => ESCAPES[part] ?? part);
}

/** By what else a field is found: a reserved word may stand unescaped (Go: DeclTypeProvider.FindStructFieldType). */
export function escapedKeyword(identifier: string): string {
  return RESERVED.has(identifier) ? `__${identifier}__` : identifier;
}

/** The property that an identifier names; undefined if it names none. */
export function unescapeName(identifier: string): string | undefined {
  let valid = true;
  const name = identifier.replace(/__([^_]+)__/g, (whole, content: string) => {
    const plain = Object.hasOwn(UNESCAPES, content) ? UNESCAPES[content] : undefined;
    if (plain !== undefined) return plain;
    if (!RESERVED.has(content) || whole !== identifier) valid = false;
    return content;
  });
  return valid ? name : undefined;
}
