/** One alternative of an Accept header. */
export interface AcceptClause {
  /** Lower case, such as `application/json` or a wildcard. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

const ANYTHING: readonly AcceptClause[] = [{ type: '*/*', parameters: new Map(), quality: 1 }];
const CACHE = new Map<string, readonly AcceptClause[]>();
const CACHE_SIZE = 256;

/** Parses Accept (RFC 9110), best quality first, else in order. Clients send few different ones, so the results are kept. */
export function parseAccept(header: string | undefined): readonly AcceptClause[] {
  if (header === undefined || header === '') return ANYTHING;
  let clauses = CACHE.get(header);
  if (clauses === undefined) {
    clauses = header
      .split(',')
      .map(parseClause)
      .sort((a, b) => b.quality - a.quality);
    if (CACHE.size >= CACHE_SIZE) CACHE.clear();
    CACHE.set(header, clauses);
  }
  return clauses;
}

function parseClause(text: string): AcceptClause {
  const [type = '', ...rest] = text.split(';');
  const parameters = new Map<string, string>();
  let quality = 1;
  for (const pair of rest) {
    const equals = pair.indexOf('=');
    if (equals === -1) continue;
    const name = pair.slice(0, equals).trim();
    const value = pair.slice(equals + 1).trim();
    if (name === 'q') {
      const number = Number(value);
      quality = Number.isFinite(number) ? number : 1;
    } else parameters.set(name, value);
  }
  return { type: type.trim().toLowerCase(), parameters, quality };
}
