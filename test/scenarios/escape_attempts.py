"""A function that tries to get out of its sandbox. Each attempt is a line of the table that escape.test.ts prints."""

import ctypes
import errno
import fcntl
import mmap
import os
import platform
import resource
import signal
import socket
import stat
import struct
import subprocess

libc = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"

# Numbers of system calls that the C library has no function for: x86_64, aarch64.
NUMBERS = {
    "ptrace": (101, 117), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "clone": (56, 220), "clone3": (435, 435), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438), "quotactl": (179, 60), "swapon": (167, 224), "reboot": (169, 142), "acct": (163, 89),
    "syslog": (103, 116), "settimeofday": (164, 170), "clock_settime": (227, 112), "sethostname": (170, 161),
    "setdomainname": (171, 162), "fsopen": (430, 430), "fsmount": (432, 432), "open_tree": (428, 428),
    "move_mount": (429, 429), "mount_setattr": (442, 442), "fanotify_init": (300, 262), "kcmp": (312, 272),
    "personality": (135, 92), "vhangup": (153, 58), "lookup_dcookie": (212, 18), "move_pages": (279, 239),
    "migrate_pages": (256, 238), "nfsservctl": (180, 42), "iopl": (172, None), "ioperm": (173, None),
    "modify_ldt": (154, None), "uselib": (134, None), "statmount": (457, 457), "listmount": (458, 458),
    "lsm_set_self_attr": (460, 460), "process_madvise": (440, 440),
}

attempts = []


def attempt(group, name):
    def register(work):
        attempts.append((group, name, work))
        return work
    return register


class Held(Exception):
    """The attempt came to nothing, as the text says."""


def syscall(name, *arguments):
    number = NUMBERS[name][0 if X86 else 1]
    if number is None:
        raise Held("not on this architecture")
    result = libc.syscall(number, *[ctypes.c_void_p(a) if isinstance(a, int) else a for a in arguments])
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return f"returned {result}"


def read(path):
    with open(path, "rb") as file:
        return f"read {len(file.read(64))} bytes"


def write(path, text="1"):
    with open(path, "w") as file:
        file.write(text)
    return "written"


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=5, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise Held((done.stderr or done.stdout).strip().split("\n")[0] or f"status {done.returncode}")
    return done.stdout.strip()


def connect(address, family=socket.AF_INET):
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        client.connect(address)
    return "connected"


def each(group, name, works):
    for label, work in works.items():
        attempts.append((group, f"{name} {label}", work))


def prepare(event):
    """Those that depend on what the test knows of this host, besides the fixed ones."""
    attempts.clear()
    fixed()
    data, port, daemon, hosts = event["data"], event["port"], event["daemon"], event["hosts"]
    for path in ["/etc/shadow", "/etc/sudoers", "/root", "/home", "/boot", "/var/log", "/var/lib", "/run", "/run/hearth", "/run/hearth/runs",
                 data, f"{data}/state", f"{data}/state/documents.sqlite", f"{data}/blobs", f"{data}/code", event["package"],
                 "/var/run/docker.sock", "/run/systemd/private", "/run/dbus/system_bus_socket"]:
        attempts.append(("host files", path, lambda path=path: str(os.listdir(path)) if os.path.isdir(path) else read(path)))
    for path in event["neighbours"]:
        attempts.append(("other functions", path, lambda path=path: str(os.listdir(path))))
    attempts.append(("other functions", "/var/task holds only its own", lambda: only(os.listdir("/var/task"), {"index.py", "__pycache__"})))
    for pid in [1, 2, daemon, *hosts]:
        attempts.append(("host processes", f"/proc/{pid} is none of the host's", lambda pid=pid: foreign(pid)))
    for pid in [daemon, *hosts]:
        attempts.append(("signals", f"to pid {pid} of the host", lambda pid=pid: os.kill(pid, signal.SIGKILL)))
    for address in ["127.0.0.1", "0.0.0.0", *event["addresses"]]:
        attempts.append(("network", f"the daemon's port at {address}", lambda address=address: connect((address, port))))
    for address in event["neighbourAddresses"]:
        attempts.append(("network", f"another environment's port at {address[0]}", lambda address=address: connect(tuple(address))))


