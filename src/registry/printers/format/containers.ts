import type { View } from '../printer.js';

type Containers = View<{ name?: string; image?: string }[]> | null | undefined;

/** The names of a template's containers, and their images: two cells. */
export function containerCells(containers: Containers): [names: string, images: string] {
  if (containers?.length === 1) return [containers[0]?.name ?? '', containers[0]?.image ?? ''];
  const list = containers ?? [];
  return [list.map((container) => container.name ?? '').join(','), list.map((container) => container.image ?? '').join(',')];
}
