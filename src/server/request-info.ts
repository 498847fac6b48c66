/**
 * What a URL and a method mean (Go: apiserver/pkg/endpoints/request.RequestInfoFactory).
 * Pure text work: whether such a resource exists is decided later.
 */
export interface RequestInfo {
  readonly isResourceRequest: boolean;
  readonly path: string;
  /** get, list, watch, create, update, patch, delete, deletecollection, or the lower-case method. */
  readonly verb: string;
  /** `api` or `apis`. */
  readonly apiPrefix: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** Path segments after the version (and after `watch`), decoded; namespaces/NS stripped. */
  readonly parts: readonly string[];
  /** The deprecated `/watch/` or `/proxy/` prefix. */
  readonly legacyVerb: '' | 'watch' | 'proxy';
  /** Whether `/namespaces/NS/` leads to the resource. */
  readonly inNamespace: boolean;
  /** Set if the URL says neither a kind nor a namespace where it must, which no route gets to see. */
  readonly undetermined?: true;
}

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
const NAMESPACE_SUBRESOURCES: ReadonlySet<string> = new Set(['status', 'finalize']);

/**
 * @param path the decoded path, without the query
 * @param segments the decoded path split at slashes, those at the ends removed
 */
export function requestInfoOf(
  method: string,
  path: string,
  segments: readonly string[],
  query: ReadonlyMap<string, readonly string[]>,
): RequestInfo {
  const plain: RequestInfo = {
    isResourceRequest: false,
    path,
    verb: method.toLowerCase(),
    apiPrefix: '',
    group: '',
    version: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    parts: [],
    legacyVerb: '',
    inNamespace: false,
  };
  const prefix = segments[0] ?? '';
  if (segments.length < 3 || (prefix !== 'api' && prefix !== 'apis')) return plain;
  let at = 1;
  let group = '';
  if (prefix === 'apis') {
    if (segments.length < 4) return plain;
    group = segments[1] ?? '';
    at = 2;
  }
  const version = segments[at] ?? '';
  let parts = segments.slice(at + 1);

  let legacyVerb: '' | 'watch' | 'proxy' = '';
  let verb = VERBS[method] ?? '';
  if (parts[0] === 'watch' || parts[0] === 'proxy') {
    if (parts.length < 2) return { ...plain, undetermined: true };
    legacyVerb = parts[0];
    verb = parts[0];
    parts = parts.slice(1);
  }

  let namespace = '';
  let inNamespace = false;
  if (parts[0] === 'namespaces') {
    if (parts.length > 1) {
      namespace = parts[1] ?? '';
      if (parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2] ?? '')) {
        parts = parts.slice(2);
        inNamespace = true;
      }
    }
  }
  const resource = parts[0] ?? '';
  let name = parts[1] ?? '';
  const subresource = legacyVerb === 'proxy' ? '' : (parts[2] ?? '');

  if (name === '' && verb === 'get') {
    verb = isWatch(query) ? 'watch' : 'list';
  }
  if ((verb === 'list' || verb === 'watch') && name === '') name = exactName(query);
  if (name === '' && verb === 'delete') verb = 'deletecollection';
  return {
    isResourceRequest: true,
    path,
    verb,
    apiPrefix: prefix,
    group,
    version,
    namespace,
    resource,
    subresource,
    name,
    parts,
    legacyVerb,
    inNamespace,
  };
}

/** Go's conversion of a string to a bool in query parameters: all but 0 and false (any case) is true. */
export function isTrueParameter(values: readonly string[] | undefined): boolean {
  const value = values?.[0];
  if (value === undefined) return false;
  return value !== '0' && value.toLowerCase() !== 'false';
}

function isWatch(query: ReadonlyMap<string, readonly string[]>): boolean {
  return isTrueParameter(query.get('watch'));
}

/** `metadata.name=x` in a field selector names the object for authorization. */
export function exactName(query: ReadonlyMap<string, readonly string[]>): string {
  const selector = query.get('fieldSelector')?.[0];
  if (selector === undefined || !selector.includes('metadata.name')) return '';
  for (const term of selector.split(',')) {
    const match = /^metadata\.name==?([^\\=]+)$/.exec(term);
    if (match?.[1] !== undefined && !match[1].includes('/')) return match[1];
  }
  return '';
}

/** Decodes a raw path, then splits it, so that an escaped slash separates as well, as in Go; undefined if an escape is malformed. */
export function splitPath(rawPath: string): { path: string; segments: string[] } | undefined {
  const path = decodedPath(rawPath);
  return path === undefined ? undefined : { path, segments: trimmed(path).split('/') };
}

function decodedPath(rawPath: string): string | undefined {
  if (!rawPath.includes('%')) return rawPath;
  try {
    return decodeURIComponent(rawPath);
  } catch {
    return undefined;
  }
}

function trimmed(path: string): string {
  let start = 0;
  let end = path.length;
  while (start < end && path.charCodeAt(start) === 47) start++;
  while (end > start && path.charCodeAt(end - 1) === 47) end--;
  return path.slice(start, end);
}

const NO_QUERY: ReadonlyMap<string, readonly string[]> = new Map();

/** Parses a query as Go's url.ParseQuery does; malformed pairs are dropped. */
export function parseQuery(raw: string): ReadonlyMap<string, readonly string[]> {
  if (raw === '') return NO_QUERY;
  const query = new Map<string, string[]>();
  for (const pair of raw.split('&')) {
    if (pair === '' || pair.includes(';')) continue;
    const equals = pair.indexOf('=');
    const key = unescapeQuery(equals === -1 ? pair : pair.slice(0, equals));
    const value = unescapeQuery(equals === -1 ? '' : pair.slice(equals + 1));
    if (key === undefined || value === undefined) continue;
    const list = query.get(key);
    if (list === undefined) query.set(key, [value]);
    else list.push(value);
  }
  return query;
}

function unescapeQuery(text: string): string | undefined {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return undefined;
  }
}
