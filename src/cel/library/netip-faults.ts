import { goQuote } from '../../apimachinery/field-error.js';

/** What Go's netip.ParseAddr says of a text after naming it; undefined if it is an address, with a zone or without. */
export function addressFault(text: string): string | undefined {
  const first = /[.:%]/.exec(text)?.[0];
  if (first === '.') return v4Fault(text);
  if (first === ':') return v6Fault(text);
  return first === '%' ? 'missing IPv6 address' : 'unable to parse IP';
}

/** The same for netip.ParsePrefix. */
export function prefixFault(text: string): string | undefined {
  const slash = text.lastIndexOf('/');
  if (slash === -1) return "no '/'";
  const address = text.slice(0, slash);
  const fault = addressFault(address);
  if (fault !== undefined) return `ParseAddr(${goQuote(address)}): ${fault}`;
  if (address.includes('%')) return 'IPv6 zones cannot be present in a prefix';
  const bits = text.slice(slash + 1);
  if (!/^(?:[0-9]|[1-9][0-9]{1,17})$/.test(bits)) return `bad bits after slash: ${goQuote(bits)}`;
  return Number(bits) > (address.includes(':') ? 128 : 32) ? 'prefix length out of range' : undefined;
}

function at(message: string, rest: string): string {
  return rest === '' ? message : `${message} (at ${goQuote(rest)})`;
}

function v4Fault(text: string): string | undefined {
  let octets = 0;
  let value = 0;
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (/[0-9]/.test(character)) {
      if (digits === 1 && value === 0) return 'IPv4 field has octet with leading zero';
      value = value * 10 + Number(character);
      digits++;
      if (value > 255) return 'IPv4 field has value >255';
    } else if (character === '.') {
      if (i === 0 || i === text.length - 1 || text[i - 1] === '.') return at('IPv4 field must have at least one digit', text.slice(i));
      if (octets === 3) return 'IPv4 address too long';
      octets++;
      value = 0;
      digits = 0;
    } else return at('unexpected character', text.slice(i));
  }
  return octets < 3 ? 'IPv4 address too short' : undefined;
}

function v6Fault(text: string): string | undefined {
  const percent = text.indexOf('%');
  if (percent === text.length - 1) return 'zone must be a non-empty string';
  let rest = percent === -1 ? text : text.slice(0, percent);
  let gap = false;
  let fields = 0;
  if (rest.startsWith('::')) {
    gap = true;
    rest = rest.slice(2);
    if (rest === '') return undefined;
  }
  while (fields < 8) {
    const digits = /^[0-9a-fA-F]*/.exec(rest)?.[0] ?? '';
    if (digits.length > 4) return at('each group must have 4 or less digits', rest);
    if (digits === '') return at('each colon-separated field must have at least one digit', rest);
    if (rest[digits.length] === '.') {
      if (!gap && fields !== 6) return at('embedded IPv4 address must replace the final 2 fields of the address', rest);
      if (fields > 6) return at('too many hex fields to fit an embedded IPv4 at the end of the address', rest);
      const fault = v4Fault(rest);
      if (fault !== undefined) return fault;
      rest = '';
      fields += 2;
      break;
    }
    fields++;
    rest = rest.slice(digits.length);
    if (rest === '') break;
    if (!rest.startsWith(':')) return at('unexpected character, want colon', rest);
    if (rest.length === 1) return at('colon must be followed by more characters', rest);
    rest = rest.slice(1);
    if (rest.startsWith(':')) {
      if (gap) return at('multiple :: in address', rest);
      gap = true;
      rest = rest.slice(1);
      if (rest === '') break;
    }
  }
  if (rest !== '') return at('trailing garbage after address', rest);
  if (fields < 8) return gap ? undefined : 'address string too short';
  return gap ? 'the :: must expand to at least one field of zeros' : undefined;
}
