//! The sandbox's files: a fresh root on tmpfs with little of the host, read-only, and what is the sandbox's own.

use std::fs::{self, File, OpenOptions, Permissions};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use nix::libc;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::unistd::{chdir, pivot_root};

use crate::error::{At, Failure};
use crate::order::{Identity, Order};
use crate::sys;

/// Where the new root is put together. Every host has it, and nothing in it is needed meanwhile.
const BASE: &str = "/usr";
/// The root itself holds folders, links and a few small files.
const ROOT_OPTIONS: &str = "size=4m,nr_inodes=4096,mode=0755";
/// Folders of programs, or links into /usr, as the host has them.
pub(super) const PROGRAMS: [&str; 7] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
/// What programs need of /etc, and nothing that tells of the host's people or secrets.
pub(super) const ETC: [&str; 13] = [
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/ca-certificates.conf",
    "/etc/crypto-policies",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/pki/ca-trust/extracted",
    "/etc/pki/tls/certs",
    "/etc/protocols",
    "/etc/services",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
];
pub(super) const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

/// A part of the host to show: its mounts, copied before anything covers them.
struct Bind {
    mounts: OwnedFd,
    folder: bool,
    inside: PathBuf,
}

/// Builds the root and moves into it; `given` are the extra paths and the workspace, if the helper has copied them.
/// Gives the sandbox's `/proc`, for looking at its processes.
pub(super) fn build(order: &Order, mut given: Vec<OwnedFd>) -> Result<OwnedFd, Failure> {
    let spec = &order.spec;
    mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None::<&str>)
        .at("cutting the mounts off from the host's")?;
    let workspace = given.pop();
    let binds = host_parts(order, given)?;
    let devices = devices()?;
    let workspace = match workspace {
        Some(mounts) => mounts,
        None => {
            let mounts = sys::copy_mounts(&spec.workspace).at("copying the workspace's mount")?;
            sys::restrict(&mounts, sys::SAFE, None).at("restricting the workspace's mount")?;
            mounts
        }
    };

    let base = Path::new(BASE);
    let plain = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some("tmpfs"), base, Some("tmpfs"), plain, Some(ROOT_OPTIONS)).at("mounting the root")?;
    for link in PROGRAMS {
        if let Ok(target) = fs::read_link(link) {
            symlink(target, within(base, link)).at_with(|| format!("linking {link}"))?;
        }
    }
    own_files(base, order)?;
    for bind in binds.iter().chain(&devices) {
        place(bind, &within(base, &bind.inside))?;
    }
    own_mounts(base, order)?;
    let at = within(base, &spec.workspace_at);
    fs::create_dir_all(&at).at_with(|| format!("making {}", spec.workspace_at))?;
    sys::attach(&workspace, &at).at_with(|| format!("attaching the workspace at {}", spec.workspace_at))?;

    enter(base)?;
    File::open("/proc").map(OwnedFd::from).at("opening /proc")
}

fn within(base: &Path, inside: impl AsRef<Path>) -> PathBuf {
    let inside = inside.as_ref();
    base.join(inside.strip_prefix("/").unwrap_or(inside))
}

fn host_parts(order: &Order, given: Vec<OwnedFd>) -> Result<Vec<Bind>, Failure> {
    let mut binds = Vec::new();
    let mut add = |host: &Path, inside: &Path| {
        let about = || format!("showing {}", host.display());
        let folder = fs::metadata(host).at_with(about)?.is_dir();
        let mounts = sys::copy_mounts(host).at_with(about)?;
        sys::restrict(&mounts, sys::SAFE | sys::READ_ONLY, None).at_with(about)?;
        binds.push(Bind { mounts, folder, inside: inside.into() });
        Ok::<(), Failure>(())
    };
    for path in PROGRAMS.iter().map(Path::new).filter(|path| path.is_dir() && !path.is_symlink()) {
        add(path, path)?;
    }
    for path in ETC.iter().map(Path::new).filter(|path| path.exists()) {
        add(path, path)?;
    }
    let resolver = Path::new("/etc/resolv.conf");
    if order.spec.keep_network && resolver.exists() {
        add(resolver, resolver)?;
    }
    if given.is_empty() {
        for bind in &order.spec.read_only {
            add(&bind.host, Path::new(&bind.inside))?;
        }
    }
    for (mounts, bind) in given.into_iter().zip(&order.spec.read_only) {
        let metadata = File::from(mounts.try_clone().at("copying a descriptor")?).metadata();
        let folder = metadata.at_with(|| format!("showing {}", bind.host.display()))?.is_dir();
        binds.push(Bind { mounts, folder, inside: PathBuf::from(&bind.inside) });
    }
    Ok(binds)
}

fn devices() -> Result<Vec<Bind>, Failure> {
    let bind = |name: &&str| {
        let path = Path::new("/dev").join(name);
        let about = || format!("showing {}", path.display());
        let mounts = sys::copy_mounts(&path).at_with(about)?;
        sys::restrict(&mounts, sys::NO_SUID | sys::NO_EXEC, None).at_with(about)?;
        Ok(Bind { mounts, folder: false, inside: path })
    };
    DEVICES.iter().map(bind).collect()
}

