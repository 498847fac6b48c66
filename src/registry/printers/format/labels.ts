import type { LabelSelector, LabelSelectorRequirement } from '../../../schema/generated/meta-v1.js';
import type { View } from '../printer.js';

type Labels = View<Record<string, string>> | null | undefined;
type Selector = View<LabelSelector> | null | undefined;
type Expression = View<LabelSelectorRequirement>;

/** `a=1,b=2`, or `<none>` (Go: labels.FormatLabels). */
export function formatLabels(labels: Labels): string {
  if (labels === null || labels === undefined) return '<none>';
  const pairs = Object.keys(labels).map((key) => `${key}=${labels[key] ?? ''}`);
  if (pairs.length > 1) pairs.sort();
  return pairs.join(',') || '<none>';
}

/** As `selectorText`, with words for nothing and for what is no selector (Go: metav1.FormatLabelSelector). */
export function formatLabelSelector(selector: Selector): string {
  const text = selectorText(selector);
  return text === undefined ? '<error>' : text || '<none>';
}

/**
 * A selector in the form that query parameters have, ordered by key: `a=1,b in (x,y),!c`.
 * Empty for no selector and for one that matches all; undefined if it can't be one.
 */
export function selectorText(selector: Selector): string | undefined {
  const requirements: { readonly key: string; readonly text: string }[] = [];
  const labels = selector?.matchLabels ?? {};
  for (const key of Object.keys(labels)) requirements.push({ key, text: `${key}=${labels[key] ?? ''}` });
  for (const expression of selector?.matchExpressions ?? []) {
    const text = requirementText(expression);
    if (text === undefined) return undefined;
    requirements.push({ key: expression.key ?? '', text });
  }
  if (requirements.length > 1) requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return requirements.map((requirement) => requirement.text).join(',');
}

function requirementText(expression: Expression): string | undefined {
  const key = expression.key ?? '';
  const values = expression.values ?? [];
  if (key === '') return undefined;
  switch (expression.operator) {
    case 'In':
      return values.length === 0 ? undefined : `${key} in (${[...values].sort().join(',')})`;
    case 'NotIn':
      return values.length === 0 ? undefined : `${key} notin (${[...values].sort().join(',')})`;
    case 'Exists':
      return values.length === 0 ? key : undefined;
    case 'DoesNotExist':
      return values.length === 0 ? `!${key}` : undefined;
    default:
      return undefined;
  }
}
