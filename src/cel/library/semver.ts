import { goQuote } from '../../apimachinery/field-error.js';
import { parseUint64 } from '../../apimachinery/strconv.js';
import { compareKeys } from '../../schema/sort-keys.js';
import { free, member, type Library } from '../types/functions.js';
import { BOOL, INT, STRING, structType } from '../types/type.js';
import { CelError, CelObject, noSuchOverload, type CelValue } from '../values/value.js';

export const SEMVER = structType('kubernetes.Semver');

type Identifier = bigint | string;

/** A semantic version (semver.org); what is after `+` doesn't count. */
export class SemverValue extends CelObject {
  override readonly type = SEMVER;

  constructor(
    readonly numbers: readonly [bigint, bigint, bigint],
    readonly prerelease: readonly Identifier[],
  ) {
    super();
  }

  equals(other: CelValue): CelValue {
    return other instanceof SemverValue ? this.compare(other) === 0 : noSuchOverload(other);
  }

  compare(other: SemverValue): number {
    for (const [i, number] of this.numbers.entries()) {
      const theirs = other.numbers[i] ?? 0n;
      if (number !== theirs) return number < theirs ? -1 : 1;
    }
    return comparePrereleases(this.prerelease, other.prerelease);
  }

  override toString(): string {
    return this.numbers.join('.') + (this.prerelease.length === 0 ? '' : `-${this.prerelease.join('.')}`);
  }
}

/** A version without a prerelease comes after those with one. */
function comparePrereleases(a: readonly Identifier[], b: readonly Identifier[]): number {
  if (a.length === 0 || b.length === 0) return Math.sign(b.length - a.length);
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compareIdentifiers(a[i] as Identifier, b[i] as Identifier);
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

function compareIdentifiers(a: Identifier, b: Identifier): number {
  if (typeof a !== typeof b) return typeof a === 'bigint' ? -1 : 1;
  if (typeof a === 'string' && typeof b === 'string') return Math.sign(compareKeys(a, b));
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Go: github.com/blang/semver/v4.Parse, with its messages. */
export function parseSemver(text: string): SemverValue | CelError {
  if (text === '') return new CelError('Version string empty');
  const parts = splitN(text);
  if (parts.length !== 3) return new CelError('No Major.Minor.Patch elements found');
  const [majorText = '', minorText = '', rest = ''] = parts;
  const build = rest.indexOf('+');
  const withoutBuild = build === -1 ? rest : rest.slice(0, build);
  const dash = withoutBuild.indexOf('-');
  const patchText = dash === -1 ? withoutBuild : withoutBuild.slice(0, dash);
  const numbers: bigint[] = [];
  for (const [name, digits] of [
    ['Major', majorText],
    ['Minor', minorText],
    ['Patch', patchText],
  ] as const) {
    const number = parseNumber(name, digits);
    if (number instanceof CelError) return number;
    numbers.push(number);
  }
  const prerelease = dash === -1 ? [] : parsePrerelease(withoutBuild.slice(dash + 1));
  if (prerelease instanceof CelError) return prerelease;
  const fault = build === -1 ? undefined : buildFault(rest.slice(build + 1));
  return fault ?? new SemverValue(numbers as [bigint, bigint, bigint], prerelease);
}

/** At most three parts by dots; the last keeps further ones. */
function splitN(text: string): string[] {
  const [major = '', minor, ...rest] = text.split('.');
  if (minor === undefined) return [major];
  return rest.length === 0 ? [major, minor] : [major, minor, rest.join('.')];
}

function parseNumber(name: string, text: string): bigint | CelError {
  if (!/^[0-9]*$/.test(text)) return new CelError(`Invalid character(s) found in ${name.toLowerCase()} number ${goQuote(text)}`);
  if (text.length > 1 && text.startsWith('0')) return new CelError(`${name} number must not contain leading zeroes ${goQuote(text)}`);
  const number = parseUint64(text);
  return typeof number === 'string' ? new CelError(number) : number;
}

function parsePrerelease(text: string): Identifier[] | CelError {
  const identifiers: Identifier[] = [];
  for (const part of text.split('.')) {
    if (part === '') return new CelError('Prerelease is empty');
    if (/^[0-9]+$/.test(part)) {
      if (part.length > 1 && part.startsWith('0'))
        return new CelError(`Numeric PreRelease version must not contain leading zeroes ${goQuote(part)}`);
      const number = parseUint64(part);
      if (typeof number === 'string') return new CelError(number);
      identifiers.push(number);
    } else if (/^[0-9A-Za-z-]+$/.test(part)) identifiers.push(part);
    else return new CelError(`Invalid character(s) found in prerelease ${goQuote(part)}`);
  }
  return identifiers;
}

function buildFault(text: string): CelError | undefined {
  for (const part of text.split('.')) {
    if (part === '') return new CelError('Build meta data is empty');
    if (!/^[0-9A-Za-z-]+$/.test(part)) return new CelError(`Invalid character(s) found in build meta data ${goQuote(part)}`);
  }
  return undefined;
}

/** Without `v` and leading zeros, with missing numbers as zeros. */
function normalize(text: string): string | CelError {
  const parts = splitN(text.replace(/^v/, '')).map((part) => {
    if (part.length <= 1) return part;
    const stripped = part.replace(/^0+/, '');
    return /^[0-9]/.test(stripped) ? stripped : `0${stripped}`;
  });
  if (parts.length < 3 && /[+-]/.test(parts.at(-1) ?? '')) return new CelError('short version cannot contain PreRelease/Build meta data');
  while (parts.length < 3) parts.push('0');
  return parts.join('.');
}

function toSemver(text: CelValue, normalized: CelValue = false): CelValue {
  const read = normalized === true ? normalize(text as string) : (text as string);
  return read instanceof CelError ? read : parseSemver(read);
}

function compare(a: CelValue, b: CelValue): number {
  return (a as SemverValue).compare(b as SemverValue);
}

function part(index: 0 | 1 | 2): (version: CelValue) => CelValue {
  return (version) => BigInt.asIntN(64, (version as SemverValue).numbers[index]);
}

/** Kubernetes' functions for semantic versions (Go: library.SemverLib, version 1). */
export const SEMVERS: Library = {
  semver: [free('string_to_semver', [STRING], SEMVER, toSemver), free('string_bool_to_semver', [STRING, BOOL], SEMVER, toSemver)],
  isSemver: [
    free('is_semver_string', [STRING], BOOL, (text) => toSemver(text as CelValue) instanceof SemverValue),
    free('is_semver_string_bool', [STRING, BOOL], BOOL, (text, lax) => toSemver(text as CelValue, lax) instanceof SemverValue),
  ],
  isGreaterThan: [member('semver_is_greater_than', [SEMVER, SEMVER], BOOL, (a, b) => compare(a as CelValue, b as CelValue) > 0)],
  isLessThan: [member('semver_is_less_than', [SEMVER, SEMVER], BOOL, (a, b) => compare(a as CelValue, b as CelValue) < 0)],
  compareTo: [member('semver_compare_to', [SEMVER, SEMVER], INT, (a, b) => BigInt(compare(a as CelValue, b as CelValue)))],
  major: [member('semver_major', [SEMVER], INT, part(0))],
  minor: [member('semver_minor', [SEMVER], INT, part(1))],
  patch: [member('semver_patch', [SEMVER], INT, part(2))],
};