def only(names, allowed):
    more = set(names) - allowed
    if more:
        return f"found {sorted(more)}"
    raise Held("nothing else is there")


def foreign(pid):
    """A process of the same number may be there: ours. What must not show is one that belongs to somebody else."""
    with open(f"/proc/{pid}/status") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    if status["Uid"].split("\t")[0] == "993":
        raise Held(f"{status['Name']}, of this sandbox")
    return f"{status['Name']} of uid {status['Uid']}"


def fixed():
    # First of all, before other attempts leave something.
    attempts.append(("other functions", "/tmp holds nobody's", lambda: only(os.listdir("/tmp"), set())))
    attempts.append(("descriptors", "more than standard streams, pipes and sockets", descriptors))

    group = "host processes"
    attempts.append((group, "more than bwrap and the function", lambda: only([p for p in os.listdir("/proc") if p.isdigit()], {"1", "2", str(os.getpid())})))
    attempts.append((group, "/proc/1/environ", lambda: only(open("/proc/1/environ").read().split("\0"), {"PWD=/", ""})))
    attempts.append((group, "/proc/1/root leads out", lambda: only(os.listdir("/proc/1/root"), set(os.listdir("/")))))
    attempts.append((group, "pid 1 can do more than we: capabilities", lambda: capabilities(1)))
    attempts.append((group, "pid 1 can do more than we: system calls", lambda: field("Seccomp", "0", 1)))
    attempts.append((group, "pid 1 sees more than we: mounts", lambda: only(open("/proc/1/mounts").read().split("\n"), set(open("/proc/self/mounts").read().split("\n")))))
    attempts.append((group, "pid 1 holds more than we: descriptors", lambda: only(targets(1), {"/dev/null", "anon_inode:[eventfd]", os.readlink("/proc/self/fd/1")})))

    group = "signals"
    attempts.append((group, "SIGKILL to pid 1", lambda: outlived(1)))
    attempts.append((group, "SIGSTOP to pid 1", lambda: stopped(1)))

    group = "ptrace"
    each(group, "", {
        "attach to pid 1": lambda: syscall("ptrace", 16, 1, 0, 0),
        "traceme": lambda: syscall("ptrace", 0, 0, 0, 0),
        "process_vm_readv": lambda: syscall("process_vm_readv", 1, 0, 0, 0, 0, 0),
        "process_vm_writev": lambda: syscall("process_vm_writev", 1, 0, 0, 0, 0, 0),
        "pidfd_getfd": lambda: syscall("pidfd_getfd", os.pidfd_open(1), 0, 0),
        "kcmp": lambda: syscall("kcmp", 1, 2, 0, 0, 0),
    })

    group = "mounts"
    each(group, "", {
        "mount a tmpfs": lambda: syscall("mount", b"none", b"/tmp", b"tmpfs", 0, 0),
        "mount proc": lambda: syscall("mount", b"proc", b"/tmp", b"proc", 0, 0),
        "remount / writable": lambda: syscall("mount", b"none", b"/", 0, 32 | 4096, 0),
        "bind /proc/1/root": lambda: syscall("mount", b"/proc/1/root", b"/tmp", 0, 4096, 0),
        "umount /var/task": lambda: syscall("umount2", b"/var/task", 2),
        "pivot_root": lambda: syscall("pivot_root", b"/tmp", b"/tmp"),
        "chroot": lambda: syscall("chroot", b"/tmp"),
        "fsopen": lambda: syscall("fsopen", b"tmpfs", 0),
        "fsmount": lambda: syscall("fsmount", 0, 0, 0),
        "open_tree": lambda: syscall("open_tree", -100, b"/", 1),
        "move_mount": lambda: syscall("move_mount", 0, b"", -100, b"/tmp", 4),
        "mount_setattr": lambda: syscall("mount_setattr", -100, b"/", 0, 0, 0),
        "statmount": lambda: syscall("statmount", 0, 0, 0, 0),
        "listmount": lambda: syscall("listmount", 0, 0, 0, 0),
        "quotactl": lambda: syscall("quotactl", 0, b"/dev/sda", 0, 0),
        "swapon": lambda: syscall("swapon", b"/tmp/swap", 0),
        "fusermount": lambda: run("/bin/sh", "-c", "command -v fusermount3 && fusermount3 -u /tmp"),
    })

    group = "namespaces"
    for label, flag in {"user": 0x10000000, "mount": 0x20000, "pid": 0x20000000, "network": 0x40000000, "ipc": 0x8000000, "uts": 0x4000000, "cgroup": 0x2000000, "time": 0x80}.items():
        attempts.append((group, f"unshare {label}", lambda flag=flag: syscall("unshare", flag)))
        if label in ("user", "mount", "network"):
            attempts.append((group, f"clone {label}", lambda flag=flag: syscall("clone", flag | 17, 0, 0, 0, 0)))
    attempts.append((group, "clone3", lambda: syscall("clone3", 0, 88)))
    for name in ["net", "mnt", "pid", "user", "ipc", "uts"]:
        attempts.append((group, f"setns to {name} of pid 1", lambda name=name: enter(f"/proc/1/ns/{name}")))
    attempts.append((group, "the command unshare", lambda: run("/usr/bin/unshare", "--user", "--map-root-user", "id", "-u")))
    attempts.append((group, "the command bwrap", lambda: run("/usr/bin/bwrap", "--ro-bind", "/", "/", "--unshare-user", "id", "-u")))
    attempts.append((group, "the command nsenter", lambda: run("/usr/bin/nsenter", "--target", "1", "--mount", "id", "-u")))

    group = "privileges"
    each(group, "", {
        "setuid 0": lambda: os.setuid(0),
        "setgid 0": lambda: os.setgid(0),
        "setgroups": lambda: os.setgroups([0]),
        "ambient capability": lambda: prctl(47, 2, 21, 0, 0),
        "no_new_privs off": lambda: prctl(38, 0, 0, 0, 0),
        "any capability": capabilities,
        "seccomp is off": lambda: field("Seccomp", "0"),
        "more open files": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1] + 1,) * 2),
        "core dumps": lambda: resource.setrlimit(resource.RLIMIT_CORE, (1, 1)),
        "priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, -20),
        "real-time scheduling": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
        "out-of-memory score": lambda: write("/proc/self/oom_score_adj", "-1000"),
    })
    each("setuid programs", "", {
        "su": lambda: run("/bin/su", "-c", "id -u", "root"),
        "mount": lambda: run("/bin/mount", "-t", "tmpfs", "none", "/tmp"),
        "passwd": lambda: run("/usr/bin/passwd", "-d", "root"),
        "sudo": lambda: run("/bin/sh", "-c", "exec sudo -n id -u"),
        "one of its own": own_setuid,
        "a file system that honours them": lambda: suid_mounts(),
    })

    group = "devices"
    each(group, "", {
        "mknod mem": lambda: os.mknod("/tmp/mem", stat.S_IFCHR | 0o666, os.makedev(1, 1)),
        "mknod disk": lambda: os.mknod("/tmp/disk", stat.S_IFBLK | 0o666, os.makedev(8, 0)),
    })
    for path in ["/dev/mem", "/dev/kmem", "/dev/port", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/loop0", "/dev/loop-control", "/dev/fuse", "/dev/kvm",
                 "/dev/net/tun", "/dev/userfaultfd", "/dev/vhost-net", "/dev/dri", "/dev/input", "/dev/mapper/control", "/dev/uinput", "/dev/hwrng"]:
        attempts.append((group, path, lambda path=path: str(os.listdir(path)) if os.path.isdir(path) else read(path)))
    attempts.append((group, "TIOCSTI", lambda: terminal(0x5412)))
    attempts.append((group, "TIOCLINUX", lambda: terminal(0x541C)))

    group = "kernel"
    attribute = ctypes.create_string_buffer(128)
    each(group, "", {
        "keyctl": lambda: syscall("keyctl", 0, -3, 1),
        "add_key": lambda: syscall("add_key", b"user", b"x", b"x", 1, -3),
        "request_key": lambda: syscall("request_key", b"user", b"x", 0, 0),
        "bpf map": lambda: syscall("bpf", 0, attribute, 128),
        "bpf program": lambda: syscall("bpf", 5, attribute, 128),
        "perf_event_open": lambda: syscall("perf_event_open", attribute, 0, -1, -1, 0),
        "userfaultfd": lambda: syscall("userfaultfd", 1),
        "io_uring": lambda: syscall("io_uring_setup", 8, attribute),
        "kexec_load": lambda: syscall("kexec_load", 0, 0, 0, 0),
        "kexec_file_load": lambda: syscall("kexec_file_load", -1, -1, 0, 0, 0),
        "init_module": lambda: syscall("init_module", 0, 0, b""),
        "finit_module": lambda: syscall("finit_module", -1, b"", 0),
        "delete_module": lambda: syscall("delete_module", b"ext4", 0),
        "open_by_handle_at": lambda: syscall("open_by_handle_at", -100, attribute, 0),
        "name_to_handle_at": lambda: syscall("name_to_handle_at", -100, b"/", attribute, attribute, 0),
        "reboot": lambda: syscall("reboot", 0xFEE1DEAD, 672274793, 0, 0),
        "acct": lambda: syscall("acct", b"/tmp/acct"),
        "syslog": lambda: syscall("syslog", 3, attribute, 64),
        "settimeofday": lambda: syscall("settimeofday", attribute, 0),
        "clock_settime": lambda: syscall("clock_settime", 0, attribute),
        "sethostname": lambda: syscall("sethostname", b"x", 1),
        "setdomainname": lambda: syscall("setdomainname", b"x", 1),
        "fanotify": lambda: syscall("fanotify_init", 0, 0),
        "personality without randomised addresses": lambda: syscall("personality", 0x40000),
        "iopl": lambda: syscall("iopl", 3),
        "ioperm": lambda: syscall("ioperm", 0, 1, 1),
        "modify_ldt": lambda: syscall("modify_ldt", 1, attribute, 16),
        "lookup_dcookie": lambda: syscall("lookup_dcookie", 0, attribute, 64),
        "move_pages": lambda: syscall("move_pages", 1, 0, 0, 0, 0, 0),
        "migrate_pages": lambda: syscall("migrate_pages", 1, 0, 0, 0),
        "vhangup": lambda: syscall("vhangup"),
        "lsm_set_self_attr": lambda: syscall("lsm_set_self_attr", 100, attribute, 16, 0),
        "addresses of the kernel": kernel_addresses,
        "writable and executable mapping of /dev/mem": lambda: mapped("/dev/mem"),
    })

    group = "proc and sys"
    for path in ["/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hotplug", "/proc/sys/kernel/sysrq",
                 "/proc/sys/kernel/randomize_va_space", "/proc/sys/kernel/hostname", "/proc/sys/kernel/ns_last_pid", "/proc/sys/vm/overcommit_memory", "/proc/sys/vm/drop_caches",
                 "/proc/sys/fs/binfmt_misc/register", "/proc/sys/fs/file-max", "/proc/sys/user/max_user_namespaces", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv4/ip_unprivileged_port_start",
                 "/proc/irq/default_smp_affinity", "/proc/mtrr", "/proc/bus/pci", "/proc/acpi", "/proc/scsi/scsi", "/proc/self/attr/exec", "/proc/self/uid_map", "/proc/self/gid_map", "/proc/self/setgroups", "/proc/self/timens_offsets", "/proc/self/loginuid"]:
        attempts.append((group, f"write {path}", lambda path=path: write(path)))
    for path in ["/proc/kcore", "/proc/kmsg", "/proc/kpagecount", "/proc/slabinfo", "/proc/vmallocinfo", "/proc/timer_list", "/proc/sched_debug", "/proc/1/stack", "/proc/self/pagemap"]:
        attempts.append((group, f"read {path}", lambda path=path: page_frames(path) if path.endswith("pagemap") else read(path)))
    for path in ["/sys", "/sys/kernel", "/sys/fs/cgroup", "/sys/kernel/debug", "/sys/firmware", "/sys/class/net"]:
        attempts.append((group, path, lambda path=path: str(os.listdir(path))))

    group = "control groups"
    for path in ["/sys/fs/cgroup/release_agent", "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/devices/devices.allow", "/sys/fs/cgroup/freezer/tasks"]:
        attempts.append((group, f"write {path}", lambda path=path: write(path)))
    attempts.append((group, "mount cgroup", lambda: syscall("mount", b"none", b"/tmp", b"cgroup", 0, b"memory")))
    attempts.append((group, "mount cgroup2", lambda: syscall("mount", b"none", b"/tmp", b"cgroup2", 0, 0)))

    group = "network"
    for label, arguments in {
        "raw socket": (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
        "raw IPv6 socket": (socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6),
        "packet socket": (socket.AF_PACKET, socket.SOCK_RAW, 0x0300),
        "cooked packet socket": (socket.AF_PACKET, socket.SOCK_DGRAM, 0x0300),
        "vsock": (40, socket.SOCK_STREAM, 0),
        "crypto socket": (38, socket.SOCK_SEQPACKET, 0),
        "bluetooth": (31, socket.SOCK_RAW, 0),
        "CAN": (29, socket.SOCK_RAW, 1),
        "XDP": (44, socket.SOCK_RAW, 0),
        "netlink audit": (16, socket.SOCK_RAW, 9),
        "netlink netfilter": (16, socket.SOCK_RAW, 12),
        "netlink generic": (16, socket.SOCK_RAW, 16),
        "netlink uevent": (16, socket.SOCK_RAW, 15),
        "key socket": (15, socket.SOCK_RAW, 2),
        "RDS": (21, socket.SOCK_SEQPACKET, 0),
        "TIPC": (30, socket.SOCK_SEQPACKET, 0),
        "SMC": (43, socket.SOCK_STREAM, 0),
        "KCM": (41, socket.SOCK_DGRAM, 0),
        "AX.25": (3, socket.SOCK_RAW, 0),
        "packet by old name": (socket.AF_INET, 10, 0x0300),
    }.items():
        attempts.append((group, label, lambda arguments=arguments: str(socket.socket(*arguments))))
    each(group, "", {
        "change an interface": lambda: fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh22x", b"lo", 0)),
        "a port below 1024": lambda: socket.socket().bind(("127.0.0.1", 80)),
        "metadata service": lambda: connect(("169.254.169.254", 80)),
        "sockets of the host in the abstract name space": abstract_sockets,
        "D-Bus in the abstract name space": lambda: connect("\0/tmp/dbus", socket.AF_UNIX),
        "the name servers' other ports": lambda: connect((nameserver(), 22)),
    })

    group = "read-only files"
    for path in ["/var/task/index.py", "/var/task/new", "/opt/new", "/usr/new", "/usr/bin/new", "/etc/passwd", "/etc/new", "/var/runtime/bootstrap.py", "/var/lang/new", "/lib/new", "/new", "/dev/new", "/dev/shm/new", "/var/new", "/home/new", "/proc/self/root/etc/new", "/proc/self/cwd/new"]:
        attempts.append((group, f"write {path}", lambda path=path: write(path)))
    each(group, "", {
        "hard link to code": lambda: os.link("/var/task/index.py", "/tmp/link"),
        "hard link within code": lambda: os.link("/var/task/index.py", "/var/task/link"),
        "symbolic link into code": lambda: os.symlink("/tmp", "/var/task/link"),
        "through a symbolic link": lambda: (os.symlink("/var/task/index.py", "/tmp/through"), write("/tmp/through"))[1],
        "rename of code": lambda: os.rename("/var/task/index.py", "/var/task/other.py"),
        "chmod of code": lambda: os.chmod("/var/task/index.py", 0o777),
        "chown of code": lambda: os.chown("/var/task/index.py", os.getuid(), -1),
        "times of code": lambda: os.utime("/var/task/index.py"),
        "removal of code": lambda: os.remove("/var/task/index.py"),
        "attributes of code": lambda: os.setxattr("/var/task/index.py", "user.x", b"x"),
        "shared writable mapping of code": lambda: shared_mapping("/var/task/index.py"),
        "writing to the program that runs": lambda: write("/proc/self/exe"),
        "truncation of code": lambda: os.truncate("/var/task/index.py", 0),
    })


def targets(pid):
    return [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]


def outlived(pid):
    os.kill(pid, signal.SIGKILL)
    raise Held("no effect")


def stopped(pid):
    os.kill(pid, signal.SIGSTOP)
    with open(f"/proc/{pid}/stat") as file:
        state = file.read().rsplit(")", 1)[1].split()[0]
    if state == "T":
        return "stopped"
    raise Held("no effect")


def enter(path):
    return syscall("setns", os.open(path, os.O_RDONLY), 0)


def prctl(*arguments):
    if libc.prctl(*arguments) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return "done"


def status_fields(pid="self"):
    with open(f"/proc/{pid}/status") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def field(name, bad, pid="self"):
    value = status_fields(pid)[name]
    if value == bad:
        return value
    raise Held(value)


def capabilities(pid="self"):
    sets = {name: value for name, value in status_fields(pid).items() if name.startswith("Cap")}
    if any(int(value, 16) for value in sets.values()):
        return str(sets)
    raise Held("none in any set")


def own_setuid():
    with open("/tmp/own-id", "wb") as copy, open("/usr/bin/id", "rb") as original:
        copy.write(original.read())
    os.chmod("/tmp/own-id", 0o6755)
    uid = run("/tmp/own-id", "-u")
    if uid == "993":
        raise Held("runs as the function's own user")
    return uid


def suid_mounts():
    with open("/proc/self/mounts") as file:
        lines = [line.split() for line in file]
    return only([line[1] for line in lines if "nosuid" not in line[3].split(",")], set())


def terminal(request):
    leader, follower = os.openpty()
    fcntl.ioctl(follower, request, b"x")
    return "done"


def kernel_addresses():
    with open("/proc/kallsyms") as file:
        addresses = {line.split()[0] for line in file}
    if any(int(address, 16) for address in addresses):
        return "shown"
    raise Held("all zero")


def page_frames(path):
    with open(path, "rb") as file:
        address = id(object())
        file.seek(address // mmap.PAGESIZE * 8)
        entry = struct.unpack("<Q", file.read(8))[0]
    if entry & ((1 << 55) - 1):
        return "shown"
    raise Held("frame numbers are zero")


def mapped(path):
    with open(path, "r+b") as file:
        mmap.mmap(file.fileno(), 4096)
    return "mapped"


def shared_mapping(path):
    with open(path, "rb") as file:
        mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
    return "mapped"


def abstract_sockets():
    with open("/proc/net/unix") as file:
        names = [line.split()[-1] for line in file]
    return only([name for name in names[1:] if name.startswith("@")], set())


def nameserver():
    with open("/etc/resolv.conf") as file:
        for line in file:
            if line.startswith("nameserver") and "." in line:
                return line.split()[1]
    raise Held("there is none")


def descriptors():
    """Sockets of the network, /dev/null, and what a runtime opens for itself."""
    found = {os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if alive(int(fd))}
    return only([target for target in found if not target.startswith(("socket:", "pipe:", "anon_inode:[event"))], {"/dev/null"})


def alive(fd):
    """The listing's own is gone by now."""
    try:
        os.fstat(fd)
        return True
    except OSError:
        return False


def handler(event, context):
    if event.get("serve"):
        server = socket.create_server(("0.0.0.0", event["serve"]))
        server.listen()
        global keep
        keep = server
        return [part for part in run("/bin/sh", "-c", "cat /proc/net/fib_trie").split() if part.count(".") == 3]
    prepare(event)
    table = []
    for group, name, work in attempts:
        try:
            table.append({"group": group, "attempt": name.strip(), "escaped": True, "result": str(work())})
        except Held as held:
            table.append({"group": group, "attempt": name.strip(), "escaped": False, "result": str(held)})
        except (OSError, ValueError, subprocess.SubprocessError) as refused:
            code = getattr(refused, "errno", None)
            table.append({"group": group, "attempt": name.strip(), "escaped": False, "result": errno.errorcode.get(code, str(refused))})
    return table
