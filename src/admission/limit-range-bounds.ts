import { Quantity } from '../apimachinery/quantity.js';
import type { Amounts } from '../component-helpers/aggregate-resources.js';

/** What a container, pod or claim asks for. */
export interface Demand {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** Above this, thousandths don't fit into an int64. */
const MAX_MILLI = Math.floor(Number.MAX_SAFE_INTEGER / 1000);

/** Request, limit and bound at one precision: in thousandths unless one is too large. */
function comparable(request: Quantity | undefined, limit: Quantity | undefined, bound: Quantity): readonly [number, number, number] {
  const all = [request ?? Quantity.ZERO, limit ?? Quantity.ZERO, bound] as const;
  const [a, b, c] = all.every((quantity) => quantity.value() <= MAX_MILLI)
    ? all.map((quantity) => quantity.milliValue())
    : all.map((quantity) => quantity.value());
  return [a ?? 0, b ?? 0, c ?? 0];
}

/** The fault of a demand below a minimum; undefined if there is none. `what` names the kind of limit. */
export function minimumFault(what: string, name: string, bound: Quantity, { requests, limits }: Demand): string | undefined {
  const request = requests.get(name);
  const limit = limits.get(name);
  const [requested, limited, least] = comparable(request, limit, bound);
  const text = `minimum ${name} usage per ${what} is ${bound.toString()}`;
  if (request === undefined) return `${text}.  No request is specified`;
  if (requested < least) return `${text}, but request is ${request.toString()}`;
  return limit !== undefined && limited < least ? `${text}, but limit is ${limit.toString()}` : undefined;
}

/** The fault of a demand above a maximum. */
export function maximumFault(what: string, name: string, bound: Quantity, { requests, limits }: Demand): string | undefined {
  const request = requests.get(name);
  const limit = limits.get(name);
  const [requested, limited, most] = comparable(request, limit, bound);
  const text = `maximum ${name} usage per ${what} is ${bound.toString()}`;
  if (limit === undefined) return `${text}.  No limit is specified`;
  if (limited > most) return `${text}, but limit is ${limit.toString()}`;
  return request !== undefined && requested > most ? `${text}, but request is ${request.toString()}` : undefined;
}

/** The fault of a request above a maximum, where limits have no meaning. */
export function maximumRequestFault(what: string, name: string, bound: Quantity, { requests }: Demand): string | undefined {
  const request = requests.get(name);
  const [requested, , most] = comparable(request, undefined, bound);
  const text = `maximum ${name} usage per ${what} is ${bound.toString()}`;
  if (request === undefined) return `${text}.  No request is specified`;
  return requested > most ? `${text}, but request is ${request.toString()}` : undefined;
}

/** The fault of a limit that is more than so many times the request. */
export function ratioFault(what: string, name: string, bound: Quantity, { requests, limits }: Demand): string | undefined {
  const [requested, limited] = comparable(requests.get(name), limits.get(name), bound);
  const text = `${name} max limit to request ratio per ${what} is ${bound.toString()}`;
  if (!requests.has(name) || requested === 0) return `${text}, but no request is specified or request is 0`;
  if (!limits.has(name) || limited === 0) return `${text}, but no limit is specified or limit is 0`;
  const ratio = limited / requested;
  const exact = bound.value() <= MAX_MILLI;
  return ratio * (exact ? 1000 : 1) > (exact ? bound.milliValue() : bound.value())
    ? `${text}, but provided ratio is ${ratio.toFixed(6)}`
    : undefined;
}
