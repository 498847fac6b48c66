import { invalid, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { isV4, parseAddress } from '../../apimachinery/ip.js';

/** Addresses that traffic can't be sent to from elsewhere are no endpoints (Go: ValidateEndpointIP). */
export function endpointIpErrors(ip: string, path: FieldPath): FieldError[] {
  const address = parseAddress(ip);
  if (address === undefined) return [invalid(path, ip, 'must be a valid IP address')];
  const { bytes } = address;
  const v4 = isV4(address);
  const [a = 0, b = 0, c = 0] = v4 ? bytes.subarray(12) : bytes;
  const last = bytes[15] ?? 0;
  const zeros = bytes.subarray(v4 ? 12 : 0, 15).every((byte) => byte === 0);
  const errors: FieldError[] = [];
  if (zeros && last === 0) errors.push(invalid(path, ip, `may not be unspecified (${ip})`));
  if (v4 ? a === 127 : zeros && last === 1) errors.push(invalid(path, ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'));
  if (v4 ? a === 169 && b === 254 : a === 0xfe && (b & 0xc0) === 0x80) {
    errors.push(invalid(path, ip, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'));
  }
  if (v4 ? a === 224 && b === 0 && c === 0 : a === 0xff && (b & 0x0f) === 2) {
    errors.push(invalid(path, ip, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'));
  }
  return errors;
}