fn place(bind: &Bind, at: &Path) -> Result<(), Failure> {
    let about = || format!("attaching {}", bind.inside.display());
    if bind.folder {
        fs::create_dir_all(at).at_with(about)?;
    } else {
        fs::create_dir_all(at.parent().unwrap_or(at)).at_with(about)?;
        // `create_new`: a file that is there already is another part's.
        OpenOptions::new().write(true).create_new(true).mode(0o644).open(at).at_with(about)?;
    }
    sys::attach(&bind.mounts, at).at_with(about)
}

/// The small files and folders of the root itself.
fn own_files(base: &Path, order: &Order) -> Result<(), Failure> {
    let spec = &order.spec;
    for folder in ["dev/pts", "dev/shm", "etc", "proc", "root", "run", "tmp", "var/cache", "var/lib", "var/log"] {
        fs::create_dir_all(base.join(folder)).at_with(|| format!("making /{folder}"))?;
    }
    let user = match order.identity {
        Identity::Bare { id } => id,
        _ => spec.user,
    };
    let mut users = "root:x:0:0:root:/root:/bin/sh\n".to_owned();
    let mut groups = "root:x:0:\n".to_owned();
    if user != 0 {
        users += &format!("sandbox:x:{user}:{user}:sandbox:/root:/bin/sh\n");
        groups += &format!("sandbox:x:{user}:\n");
    }
    users += "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
    groups += "nogroup:x:65534:\n";
    let host = &spec.hostname;
    let files = [
        ("etc/passwd", users),
        ("etc/group", groups),
        ("etc/hostname", format!("{host}\n")),
        ("etc/hosts", format!("127.0.0.1 localhost {host}\n")),
        ("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n".to_owned()),
    ];
    for (name, text) in files {
        fs::write(base.join(name), text).at_with(|| format!("writing /{name}"))?;
    }
    if !spec.keep_network {
        fs::write(base.join("etc/resolv.conf"), "").at("writing /etc/resolv.conf")?;
    }
    let links = [
        ("pts/ptmx", "dev/ptmx"),
        ("/proc/self/fd", "dev/fd"),
        ("/proc/self/fd/0", "dev/stdin"),
        ("/proc/self/fd/1", "dev/stdout"),
        ("/proc/self/fd/2", "dev/stderr"),
        ("/proc/self/mounts", "etc/mtab"),
        ("/tmp", "var/tmp"),
        ("/run", "var/run"),
    ];
    for (target, link) in links {
        symlink(target, base.join(link)).at_with(|| format!("linking /{link}"))?;
    }
    Ok(())
}

/// `/proc`, terminals, and one bounded file system for everything private that can be written.
fn own_mounts(base: &Path, order: &Order) -> Result<(), Failure> {
    let plain = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some("proc"), &base.join("proc"), Some("proc"), plain | MsFlags::MS_NOEXEC, None::<&str>)
        .at("mounting /proc (is the host's own partly covered?)")?;
    mount(
        Some("devpts"),
        &base.join("dev/pts"),
        Some("devpts"),
        MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC,
        Some("newinstance,ptmxmode=0666,mode=0620"),
    )
    .at("mounting /dev/pts")?;

    let private = base.join(".private");
    fs::create_dir(&private).at("making the private files")?;
    let bytes = order.spec.limits.tmp_bytes.max(4096);
    let options = format!("size={bytes},nr_inodes={},mode=0755", (bytes / 4096).clamp(1024, 1 << 20));
    mount(Some("tmpfs"), &private, Some("tmpfs"), plain, Some(options.as_str())).at("mounting the private files")?;
    for (name, at, mode) in [("tmp", "tmp", 0o1777), ("home", "root", 0o700), ("run", "run", 0o755), ("shm", "dev/shm", 0o1777)] {
        let about = || format!("making /{at}");
        let folder = private.join(name);
        fs::create_dir(&folder).at_with(about)?;
        fs::set_permissions(&folder, Permissions::from_mode(mode)).at_with(about)?;
        match order.identity {
            Identity::Range { .. } => chown(&folder, Some(order.spec.user), Some(order.spec.user)).at_with(about)?,
            Identity::Bare { id } => chown(&folder, Some(id), Some(id)).at_with(about)?,
            Identity::Caller => {}
        }
        let mounts = sys::copy_mount(&folder).at_with(about)?;
        sys::attach(&mounts, &base.join(at)).at_with(about)?;
    }
    umount2(&private, MntFlags::MNT_DETACH).at("hiding the private files")?;
    fs::remove_dir(&private).at("hiding the private files")
}

/// Makes `base` the root, lets go of the host's, and makes the root read-only.
fn enter(base: &Path) -> Result<(), Failure> {
    chdir(base).at("entering the root")?;
    // The old root ends up on top of the new one, whence it is taken away.
    pivot_root(".", ".").at("changing the root")?;
    umount2(".", MntFlags::MNT_DETACH).at("letting go of the host's files")?;
    chdir("/").at("entering the root")?;
    let root = OpenOptions::new().read(true).custom_flags(libc::O_PATH | libc::O_DIRECTORY).open("/");
    sys::restrict_one(&root.at("opening the root")?, sys::SAFE | sys::READ_ONLY).at("making the root read-only")
}
