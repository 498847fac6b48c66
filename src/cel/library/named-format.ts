import { goQuote } from '../../apimachinery/field-error.js';
import { isQualifiedName, isValidLabelValue } from '../../apimachinery/validation/labels.js';
import { nameIsDns1035Label, nameIsDnsLabel, nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import { formatCheck } from '../../schema/custom/validation/formats.js';
import { free, member, type Library } from '../types/functions.js';
import { listOf, optionalOf, STRING, structType } from '../types/type.js';
import { ValueList } from '../values/collections.js';
import { CelObject, noSuchOverload, Optional, type CelValue } from '../values/value.js';
import { parseRequestUrl, UrlFault } from './go-url.js';

export const NAMED_FORMAT = structType('kubernetes.NamedFormat');

/** A format of texts, such as `format.dns1123Label()`. */
export class FormatValue extends CelObject {
  override readonly type = NAMED_FORMAT;

  constructor(
    readonly name: string,
    /** Characters of the pattern that costs are counted with. */
    readonly patternSize: number,
    /** What is wrong with a text. */
    readonly faults: (text: string) => readonly string[],
  ) {
    super();
  }

  equals(other: CelValue): CelValue {
    return other instanceof FormatValue ? this.name === other.name : noSuchOverload(other);
  }
}

function checked(format: string, complaint: string): (text: string) => readonly string[] {
  const check = formatCheck(format);
  return (text) => (check?.(text) === true ? [] : [complaint]);
}

function uriFaults(text: string): readonly string[] {
  try {
    parseRequestUrl(text);
    return [];
  } catch (error) {
    if (error instanceof UrlFault) return [`parse ${goQuote(text)}: ${error.message}`];
    throw error;
  }
}

const LIST: readonly (readonly [string, FormatValue])[] = [
  ['dns1123Label', new FormatValue('DNS1123Label', 30, (text) => nameIsDnsLabel(text, false))],
  ['dns1123Subdomain', new FormatValue('DNS1123Subdomain', 60, (text) => nameIsDnsSubdomain(text, false))],
  ['dns1035Label', new FormatValue('DNS1035Label', 30, (text) => nameIsDns1035Label(text, false))],
  ['qualifiedName', new FormatValue('QualifiedName', 60, isQualifiedName)],
  ['dns1123LabelPrefix', new FormatValue('DNS1123LabelPrefix', 30, (text) => nameIsDnsLabel(text, true))],
  ['dns1123SubdomainPrefix', new FormatValue('DNS1123SubdomainPrefix', 60, (text) => nameIsDnsSubdomain(text, true))],
  ['dns1035LabelPrefix', new FormatValue('DNS1035LabelPrefix', 30, (text) => nameIsDns1035Label(text, true))],
  ['labelValue', new FormatValue('LabelValue', 40, isValidLabelValue)],
  ['uri', new FormatValue('URI', 1103, uriFaults)],
  ['uuid', new FormatValue('uuid', 70, checked('uuid', 'does not match the UUID format'))],
  ['byte', new FormatValue('byte', 84, checked('byte', 'invalid base64'))],
  ['date', new FormatValue('date', 71, checked('date', 'invalid date'))],
  ['datetime', new FormatValue('datetime', 71, checked('datetime', 'invalid datetime'))],
];
const BY_NAME = new Map(LIST);

function validate(format: CelValue, text: CelValue): CelValue {
  const faults = (format as FormatValue).faults(text as string);
  return faults.length === 0 ? Optional.NONE : new Optional(new ValueList([...faults]));
}

/** Kubernetes' named formats (Go: library.Format). */
export const NAMED_FORMATS: Library = {
  validate: [member('format-validate', [NAMED_FORMAT, STRING], optionalOf(listOf(STRING)), validate)],
  'format.named': [
    free('format-named', [STRING], optionalOf(NAMED_FORMAT), (name) => {
      const format = BY_NAME.get(name as string);
      return format === undefined ? Optional.NONE : new Optional(format);
    }),
  ],
  ...Object.fromEntries(LIST.map(([name, format]) => [`format.${name}`, [free(`format.${name}`, [], NAMED_FORMAT, () => format)]])),
};
