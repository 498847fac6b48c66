import { methodNotSupported } from '../../apimachinery/status.js';
import type { HandlerEnvironment, ResourceRequest, ResourceResult } from './api-request.js';
import { deleteCollection, deleteResource } from './delete.js';
import { getResource, listResource } from './read.js';
import { patchResource } from './patch.js';
import { createResource, updateResource } from './write.js';

/** What a patch is; the media type decides. */
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** Runs a request's verb. Authorization is behind us; admission and storage are ahead. */
export function dispatch(
  request: ResourceRequest,
  verb: string,
  environment: HandlerEnvironment,
  patchType?: PatchType,
): Promise<ResourceResult> {
  switch (verb) {
    case 'get':
      return getResource(request);
    case 'list':
      return listResource(request, false);
    case 'watch':
      return listResource(request, true);
    case 'create':
      return createResource(request, environment);
    case 'update':
      return updateResource(request, environment);
    case 'patch':
      if (patchType === undefined) break;
      return patchResource(request, patchType, environment);
    case 'delete':
      return deleteResource(request, environment);
    case 'deletecollection':
      return deleteCollection(request, environment);
  }
  throw methodNotSupported(request.definition, verb);
}
