import type { GroupVersionKind } from './group-version.js';
import { notAcceptable, unsupportedMediaType, type StatusError } from './status.js';

/** What bodies are written in. */
export type BodyFormat = 'json' | 'yaml' | 'protobuf';

/** The formats in the order in which the server offers them. */
export const BODY_FORMATS: readonly BodyFormat[] = ['json', 'yaml', 'protobuf'];

export const MEDIA_TYPES: Readonly<Record<BodyFormat, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};

/** YAML has no frames, so it can't carry a watch. */
const STREAMS: ReadonlySet<BodyFormat> = new Set<BodyFormat>(['json', 'protobuf']);

/** One alternative of an Accept header. */
export interface AcceptClause {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Trims spaces only, as goautoneg does. */
function trimSpaces(text: string): string {
  return text.replace(/^ +/, '').replace(/ +$/, '');
}

const MAX_CACHED = 256;
const parsed = new Map<string, readonly AcceptClause[]>();

/**
 * The alternatives of an Accept header, the preferred one first (Go:
 * github.com/munnerz/goautoneg). Clients send few different headers, so results are kept.
 */
export function parseAccept(header: string): readonly AcceptClause[] {
  let clauses = parsed.get(header);
  if (clauses === undefined) {
    clauses = sortClauses(header.split(',').map(parseClause));
    if (parsed.size >= MAX_CACHED) parsed.clear();
    if (header.length <= 512) parsed.set(header, clauses);
  }
  return clauses;
}

function parseClause(text: string): AcceptClause | undefined {
  const [media = '', ...pairs] = trimSpaces(text).split(';');
  const names = media.split('/');
  const type = trimSpaces(names[0] ?? '');
  // A second slash is ignored if nothing follows it.
  if (names.length > 3 || (names.length === 3 && names[2] !== '')) return undefined;
  let subtype = names[1] ?? '';
  if (subtype === '' && names.length < 3) {
    if (type !== '*') return undefined;
    subtype = '*';
  }
  const parameters = new Map<string, string>();
  let quality = 1;
  for (const pair of pairs) {
    const [name = '', value = '', ...more] = pair.split('=');
    if (value === '' || more.length > 1 || (more[0] ?? '') !== '') continue;
    const key = trimSpaces(name);
    if (key === 'q') quality = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(value) ? Number(value) : 0;
    else parameters.set(key, trimSpaces(value));
  }
  return { type, subtype: trimSpaces(subtype), quality, parameters };
}

/** goautoneg's order, which is no proper one: quality, then the less general. */
function precedes(a: AcceptClause, b: AcceptClause): boolean {
  return a.quality > b.quality || (a.type !== '*' && b.type === '*') || (a.subtype !== '*' && b.subtype === '*');
}

/** Insertion sort: what Go does with up to twelve elements, and what decides where the order is contradictory. */
function sortClauses(clauses: readonly (AcceptClause | undefined)[]): AcceptClause[] {
  const sorted: AcceptClause[] = [];
  for (const clause of clauses) {
    if (clause === undefined) continue;
    let at = sorted.length;
    // A header of thousands of alternatives must not cost their square.
    const stop = Math.max(0, at - 64);
    while (at > stop) {
      const before = sorted[at - 1];
      if (before === undefined || !precedes(clause, before)) break;
      at--;
    }
    sorted.splice(at, 0, clause);
  }
  return sorted;
}

/** What an endpoint can answer with. */
export interface EndpointRestrictions {
  /** Formats of unconverted answers; custom resources have no protobuf. */
  readonly formats: readonly BodyFormat[];
  /** Whether answers can be turned into Table and PartialObjectMetadata (`as=`); `discovery` is aggregated discovery and nothing else. */
  readonly transforms: boolean | 'discovery';
}

/** Discovery and the like: every format, no conversion. */
export const PLAIN_ENDPOINT: EndpointRestrictions = { formats: BODY_FORMATS, transforms: false };
/** A resource of a built-in type. */
export const BUILT_IN_ENDPOINT: EndpointRestrictions = { formats: BODY_FORMATS, transforms: true };
/** A custom resource. */
export const CUSTOM_ENDPOINT: EndpointRestrictions = { formats: ['json', 'yaml'], transforms: true };

/** Aggregated discovery (KEP-3352), whose first version is gone since v1.35. */
export const AGGREGATED_ENDPOINT: EndpointRestrictions = { formats: [], transforms: 'discovery' };

/** The outcome of negotiation. */
export interface NegotiatedOutput {
  readonly format: BodyFormat;
  /** `pretty=1` in the media type. */
  readonly pretty: boolean;
  /** From `as`, `v` and `g`. */
  readonly convert: GroupVersionKind | undefined;
  /** `profile`, which discovery understands. */
  readonly profile: string;
}

const PLAIN_JSON: NegotiatedOutput = { format: 'json', pretty: false, convert: undefined, profile: '' };
const META_GROUP = 'meta.k8s.io';

/** The first acceptable form of an answer; undefined if there is none (Go: negotiation.NegotiateMediaTypeOptions). */
export function negotiateMediaType(accept: string | undefined, endpoint: EndpointRestrictions): NegotiatedOutput | undefined {
  if (accept === undefined || accept === '') return PLAIN_JSON;
  for (const clause of parseAccept(accept)) {
    for (const format of BODY_FORMATS) {
      if (!clauseAllows(clause, format)) continue;
      const output = acceptFormat(clause.parameters, format, endpoint);
      if (output !== undefined) return output;
    }
  }
  return undefined;
}

function clauseAllows({ type, subtype }: AcceptClause, format: BodyFormat): boolean {
  if (type === '*') return subtype === '*';
  return type === 'application' && (subtype === '*' || subtype === MEDIA_TYPES[format].slice('application/'.length));
}

function acceptFormat(
  parameters: ReadonlyMap<string, string>,
  format: BodyFormat,
  endpoint: EndpointRestrictions,
): NegotiatedOutput | undefined {
  const stream = parameters.get('stream') ?? '';
  if (stream !== '' && (stream !== 'watch' || !STREAMS.has(format))) return undefined;
  const serverVersion = parameters.get('sv') ?? '';
  if (serverVersion !== '' && !(endpoint.transforms === true && serverVersion === 'v1')) return undefined;
  const kind = parameters.get('as');
  const version = parameters.get('v');
  const group = parameters.get('g');
  const convert =
    kind === undefined && version === undefined && group === undefined
      ? undefined
      : { group: group ?? '', version: version ?? '', kind: kind ?? '' };
  if (!allowsTransform(format, convert, endpoint)) return undefined;
  return { format, pretty: parameters.get('pretty') === '1', convert, profile: parameters.get('profile') ?? '' };
}

/** Go: RequestScope.AllowsMediaTypeTransform. */
function allowsTransform(format: BodyFormat, convert: GroupVersionKind | undefined, endpoint: EndpointRestrictions): boolean {
  if (convert === undefined) return endpoint.formats.includes(format);
  if (endpoint.transforms === 'discovery')
    return convert.group === 'apidiscovery.k8s.io' && convert.version === 'v2' && convert.kind === 'APIGroupDiscoveryList';
  if (!endpoint.transforms || convert.group !== META_GROUP || (convert.version !== 'v1' && convert.version !== 'v1beta1')) return false;
  if (convert.kind === 'Table') return format !== 'protobuf';
  return convert.kind === 'PartialObjectMetadata' || convert.kind === 'PartialObjectMetadataList';
}

/** The form of an answer; throws 406. */
export function negotiateOutput(accept: string | undefined, endpoint: EndpointRestrictions): NegotiatedOutput {
  const output = negotiateMediaType(accept, endpoint);
  if (output === undefined) throw notAcceptableOutput(false);
  return output;
}

/** The form of a watch's frames; throws 406, for YAML too. */
export function negotiateStream(accept: string | undefined, endpoint: EndpointRestrictions): NegotiatedOutput {
  const output = negotiateMediaType(accept, endpoint);
  if (output === undefined || !STREAMS.has(output.format)) throw notAcceptableOutput(true);
  return output;
}

/** 406 with all formats of the server, also where an endpoint offers fewer. */
export function notAcceptableOutput(stream: boolean): StatusError {
  const types = stream
    ? BODY_FORMATS.filter((format) => STREAMS.has(format)).map((format) => `${MEDIA_TYPES[format]};stream=watch`)
    : Object.values(MEDIA_TYPES);
  return notAcceptable(`only the following media types are accepted: ${types.join(', ')}`);
}

/** The format of a request's body; none given means JSON. Throws 415. */
export function negotiateInput(contentType: string | undefined): BodyFormat {
  if (contentType === undefined || contentType === '' || contentType === MEDIA_TYPES.json) return 'json';
  const type = parseMediaType(contentType);
  const format = BODY_FORMATS.find((candidate) => MEDIA_TYPES[candidate] === type);
  if (format === undefined) throw unsupportedBody(Object.values(MEDIA_TYPES));
  return format;
}

/** 415 with what would have been read: media types of bodies, or of patches. */
export function unsupportedBody(accepted: readonly string[]): StatusError {
  return unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`);
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
// eslint-disable-next-line no-restricted-syntax -- a constant, in two parts
const MEDIA_TYPE = new RegExp(`^${TOKEN}(?:/${TOKEN})?$`);
// eslint-disable-next-line no-restricted-syntax -- a constant, in two parts
const PARAMETER = new RegExp(`^\\s*;\\s*(${TOKEN})\\s*=\\s*(${TOKEN}|"(?:[^"\\\\\\r\\n]|\\\\.)*")`);

/** The type of a Content-Type header in lower case; undefined if the header is malformed (Go: mime.ParseMediaType). */
export function parseMediaType(header: string): string | undefined {
  const semicolon = header.indexOf(';');
  const type = (semicolon === -1 ? header : header.slice(0, semicolon)).trim().toLowerCase();
  if (!MEDIA_TYPE.test(type)) return undefined;
  let rest = semicolon === -1 ? '' : header.slice(semicolon);
  const seen = new Map<string, string>();
  while (rest.trim() !== '' && rest.trim() !== ';') {
    const match = PARAMETER.exec(rest);
    if (match === null) return undefined;
    const name = (match[1] ?? '').toLowerCase();
    const value = unquote(match[2] ?? '');
    // Repeating a parameter is tolerated if nothing changes.
    if ((seen.get(name) ?? value) !== value) return undefined;
    seen.set(name, value);
    rest = rest.slice(match[0].length);
  }
  return type;
}

function unquote(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
}

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);

/**
 * Whether JSON is indented: as `pretty` in the query says, else for the agents
 * of people at a terminal or a browser (Go: negotiation.isPrettyPrint).
 */
export function isPrettyPrint(pretty: string | undefined, userAgent: string): boolean {
  if (pretty !== undefined && pretty !== '') return TRUE.has(pretty);
  return userAgent.startsWith('curl') || userAgent.startsWith('Wget') || userAgent.startsWith('Mozilla/5.0');
}
