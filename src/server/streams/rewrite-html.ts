/** Attributes that hold URLs, by element (Go: apimachinery/pkg/util/proxy.atomsToAttrs). */
const URL_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};

/** Rewrites the URLs of a page's tags, so that links lead through the proxy. Everything else stays as it is. */
export function rewriteHtml(page: string, rewrite: (url: string) => string): string {
  let out = '';
  let at = 0;
  for (let open = page.indexOf('<'); open !== -1; open = page.indexOf('<', at)) {
    out += page.slice(at, open);
    at = open;
    if (page.startsWith('<!--', open)) {
      const end = page.indexOf('-->', open);
      if (end === -1) break;
      out += page.slice(open, end + 3);
      at = end + 3;
      continue;
    }
    const tag = readTag(page, open);
    if (tag === undefined) {
      out += '<';
      at = open + 1;
      continue;
    }
    if (tag === 'unfinished') break;
    out += writeTag(page.slice(open, tag.end), tag, rewrite);
    at = tag.end;
  }
  return out + page.slice(at);
}

interface Attribute {
  readonly name: string;
  /** Undefined for a name alone. */
  readonly value: string | undefined;
}

interface Tag {
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly selfClosing: boolean;
  /** Behind the `>`. */
  readonly end: number;
}

const NAME_START = /[a-zA-Z]/;
const SPACE = /\s/;

/** The start tag at `open`; undefined if it is none, `unfinished` if the page ends within it. */
function readTag(page: string, open: number): Tag | 'unfinished' | undefined {
  if (!NAME_START.test(page.charAt(open + 1))) return undefined;
  let at = open + 1;
  const until = (stop: (c: string) => boolean): string => {
    const start = at;
    while (at < page.length && !stop(page.charAt(at))) at++;
    return page.slice(start, at);
  };
  const name = until((c) => SPACE.test(c) || c === '>' || c === '/').toLowerCase();
  const attributes: Attribute[] = [];
  let selfClosing = false;
  for (;;) {
    until((c) => !SPACE.test(c) && c !== '/');
    selfClosing = page.charAt(at - 1) === '/';
    if (at >= page.length) return 'unfinished';
    if (page.charAt(at) === '>') return { name, attributes, selfClosing, end: at + 1 };
    const attribute = until((c) => SPACE.test(c) || c === '=' || c === '>' || c === '/').toLowerCase();
    until((c) => !SPACE.test(c));
    if (page.charAt(at) !== '=') {
      attributes.push({ name: attribute, value: undefined });
      continue;
    }
    at++;
    until((c) => !SPACE.test(c));
    const quote = page.charAt(at);
    if (quote === '"' || quote === "'") {
      at++;
      const value = until((c) => c === quote);
      if (at >= page.length) return 'unfinished';
      at++;
      attributes.push({ name: attribute, value });
    } else attributes.push({ name: attribute, value: until((c) => SPACE.test(c) || c === '>') });
  }
}

function writeTag(original: string, { name, attributes, selfClosing }: Tag, rewrite: (url: string) => string): string {
  const urls = Object.hasOwn(URL_ATTRIBUTES, name) ? (URL_ATTRIBUTES[name] ?? []) : [];
  if (!attributes.some((attribute) => urls.includes(attribute.name))) return original;
  const written = attributes.map(({ name: key, value }) => {
    if (value === undefined) return ` ${key}=""`;
    return ` ${key}="${(urls.includes(key) ? rewrite(value) : value).replaceAll('"', '&#34;')}"`;
  });
  return `<${name}${written.join('')}${selfClosing ? '/' : ''}>`;
}
