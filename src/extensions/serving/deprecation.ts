import { compareKubeVersions } from '../../apimachinery/kube-version.js';
import type { CustomResourceDefinition, DefinitionVersion } from '../../registry/apiextensions/definition.js';

/** What every answer of a deprecated version is accompanied by (Go: defaultDeprecationWarning). */
export function deprecationWarnings({ spec }: CustomResourceDefinition, version: DefinitionVersion): readonly string[] | undefined {
  if (version.deprecated !== true) return undefined;
  if (version.deprecationWarning !== undefined) return [version.deprecationWarning];
  const { group = '', names } = spec;
  const name = version.name ?? '';
  const text = `${group}/${name} ${names.kind ?? ''} is deprecated`;
  const better = (spec.versions ?? [])
    .filter((other) => other.served === true && other.deprecated !== true && compareKubeVersions(name, other.name ?? '') > 0)
    .map((other) => other.name ?? '')
    .sort(compareKubeVersions);
  return better[0] === undefined ? [text] : [`${text}; use ${group}/${better[0]} ${names.kind ?? ''}`];
}
