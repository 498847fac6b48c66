/** Writes facts as YAML, one line an entry, quoting only what must be. */

const PLAIN = /^[A-Za-z_$][\w.\-<>?/ $]*$/;
const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n|~)$/i;

/**
 * A scalar in YAML's plain form where that reads back as the same string.
 * @param {unknown} value
 * @returns {string}
 */
export function scalarText(value) {
  if (typeof value !== 'string') return JSON.stringify(value);
  return PLAIN.test(value) && !RESERVED.test(value) && !value.endsWith(' ') ? value : `'${value.replaceAll("'", "''")}'`;
}

/**
 * A flow collection on one line.
 * @param {unknown} value
 * @returns {string}
 */
export function flowText(value) {
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, item]) => `${scalarText(key)}: ${flowText(item)}`)
      .join(', ')}}`;
  }
  return scalarText(value);
}

/**
 * @param {string} name
 * @param {Record<string, unknown>} facts
 * @returns {string}
 */
export function factLine(name, facts) {
  return `${scalarText(name)}: ${flowText(facts)}`;
}
