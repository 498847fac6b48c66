import { goQuote } from '../../apimachinery/field-error.js';
import { free, member, type Library } from '../types/functions.js';
import { BOOL, listOf, mapOf, STRING, structType } from '../types/type.js';
import { ValueList, ValueMap } from '../values/collections.js';
import { CelError, CelObject, noSuchOverload, type CelValue } from '../values/value.js';
import { parseRequestUrl, UrlFault, type GoUrl } from './go-url.js';

export const URL_TYPE = structType('kubernetes.URL');

/** A URL in the parts that Go's net/url makes of it. */
export class UrlValue extends CelObject {
  override readonly type = URL_TYPE;

  constructor(readonly url: GoUrl) {
    super();
  }

  equals(other: CelValue): CelValue {
    return other instanceof UrlValue ? JSON.stringify(this.url) === JSON.stringify(other.url) : noSuchOverload(other);
  }
}

function parse(text: CelValue): CelValue {
  try {
    return new UrlValue(parseRequestUrl(text as string));
  } catch (error) {
    if (!(error instanceof UrlFault)) throw error;
    return new CelError(`URL parse error during conversion from string: parse ${goQuote(text as string)}: ${error.message}`);
  }
}

/** The host without its port; a port is what follows the last colon outside of brackets. */
function splitHost(host: string): readonly [string, string] {
  const [, name = host, port = ''] = /^(.*):([0-9]*)$/s.exec(host) ?? [];
  return [name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name, port];
}

function queryOf({ query }: GoUrl): CelValue {
  const values = new Map<string, CelValue[]>();
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue;
    const equals = pair.indexOf('=');
    const key = unescapeQuery(equals === -1 ? pair : pair.slice(0, equals));
    const value = unescapeQuery(equals === -1 ? '' : pair.slice(equals + 1));
    if (key === undefined || value === undefined) continue;
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  return ValueMap.of([...values].map(([key, list]) => [key, new ValueList(list)] as const));
}

function unescapeQuery(text: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  const bytes = text.replaceAll('+', ' ').replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString());
  return bytes;
}

function accessor(id: string, read: (url: GoUrl) => CelValue): Library[string] {
  return [member(id, [URL_TYPE], STRING, (url) => read((url as UrlValue).url))];
}

/** Kubernetes' functions for URLs (Go: library.URLs). */
export const URLS: Library = {
  url: [free('string_to_url', [STRING], URL_TYPE, parse)],
  getScheme: accessor('url_get_scheme', ({ scheme }) => scheme),
  getHost: accessor('url_get_host', ({ host }) => host),
  getHostname: accessor('url_get_hostname', ({ host }) => splitHost(host)[0]),
  getPort: accessor('url_get_port', ({ host }) => splitHost(host)[1]),
  getEscapedPath: accessor('url_get_escaped_path', ({ path }) => path),
  getQuery: [member('url_get_query', [URL_TYPE], mapOf(STRING, listOf(STRING)), (url) => queryOf((url as UrlValue).url))],
  isURL: [free('is_url_string', [STRING], BOOL, (text) => parse(text as CelValue) instanceof UrlValue)],
};
