const ID = '[0-9a-f]{64}';

/** `…/docker/<id>`, `…/docker-<id>.scope`, `…/cri-containerd-<id>.scope`, `…/crio-<id>`, `…/pod…/<id>` */
const CGROUP_END = new RegExp(`(?:^|[/:-])(${ID})(?:\\.scope)?$`);

/** Files that Docker, Podman and CRI-O lay over those of the image from a folder named after the container. */
const MOUNTED = new RegExp(
  `/(?:containers|overlay-containers)/(${ID})/(?:userdata/)?(?:hostname|hosts|resolv\\.conf)(?:\\s|$)`,
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
    const [, id] = CGROUP_END.exec(line.trim()) ?? [];
    if (id !== undefined) return id;
  }
  // not the folder of a pod's sandbox, which is another container
  return MOUNTED.exec(mountinfo)?.[1];
}
