const ID = '[0-9a-f]{64}';

/**
 * `…/docker/<id>`, `…/docker-<id>.scope`, `…/cri-containerd-<id>.scope`, `…/libpod-<id>.scope/container`, `…/pod…/<id>`; the
 * innermost counts. Amazon ECS has ids of its own: `/ecs/<task>/<id>-<number>`.
 */
const IN_CGROUP = new RegExp(`.*(?:[/:-](${ID})(?:\\.scope)?|/ecs/[^/]+/([0-9a-f]{16,}-\\d+))(?:/|$)`);

/**
 * Files that Docker, Podman and nerdctl lay over those of the image from a folder named after the container. Elsewhere such
 * files are of other containers, which somebody looks at.
 */
const MOUNTED = new RegExp(
  `/(?:containers(?:/[^/\\s]+)?|overlay-containers)/(${ID})/(?:userdata/)?(?:hostname|hosts|resolv\\.conf) /etc/(?:hostname|hosts|resolv\\.conf)(?:\\s|$)`,
  'm',
);

/**
 * The id of the container that a process runs in; undefined where the kernel does not tell, as outside of a container.
 *
 * @param cgroup `/proc/self/cgroup`, which names it with cgroup v1
 * @param mountinfo `/proc/self/mountinfo`, where it is found with cgroup v2
 */
export function containerIdOf(cgroup: string, mountinfo: string): string | undefined {
  for (const line of cgroup.split('\n')) {
    const [, id, ofEcs] = IN_CGROUP.exec(line.trim()) ?? [];
    if ((id ?? ofEcs) !== undefined) return id ?? ofEcs;
  }
  // not the folder of a pod's sandbox, which is another container
  return MOUNTED.exec(mountinfo)?.[1];
}
