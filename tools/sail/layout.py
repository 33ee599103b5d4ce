"""Where things lie: the checkout, and the data folder of one suite."""
import hashlib
import os
import pwd
import secrets
import stat
from pathlib import Path

from sail.console import Failure

CHECKOUT = Path(__file__).resolve().parent.parent.parent
# sockaddr_un holds 107 bytes and a NUL.
UNIX_PATH_LIMIT = 107
FALLBACK_ROOT = Path("/var/tmp")


class Layout:
    """Paths under one data folder. Making a Layout touches nothing; `create` makes the folders."""

    def __init__(self, data: str):
        self.data = Path(data).absolute()
        self.lock = self.data / "lock"
        self.state = self.data / "state.json"
        self.stores = self.data / "stores.json"
        self.secret = self.data / "secret"
        self.bin = self.data / "bin"
        self.logs = self.data / "logs"
        self.redis = self.data / "redis"

    def create(self) -> None:
        """Makes the folders. Nobody else may list them; root's may be passed through, since Postgres runs as another user."""
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            self.data.chmod(0o711 if os.geteuid() == 0 else 0o700)
            for folder in (self.bin, self.logs, self.redis):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Failure(f"Cannot make the data folder {self.data}: {error.strerror}.") from error

    def postgres(self) -> Path:
        """The database's folder: under the data folder, or, where the user postgres could not reach it, under /var/tmp."""
        inside = self.data / "postgres"
        if os.geteuid() != 0 or all(_passable(parent) for parent in inside.parents):
            return inside
        name = "sail-" + hashlib.sha256(str(self.data).encode()).hexdigest()[:12]
        outside = FALLBACK_ROOT / name
        outside.mkdir(mode=0o711, exist_ok=True)
        facts = outside.lstat()
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != 0:
            raise Failure(f"{outside} is not a folder of root: refusing to keep a database there.")
        outside.chmod(0o711)
        return outside / "postgres"

    def kept_secret(self, path: Path) -> str:
        """The secret in that file; made at the first call, readable by its owner alone."""
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            write_private(path, secrets.token_hex(32) + "\n")
            return path.read_text().strip()


def _passable(folder: Path) -> bool:
    """Whether the user postgres may pass through that folder (a folder that is not there yet will be made so)."""
    try:
        facts = folder.stat()
    except FileNotFoundError:
        return True
    if facts.st_uid == postgres_user().pw_uid:
        return bool(facts.st_mode & 0o100)
    return bool(facts.st_mode & 0o001)


def postgres_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise Failure("There is no user postgres on this machine: the package postgresql-15 is not installed properly.") from None


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner may read, all or nothing."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    os.replace(beside, path)
