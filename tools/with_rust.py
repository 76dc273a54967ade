"""Run a command with cargo: that of PATH, else the toolchain the build backend keeps in its cache.

    python tools/with_rust.py cargo test

Where cargo is missing, `pip install .` brings rustup into the user's cache through puccinialin. The same folder is
used here, so that tests and lints need no Rust on the machine either; a first use downloads it. A toolchain brought
this way is the smallest one: what `cargo fmt` and `cargo clippy` need is added when they are asked for.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

COMPONENTS = {"fmt": "rustfmt", "clippy": "clippy"}
MISSING = (
    "no Rust toolchain, and none could be brought: {reason}. "
    "Install one from https://rustup.rs, or set SSL_CERT_FILE where a proxy has a certificate of its own"
)


def brought() -> dict[str, str]:
    """Environment of the toolchain in the user's cache, which is downloaded if it is not there."""
    import platformdirs
    import puccinialin

    home = Path(platformdirs.user_cache_dir("puccinialin"))
    if not (home / "cargo" / "bin" / "cargo").exists() or not any(
        (home / "rustup").glob("toolchains/*/bin/rustc")
    ):
        puccinialin.setup_rust(home)
    path = os.pathsep.join([str(home / "cargo" / "bin"), os.environ.get("PATH", os.defpath)])
    return {"RUSTUP_HOME": str(home / "rustup"), "CARGO_HOME": str(home / "cargo"), "PATH": path}


def environment(command: list[str]) -> dict[str, str]:
    """Surroundings in which `command` finds cargo."""
    if shutil.which("cargo"):
        return dict(os.environ)
    try:
        root = Path(__file__).resolve().parents[1]
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--constraint", "requirements-dev.lock"]
        subprocess.run([*install, "--group", "rust"], cwd=root, check=True)
        env = os.environ | brought()
        component = COMPONENTS.get(command[1]) if command[0] == "cargo" and len(command) > 1 else None
        if component:
            subprocess.run(["rustup", "component", "add", "--quiet", component], env=env, check=True)
    except Exception as error:  # noqa: BLE001 - whatever puccinialin, its HTTP client or rustup says
        raise SystemExit(MISSING.format(reason=" ".join(str(error).split()))) from None
    return env


def main() -> None:
    """Become the command, so that signals and the exit code are its own."""
    command = sys.argv[1:]
    if not command:
        raise SystemExit("usage: python tools/with_rust.py COMMAND [ARGUMENT ...]")
    env = environment(command)
    found = shutil.which(command[0], path=env.get("PATH"))
    if found is None:
        raise SystemExit(f"{command[0]}: command not found")
    sys.stdout.flush()
    os.execve(found, command, env)


if __name__ == "__main__":
    main()
