import { DecodingError } from './decoding-error.js';

/** A text that is no YAML, or YAML that is no JSON; the message is go-yaml's (v2), `yaml: ` in front. */
export class YamlError extends DecodingError {
  override readonly name = 'YamlError';
}

/** Where something begins: all three count from zero. */
export interface Mark {
  readonly line: number;
  readonly column: number;
  readonly index: number;
}

/** A fault of the text. Lines are told from the second on, and not the same way for both kinds, as in go-yaml. */
export function textError(kind: 'scanner' | 'parser', problem: string, at: Mark, context: Mark = at): YamlError {
  let line = 0;
  if (at.line !== 0) line = kind === 'scanner' ? at.line + 1 : at.line;
  else line = context.line;
  return new YamlError(`yaml: ${line === 0 ? '' : `line ${String(line)}: `}${problem}`);
}
