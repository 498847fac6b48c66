import type { Container, EphemeralContainer, Pod } from '../../schema/generated/core-v1.js';
import type { Image } from '../images/image.js';
import type { Credentials } from './fs/file-system.js';

/** What /etc/passwd and /etc/group of an image are unless it has its own. */
export const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n';
export const GROUP = 'root:x:0:\nnogroup:x:65534:\n';

/** A line of /etc/passwd. */
interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** Who runs a container's programs, and where they are at home. */
export interface ContainerUser extends Credentials {
  readonly home: string;
}

/**
 * The user that a container's programs run as: what the security context says, else the image, completed by the image's
 * /etc/passwd and /etc/group (Go: containerd oci.WithUser and WithAdditionalGIDs).
 */
export function userOf({ spec }: Pod, { securityContext: own }: Container | EphemeralContainer, image: Image): ContainerUser {
  const context = spec.securityContext;
  const runAsUser = own?.runAsUser ?? context?.runAsUser;
  const runAsGroup = own?.runAsGroup ?? context?.runAsGroup;
  const [named = '', namedGroup] = (image.user ?? '0').split(':');
  const users = usersOf(image.files?.['/etc/passwd'] ?? PASSWD);
  const wanted = runAsUser === undefined ? named : String(runAsUser);
  const user = users.find(({ name, uid }) => String(uid) === wanted || name === wanted);
  const uid = user?.uid ?? (Number(wanted) || 0);
  const gid = runAsGroup ?? (runAsUser === undefined && namedGroup !== undefined ? Number(namedGroup) || 0 : (user?.gid ?? 0));
  const { fsGroup, supplementalGroups = [], supplementalGroupsPolicy } = context ?? {};
  const memberships = supplementalGroupsPolicy === 'Strict' ? [] : groupsOf(image.files?.['/etc/group'] ?? GROUP, user?.name);
  const groups = [...memberships, ...(fsGroup === undefined ? [] : [fsGroup]), ...supplementalGroups];
  return { uid, gid, groups: [...new Set(groups)].filter((group) => group !== gid), home: user?.home ?? '/' };
}

function usersOf(passwd: string): User[] {
  return passwd.split('\n').flatMap((line) => {
    const [name = '', , uid, gid, , home = '/'] = line.split(':');
    return uid === undefined ? [] : [{ name, uid: Number(uid), gid: Number(gid), home }];
  });
}

/** The groups that a user is a member of besides its own. */
function groupsOf(group: string, user: string | undefined): number[] {
  if (user === undefined) return [];
  return group.split('\n').flatMap((line) => {
    const [, , gid, members = ''] = line.split(':');
    return members.split(',').includes(user) ? [Number(gid)] : [];
  });
}
