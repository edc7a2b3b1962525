import { containerIdOf } from '../../../src/resources/container-id.ts';

const ID = 'ab12'.repeat(16);
const OTHER = 'cd34'.repeat(16);

describe('containerIdOf', () => {
  it.each([
    ['Docker, cgroup v1', `12:pids:/docker/${ID}\n11:cpuset:/docker/${ID}\n`],
    ['Docker under systemd, cgroup v1', `1:name=systemd:/system.slice/docker-${ID}.scope\n`],
    ['Kubernetes with containerd, cgroup v1', `3:cpu:/kubepods/burstable/pod5c3c1a80-5b7b/${ID}\n`],
    ['Kubernetes with CRI-O, cgroup v1', `3:cpu:/kubepods.slice/kubepods-pod5c.slice/crio-${ID}.scope\n`],
    ['containerd, cgroup v2 of the host', `0::/kubepods.slice/kubepods-pod5c.slice/cri-containerd-${ID}.scope\n`],
    ['CRI-O, cgroup v2', `0::/../crio-${ID}.scope/container\n`],
    ['Podman without root, cgroup v2', `0::/user.slice/user-1000.slice/libpod-${ID}.scope/container\n`],
    ['Amazon ECS on EC2', `9:perf_event:/ecs/5a0d5ceddf6c44c1928d367a815d890f/${ID}\n`],
    ['one in another', `0::/docker/${OTHER}/kubelet/kubepods/pod5c3c1a80/${ID}\n`],
    ['systemd in a container', `1:name=systemd:/docker/${ID}/init.scope\n`],
  ])('is in the cgroup: %s', (_, cgroup) => {
    expect(containerIdOf(cgroup, '')).toBe(ID);
  });

  it('is what Amazon ECS calls it on Fargate', () => {
    const id = `${ID.slice(0, 32)}-1234567890`;
    expect(containerIdOf(`9:cpuset:/ecs/5a0d5ceddf6c44c1928d367a815d890f/${id}\n`, '')).toBe(id);
  });

  it.each([
    ['Docker', `/var/lib/docker/containers/${ID}/hostname /etc/hostname`],
    ['Podman', `/var/lib/containers/storage/overlay-containers/${ID}/userdata/hosts /etc/hosts`],
    ['Podman, names of files', `/containers/storage/overlay-containers/${ID}/userdata/resolv.conf /etc/resolv.conf`],
    ['nerdctl', `/var/lib/nerdctl/1935db59/containers/default/${ID}/resolv.conf /etc/resolv.conf`],
  ])('is where the files of a container are mounted from, with cgroup v2: %s', (_, mount) => {
    const lines = ['21 20 0:19 / /proc rw - proc proc rw', `683 680 8:1 ${mount} rw,relatime - ext4 /dev/sda1 rw`];
    expect(containerIdOf('0::/\n', lines.join('\n'))).toBe(ID);
  });

  it.each([
    ['no container', '0::/user.slice/user-1000.slice/session-3.scope\n', '21 20 0:19 / /proc rw - proc proc rw'],
    [
      'the sandbox of a pod',
      '0::/\n',
      `1 2 8:1 /var/lib/containerd/x.cri/sandboxes/${OTHER}/hostname /etc/hostname rw`,
    ],
    ['a layer of an image', '0::/\n', `1 2 0:50 / / rw - overlay overlay rw,lowerdir=/docker/overlay2/${OTHER}/diff`],
    ['the file of another container', '0::/\n', `1 2 8:1 /docker/containers/${OTHER}/hostname /host/name rw`],
    ['another folder of such a name', '0::/\n', `1 2 8:1 /srv/containers/${OTHER}/data /data rw`],
    ['nothing that can be read', '', ''],
  ])('is not made up: %s', (_, cgroup, mountinfo) => {
    expect(containerIdOf(cgroup, mountinfo)).toBeUndefined();
  });
});
