import { onNode } from '../cluster-event.js';
import type { FilterPlugin } from '../plugin.js';
import { Rejection } from '../rejection.js';

const NAME = 'NodeName';
const REJECTION = Rejection.unresolvable(NAME, "node(s) didn't match the requested node name");

/** A pod that names its node goes nowhere else. */
export const nodeName: FilterPlugin = {
  name: NAME,
  events: [onNode(['Add'])],
  prepare({ pod: { spec } }) {
    const wanted = spec.nodeName ?? '';
    return wanted === '' ? undefined : { filter: ({ name }) => (name === wanted ? undefined : REJECTION) };
  },
};
